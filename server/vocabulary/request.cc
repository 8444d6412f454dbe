#include "server/vocabulary/request.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/vocabulary/host.h"
#include "server/vocabulary/ignored.h"
#include "server/vocabulary/path.h"
#include "server/vocabulary/port.h"
#include "server/vocabulary/said.h"
#include "server/vocabulary/service.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

constexpr char kOneOffLabel[] = "com.docker.compose.oneoff";

bool IsOneOff(const v1::Container& container) {
  const auto found = container.labels().find(kOneOffLabel);
  return found != container.labels().end() && absl::EqualsIgnoreCase(found->second, "true");
}

// Whoever sets one of these wonders why nothing is routed.
void NoteMissingHost(const v1::Container& container, const Place& place, Problems& problems) {
  std::optional<Said> said = Find(container, "VIRTUAL_PORT", "fairlead.port");
  if (!said.has_value()) said = Find(container, "VIRTUAL_PATH", "fairlead.path");
  if (!said.has_value()) said = Find(container, "", "fairlead.service");
  if (!said.has_value() || said->value.empty()) return;
  Add(problems, place, said->word, Problem::Severity::kNotice,
      absl::StrCat(said->word,
                   " is set but no host is asked for, so the container gets no traffic"),
      "name a host, as in VIRTUAL_HOST=shop.example or the label fairlead.host=shop.example");
}

// The hosts, unless something else that was asked for is refused.
void ParseRouting(const v1::Container& container, const Said& list, const Place& place,
                  RoutingRequest& request, Problems& problems) {
  std::vector<std::string> hosts = ParseHosts(list, place, problems);
  const std::optional<std::string> path = ParsePath(container, place, problems);
  const std::optional<uint16_t> port = ChoosePort(container, place, problems);
  const bool may = MayIgnore(container, place, problems);
  if (hosts.empty() || !path.has_value() || !port.has_value() || !may) return;
  request.hosts = std::move(hosts);
  request.path = *path;
  request.port = *port;
}

}  // namespace

RoutingRequest ParseRequest(const v1::Container& container, const std::string& host_id,
                            Problems& problems) {
  Place place;
  place.host = host_id;
  place.container = Printable(container.name().empty() ? container.id() : container.name());

  RoutingRequest request;
  const auto list = Find(container, "VIRTUAL_HOST", "fairlead.host");
  const bool asks = list.has_value() && !list->value.empty();
  if (IsOneOff(container)) {
    Problems unused;
    request.service = ServiceName(container, place, unused);
    if (asks) {
      Add(problems, place, list->word, Problem::Severity::kNotice,
          "a one-off container (docker-compose run) is never routed", "none is needed");
    }
    return request;
  }
  request.service = ServiceName(container, place, problems);
  if (asks) {
    ParseRouting(container, *list, place, request, problems);
  } else {
    NoteMissingHost(container, place, problems);
  }
  NoteMultiports(container, place, problems);
  NoteUnknownLabels(container, place, problems);
  return request;
}

}  // namespace fairlead
