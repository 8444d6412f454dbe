#include "server/vocabulary/path.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
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

std::optional<Refusal> WhyNotPath(absl::string_view path) {
  if (path[0] == '~') {
    return Refusal{"is a regular expression, which is not supported yet",
                   "use a prefix, as in VIRTUAL_PATH=/api"};
  }
  if (path[0] != '/') {
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
  const auto refusal = WhyNotPath(said->value);
  if (!refusal.has_value()) return said->value;
  Add(problems, place, said->word, Problem::Severity::kError,
      absl::StrCat(Shown(said->value), " ", refusal->why, ", so the container gets no traffic"),
      refusal->cure);
  return std::nullopt;
}

}  // namespace fairlead
