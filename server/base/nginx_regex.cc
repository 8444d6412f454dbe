#include "server/base/nginx_regex.h"

#include <re2/re2.h>

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

// With an optional port before each end of the text that the expression asks for.
std::string WithPort(absl::string_view regex) {
  std::string out;
  bool in_class = false;
  for (size_t i = 0; i < regex.size(); ++i) {
    const char c = regex[i];
    if (c == '\\' && i + 1 < regex.size()) {
      absl::StrAppend(&out, regex.substr(i++, 2));
      continue;
    }
    if (c == '[') in_class = true;
    if (c == ']') in_class = false;
    if (c == '$' && !in_class) {
      out += "(?::[0-9]+)?$";
    } else {
      out += c;
    }
  }
  return out;
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

absl::Status CheckRegex(const std::string& regex) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  const RE2 compiled(regex, options);
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

}  // namespace fairlead
