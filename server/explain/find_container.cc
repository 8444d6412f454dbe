#include "server/explain/find_container.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/base/log.h"
#include "server/base/spelling.h"
#include "server/vocabulary/service.h"

namespace fairlead {
namespace {

constexpr size_t kMostListed = 10;

using Fits = bool (*)(absl::string_view text, const v1::Container& container);

bool IsIt(absl::string_view text, const v1::Container& container) {
  return text == container.id() || text == container.name();
}

bool Begins(absl::string_view text, const v1::Container& container) {
  return absl::StartsWith(container.id(), text) || absl::StartsWith(container.name(), text);
}

std::vector<ContainerOnHost> Those(absl::string_view text, const std::vector<ContainerOnHost>& all,
                                   Fits fits) {
  std::vector<ContainerOnHost> found;
  for (const ContainerOnHost& container : all) {
    const std::string host = absl::StrCat(container.host_id, "/");
    const bool on_host = absl::StartsWith(text, host);
    if (fits(text, *container.facts) ||
        (on_host && fits(text.substr(host.size()), *container.facts))) {
      found.push_back(container);
    }
  }
  return found;
}

// The first of them by name, and how many more there are.
std::string Listed(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  const size_t more = names.size() - std::min(names.size(), kMostListed);
  names.resize(names.size() - more);
  return absl::StrCat(absl::StrJoin(names, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

absl::Status Several(absl::string_view text, std::vector<ContainerOnHost> found) {
  std::vector<std::string> names;
  for (const ContainerOnHost& container : found) {
    names.push_back(Quoted(absl::StrCat(container.host_id, "/", container.facts->name(), " (",
                                        container.facts->id().substr(0, 12), ")")));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", Quoted(text), "' fits ", found.size(), " containers: ", Listed(names),
                   "; name one of them, as HOST/NAME or by more of its id"));
}

// Those of the service `text`, with or without its project.
std::vector<std::string> ContainersOf(absl::string_view text,
                                      const std::vector<ContainerOnHost>& all) {
  std::vector<std::string> names;
  for (const ContainerOnHost& container : all) {
    Problems unused;
    const std::string service = ServiceName(*container.facts, Place(), unused);
    if (service != text && !absl::EndsWith(service, absl::StrCat("/", text))) continue;
    names.push_back(Quoted(absl::StrCat(container.host_id, "/", container.facts->name())));
  }
  return names;
}

absl::Status NoneFits(absl::string_view text, const std::vector<ContainerOnHost>& all) {
  const std::vector<std::string> of_service = ContainersOf(text, all);
  if (!of_service.empty()) {
    return absl::NotFoundError(absl::StrCat("'", Quoted(text),
                                            "' is a service; its containers are ",
                                            Listed(of_service), "; name one of them"));
  }
  std::vector<std::string> names;
  for (const ContainerOnHost& container : all) names.push_back(container.facts->name());
  const std::string nearest = NearestName(text, names);
  std::string cure =
      "'fairlead hosts' shows whether its host's agent is heard, and 'docker ps --all' there "
      "whether it exists";
  if (!nearest.empty()) {
    cure = absl::StrCat("did you mean '", Quoted(nearest), "'?");
  } else if (absl::StrContains(text, '.')) {
    cure = absl::StrCat("if it is a host's name, ask 'fairlead explain http://", Quoted(text),
                        "/'; else ", cure);
  }
  return absl::NotFoundError(
      absl::StrCat("no host has reported a container '", Quoted(text), "'; ", cure));
}

}  // namespace

absl::StatusOr<ContainerOnHost> FindContainer(absl::string_view text,
                                              const std::vector<ContainerOnHost>& all) {
  for (const Fits fits : {&IsIt, &Begins}) {
    std::vector<ContainerOnHost> found = Those(text, all, fits);
    if (found.size() == 1) return std::move(found.front());
    if (!found.empty()) return Several(text, std::move(found));
  }
  return NoneFits(text, all);
}

}  // namespace fairlead
