#include "server/vocabulary/path.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "server/base/nginx_regex.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

struct Refusal {
  std::string why;  // continues "'x' "
  std::string cure;
};

bool IsPathText(absl::string_view path) {
  for (size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '%') {
      if (i + 2 >= path.size() || !absl::ascii_isxdigit(path[i + 1]) ||
          !absl::ascii_isxdigit(path[i + 2])) {
        return false;
      }
    } else if (!absl::ascii_isalnum(c) && !absl::StrContains("/-._~!$&'()*+,;=:@", c)) {
      return false;
    }
  }
  return true;
}

std::optional<Refusal> WhyNotRegex(absl::string_view path) {
  if (path.size() > kLongestPath) {
    return Refusal{absl::StrCat("is longer than ", kLongestPath, " characters"), "shorten it"};
  }
  if (!std::all_of(path.begin(), path.end(),
                   [](unsigned char c) { return absl::ascii_isgraph(c) || c == ' '; })) {
    return Refusal{"has a character beyond printable ASCII", "use ASCII and RE2's syntax"};
  }
  const absl::Status status = CheckPathRegex(path);
  if (status.ok()) return std::nullopt;
  if (absl::IsResourceExhausted(status)) {
    return Refusal{"is larger than a proxy takes", "shorten it, or use prefixes"};
  }
  return Refusal{
      absl::StrCat("is no regular expression of RE2 (", PrintableAscii(status.message()), ")"),
      "RE2 has neither look-around nor back-references; use a prefix, as in /api"};
}

std::optional<Refusal> WhyNotPath(absl::string_view path) {
  if (IsPathRegex(path)) return WhyNotRegex(path);
  if (path.empty() || path[0] != '/') {
    return Refusal{"does not start with '/'", "write a prefix, as in VIRTUAL_PATH=/api"};
  }
  if (path.size() > kLongestPath) {
    return Refusal{absl::StrCat("is longer than ", kLongestPath, " characters"), "shorten it"};
  }
  if (!IsPathText(path)) {
    return Refusal{"has a character that no URL path has",
                   "use letters, digits and /-._~!$&'()*+,;=:@, and %XX for the rest"};
  }
  for (const absl::string_view segment : absl::StrSplit(path, '/')) {
    if (segment == "." || segment == "..") {
      return Refusal{"has a segment '.' or '..', which no request has when it is routed",
                     "write the path without it"};
    }
  }
  return std::nullopt;
}

// Of what no path has any more when a proxy looks for its route.
std::optional<Refusal> WhyNeverAsked(absl::string_view path) {
  if (IsPathRegex(path)) return std::nullopt;
  for (size_t at = path.find('%'); at != absl::string_view::npos; at = path.find('%', at + 3)) {
    const std::string escaped = absl::HexStringToBytes(path.substr(at + 1, 2));
    if (absl::ascii_isalnum(escaped[0]) || absl::StrContains("-._~", escaped)) {
      return Refusal{
          absl::StrCat("has ", path.substr(at, 3), ", for which proxies read '", escaped, "'"),
          "write the character itself"};
    }
  }
  return std::nullopt;
}

// Where one word has many paths only this one is lost.
std::string Follows(const Said& said) {
  return absl::StrContains(absl::AsciiStrToLower(said.word), "multiports")
             ? "this path is not routed"
             : "the container gets no traffic";
}

}  // namespace

std::optional<std::string> ParsePath(const v1::Container& container, const Place& place,
                                     Problems& problems) {
  const auto said = Find(container, "VIRTUAL_PATH", "fairlead.path");
  if (!said.has_value()) return "/";
  if (said->value.empty()) {
    Add(problems, place, said->word, Problem::Severity::kNotice,
        absl::StrCat(said->word, " is empty, so it counts as '/'"),
        "leave it out, or write a prefix, as in VIRTUAL_PATH=/api");
    return "/";
  }
  return CheckPath(said->value, *said, place, problems);
}

std::optional<std::string> CheckPath(absl::string_view text, const Said& said, const Place& place,
                                     Problems& problems) {
  auto refusal = WhyNotPath(text);
  if (!refusal.has_value()) refusal = WhyNeverAsked(text);
  if (!refusal.has_value()) return std::string(text);
  Add(problems, place, said.word, Problem::Severity::kError,
      absl::StrCat(Shown(text), " ", refusal->why, ", so ", Follows(said)), refusal->cure);
  return std::nullopt;
}

std::optional<std::string> CheckDestination(absl::string_view text, const Said& said,
                                            const Place& place, Problems& problems) {
  auto refusal = IsPathRegex(text) ? Refusal{"does not start with '/'", "write it as in /app"}
                                   : WhyNotPath(text);
  if (!refusal.has_value()) return std::string(text);
  Add(problems, place, said.word, Problem::Severity::kError,
      absl::StrCat(Shown(text), " ", refusal->why, ", so ", Follows(said)), refusal->cure);
  return std::nullopt;
}

}  // namespace fairlead
