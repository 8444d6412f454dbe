// Whatever regular expression a container has: one that is taken finds, as a proxy has it, what it
// finds by itself. The expression, as in VIRTUAL_PATH, and behind a line break the text.
//   test/fuzz server/base:nginx_regex_fuzz
#include <re2/re2.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/base/nginx_regex.h"

namespace fairlead {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Looked for anywhere.
bool Finds(absl::string_view expression, bool any_case, const std::string& text) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!any_case);
  const RE2 compiled(re2::StringPiece(expression.data(), expression.size()), options);
  Require(compiled.ok());
  return RE2::PartialMatch(text, compiled);
}

bool Matches(const std::string& made, const std::string& text) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 compiled(made, options);
  Require(compiled.ok());
  return RE2::FullMatch(text, compiled);
}

void Check(absl::string_view said, const std::string& text) {
  absl::string_view expression = said;
  absl::ConsumePrefix(&expression, "~");
  const bool any_case = absl::ConsumePrefix(&expression, "*");
  if (CheckPathRegex(said).ok()) {
    Require(Matches(PathRegexOf(said), text) == Finds(expression, any_case, text));
  }
  if (CheckHostRegex(said).ok() && !absl::StrContains(text, ":")) {
    Require(Matches(HostRegexOf(said), text) == Finds(expression, true, text));
  }
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(
      absl::string_view(reinterpret_cast<const char*>(data), size), absl::MaxSplits('\n', 1));
  // A path or a host has neither line breaks nor bytes that are no characters.
  for (const unsigned char c : parts.second) {
    if (c < ' ' || c > '~') return 0;
  }
  // As the vocabulary lets through.
  for (const unsigned char c : parts.first) {
    if (c < ' ' || c > '~') return 0;
  }
  fairlead::Check(absl::StrCat("~", parts.first), parts.second);
  return 0;
}
