#include "server/vocabulary/service.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/vocabulary/said.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

constexpr size_t kLongestService = 253;
constexpr char kProjectLabel[] = "com.docker.compose.project";
constexpr char kServiceLabel[] = "com.docker.compose.service";

bool IsName(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
  });
}

std::string Label(const v1::Container& container, absl::string_view label) {
  const auto found = container.labels().find(std::string(label));
  return found == container.labels().end() ? "" : found->second;
}

bool IsShortName(absl::string_view text) { return IsName(text) && text.size() <= kLongestService; }

std::string OfContainer(const v1::Container& container) {
  if (IsShortName(container.name())) return container.name();
  return IsShortName(container.id()) ? container.id() : "unnamed";
}

}  // namespace

bool IsServiceName(absl::string_view text) {
  if (text.size() > kLongestService) return false;
  const size_t slash = text.find('/');
  if (slash == absl::string_view::npos) return IsName(text);
  const absl::string_view project = text.substr(0, slash);
  return IsName(project) && !absl::StrContains(project, ".") && IsName(text.substr(slash + 1));
}

std::string ServiceName(const v1::Container& container, const Place& place, Problems& problems) {
  const auto asked = Find(container, "", "fairlead.service");
  if (asked.has_value() && !asked->value.empty()) {
    if (IsServiceName(asked->value)) return asked->value;
    Add(problems, place, asked->word, Problem::Severity::kError,
        absl::StrCat(Shown(asked->value), " is not a service's name and is ignored"),
        "write NAME or PROJECT/NAME of letters, digits, '-', '_' and '.' (no '.' in PROJECT), at "
        "most 253 characters");
  }
  const std::string project = Label(container, kProjectLabel);
  const std::string service = Label(container, kServiceLabel);
  if (project.empty() || service.empty()) return OfContainer(container);
  const std::string name = absl::StrCat(project, "/", service);
  if (IsName(service) && IsServiceName(name)) return name;
  Add(problems, place, kProjectLabel, Problem::Severity::kNotice,
      absl::StrCat(Shown(name),
                   " is no Compose project and service, so the container is of the "
                   "service ",
                   Shown(OfContainer(container))),
      "let Compose set its labels, or name the service with the label fairlead.service");
  return OfContainer(container);
}

}  // namespace fairlead
