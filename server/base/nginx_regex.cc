#include "server/base/nginx_regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fairlead {
namespace {

constexpr int kLargestProgram = 100;
constexpr int64_t kMostMemory = 1 << 20;

// Takes "~" or "~*" off. True: "~*".
bool TakeMark(absl::string_view& text) {
  absl::ConsumePrefix(&text, "~");
  return absl::ConsumePrefix(&text, "*");
}

// How many bytes of `text` are taken together: an escaped character, what stands between \Q and \E,
// a class. In none of them has '$' a meaning.
size_t LengthOfLiteral(absl::string_view text) {
  if (absl::StartsWith(text, "\\Q")) {
    const size_t end = text.find("\\E");
    return end == absl::string_view::npos ? text.size() : end + 2;
  }
  if (text[0] == '\\') return std::min<size_t>(2, text.size());
  if (text[0] != '[') return 1;
  size_t i = 1;
  if (i < text.size() && text[i] == '^') ++i;
  if (i < text.size() && text[i] == ']') ++i;  // the first one is a member
  while (i < text.size() && text[i] != ']') {
    const size_t named =
        absl::StartsWith(text.substr(i), "[:") ? text.find(":]", i + 2) : absl::string_view::npos;
    if (named != absl::string_view::npos) {
      i = named + 2;
    } else {
      i += text[i] == '\\' ? 2 : 1;
    }
  }
  return std::min(i + 1, text.size());
}

// With an optional port before each end of the text that the expression asks for.
std::string WithPort(absl::string_view regex) {
  std::string out;
  while (!regex.empty()) {
    const size_t length = LengthOfLiteral(regex);
    absl::StrAppend(&out, regex[0] == '$' ? "(?::[0-9]+)?$" : regex.substr(0, length));
    regex.remove_prefix(length);
  }
  return out;
}

absl::Status CheckAs(RE2::Options::Encoding encoding, absl::string_view regex) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  options.set_encoding(encoding);
  const RE2 compiled(re2::StringPiece(regex.data(), regex.size()), options);
  if (!compiled.ok()) {
    return compiled.error_code() == RE2::ErrorPatternTooLarge ||
                   compiled.error_code() == RE2::ErrorRepeatSize
               ? absl::ResourceExhaustedError(compiled.error())
               : absl::InvalidArgumentError(compiled.error());
  }
  if (compiled.ProgramSize() > kLargestProgram) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "a program of ", compiled.ProgramSize(), " steps, where proxies take ", kLargestProgram));
  }
  return absl::OkStatus();
}

// Envoy 1.40 takes text for bytes, where "\x{100}" is none, older ones for UTF-8, where programs
// are larger. One that one of them refuses would cost every host its routes there.
absl::Status Check(absl::string_view regex) {
  const absl::Status bytes = CheckAs(RE2::Options::EncodingLatin1, regex);
  return bytes.ok() ? CheckAs(RE2::Options::EncodingUTF8, regex) : bytes;
}

// `own`, and what is made of it: "a)|(b" would be an expression only between the others'
// parentheses.
absl::Status CheckBoth(absl::string_view own, const std::string& made) {
  const absl::Status status = Check(own);
  return status.ok() ? Check(made) : status;
}

}  // namespace

std::string PathRegexOf(absl::string_view location) {
  const bool any_case = TakeMark(location);
  return absl::StrCat(any_case ? "(?i)" : "", ".*(?:", location, ").*");
}

std::string HostRegexOf(absl::string_view server_name) {
  TakeMark(server_name);
  return absl::StrCat("(?i).*(?:", WithPort(server_name), ").*");
}

absl::Status CheckPathRegex(absl::string_view location) {
  absl::string_view own = location;
  TakeMark(own);
  return CheckBoth(own, PathRegexOf(location));
}

absl::Status CheckHostRegex(absl::string_view server_name) {
  absl::string_view own = server_name;
  TakeMark(own);
  return CheckBoth(own, HostRegexOf(server_name));
}

}  // namespace fairlead
