#include "server/vocabulary/request.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/vocabulary/host.h"
#include "server/vocabulary/ignored.h"
#include "server/vocabulary/multiports.h"
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

// An image's own ENV publishes whatever is made of it, which not everybody who runs one knows.
void NoteImagesOwn(const v1::Container& container, const std::string& word, const Place& place,
                   Problems& problems) {
  const auto& of_image = container.image_words();
  if (std::find(of_image.begin(), of_image.end(), word) == of_image.end()) return;
  Add(problems, place, word, Problem::Severity::kNotice,
      absl::StrCat("the container is published by its image, ", Shown(container.image()),
                   ", which itself sets ", word),
      absl::StrCat("if that is not meant, set ", word, " to nothing for the container, as in ",
                   word, ": \"\" in a Compose file"));
}

// What nginx's location takes from VIRTUAL_DEST. None: it is refused. Empty: nothing is asked for.
std::optional<std::string> ParseDestination(const v1::Container& container, const std::string& path,
                                            const Place& place, Problems& problems) {
  const auto said = Find(container, "VIRTUAL_DEST", "fairlead.dest");
  if (!said.has_value() || said->value.empty()) return "";
  if (IsPathRegex(path)) {
    Add(problems, place, said->word, Problem::Severity::kError,
        absl::StrCat(said->word,
                     " cannot replace what a regular expression matched, so the "
                     "container gets no traffic"),
        "use a prefix as the path, or leave this word out");
    return std::nullopt;
  }
  return CheckDestination(said->value, *said, place, problems);
}

// One path and port for all hosts of VIRTUAL_HOST.
void ParseHostList(const v1::Container& container, const Said& list, const Place& place,
                   RoutingRequest& request, Problems& problems) {
  const std::vector<std::string> hosts = ParseHosts(list, place, problems);
  const std::optional<std::string> path = ParsePath(container, place, problems);
  const std::optional<uint16_t> port = ChoosePort(container, place, problems);
  const auto word = Find(container, "VIRTUAL_PROTO", "fairlead.proto");
  const std::optional<Protocol> protocol =
      word.has_value() ? ParseProtocol(*word, place, problems) : Protocol::kHttp;
  const auto destination = ParseDestination(container, path.value_or("/"), place, problems);
  if (!path.has_value() || !port.has_value() || !protocol.has_value() || !destination.has_value()) {
    return;
  }
  RouteRequest route{"", *path, *port, *protocol, std::nullopt};
  const auto said_port = Find(container, "VIRTUAL_PORT", "fairlead.port");
  route.port_said = said_port.has_value() && !said_port->value.empty();
  if (!destination->empty()) route.destination = *destination;
  for (const std::string& host : hosts) {
    route.host = host;
    request.routes.push_back(route);
    request.domains.push_back({host, {}});
  }
}

// NETWORK_ACCESS. None: what it says is not known, and nobody must get in who should not.
std::optional<bool> ParseInternal(const v1::Container& container, const Place& place,
                                  Problems& problems) {
  const auto said = Find(container, "NETWORK_ACCESS", "fairlead.network-access");
  if (!said.has_value() || said->value.empty() || absl::EqualsIgnoreCase(said->value, "external")) {
    return false;
  }
  if (absl::EqualsIgnoreCase(said->value, "internal")) return true;
  Add(problems, place, said->word, Problem::Severity::kError,
      absl::StrCat(Shown(said->value),
                   " is neither internal nor external; so that nobody gets in "
                   "who should not, the container gets no traffic"),
      "write internal, for clients in private networks, or external, for all");
  return std::nullopt;
}

std::optional<Said> OfService(const v1::Container& container, absl::string_view label,
                              absl::string_view nginx_proxy_label) {
  auto said = Find(container, "", label);
  if (!said.has_value() || said->value.empty()) said = Find(container, "", nginx_proxy_label);
  return said.has_value() && !said->value.empty() ? said : std::nullopt;
}

void ParseUpstream(const v1::Container& container, const Place& place, RoutingRequest& request,
                   Problems& problems) {
  const auto balance = OfService(container, "fairlead.loadbalance",
                                 "com.github.nginx-proxy.nginx-proxy.loadbalance");
  if (balance.has_value()) {
    request.load_balancing =
        ParseLoadBalancing(*balance, place, problems).value_or(LoadBalancing());
  }
  const auto keep_alive =
      OfService(container, "fairlead.keepalive", "com.github.nginx-proxy.nginx-proxy.keepalive");
  if (!keep_alive.has_value()) return;
  uint32_t connections = 0;
  if (absl::EqualsIgnoreCase(keep_alive->value, "disabled")) {
    request.keep_alive = false;
  } else if (!absl::EqualsIgnoreCase(keep_alive->value, "auto") &&
             !absl::SimpleAtoi(keep_alive->value, &connections)) {
    Add(problems, place, keep_alive->word, Problem::Severity::kError,
        absl::StrCat(Shown(keep_alive->value),
                     " is none of auto, disabled and a number, so connections are used again"),
        "write auto or disabled; a number counts as auto, since Envoy needs none");
  }
}

// Everything else than where its requests come from.
void ParseRest(const v1::Container& container, const Place& place, RoutingRequest& request,
               Problems& problems) {
  const DomainSettings settings = ParseDomainSettings(container, place, problems);
  for (DomainRequest& domain : request.domains) {
    domain.settings = Over(domain.settings, settings);
  }
  ParseUpstream(container, place, request, problems);
  const std::optional<bool> internal = ParseInternal(container, place, problems);
  request.internal = internal.value_or(true);
  NoteIgnored(container, place, problems);
  NoteUnknownNginxProxyLabels(container, place, problems);
  if (request.routes.empty() || !internal.has_value()) {
    RoutingRequest nothing;
    nothing.service = std::move(request.service);
    request = std::move(nothing);
  }
}

}  // namespace

RoutingRequest ParseRequest(const v1::Container& container, const std::string& host_id,
                            Problems& problems) {
  Place place;
  place.host = host_id;
  place.container = PrintableAscii(container.name().empty() ? container.id() : container.name());

  RoutingRequest request;
  const auto list = Find(container, "VIRTUAL_HOST", "fairlead.host");
  const auto multiports = Find(container, "VIRTUAL_HOST_MULTIPORTS", "fairlead.multiports");
  const bool by_ports = multiports.has_value() && !multiports->value.empty();
  const bool asks = by_ports || (list.has_value() && !list->value.empty());
  if (IsOneOff(container)) {
    Problems unused;
    request.service = ServiceName(container, place, unused);
    if (asks) {
      Add(problems, place, by_ports ? multiports->word : list->word, Problem::Severity::kNotice,
          "a one-off container (docker-compose run) is never routed", "none is needed");
    }
    return request;
  }
  request.service = ServiceName(container, place, problems);
  if (by_ports) {
    Multiports asked = ParseMultiports(container, *multiports, place, problems);
    request.routes = std::move(asked.routes);
    request.domains = std::move(asked.domains);
    request.multiports = true;
  } else if (asks) {
    ParseHostList(container, *list, place, request, problems);
  }
  if (asks) {
    NoteImagesOwn(container, by_ports ? multiports->word : list->word, place, problems);
    ParseRest(container, place, request, problems);
  } else {
    NoteMissingHost(container, place, problems);
  }
  NoteUnknownLabels(container, place, problems);
  return request;
}

const RouteRequest* RoutingRequest::FindRoute(absl::string_view host,
                                              absl::string_view path) const {
  const auto found = std::lower_bound(
      routes.begin(), routes.end(), std::pair(host, path), [](const RouteRequest& route, auto key) {
        return std::pair<absl::string_view, absl::string_view>(route.host, route.path) < key;
      });
  return found != routes.end() && found->host == host && found->path == path ? &*found : nullptr;
}

const DomainRequest* RoutingRequest::FindDomain(absl::string_view host) const {
  const auto found =
      std::lower_bound(domains.begin(), domains.end(), host,
                       [](const DomainRequest& domain, auto key) { return domain.host < key; });
  return found != domains.end() && found->host == host ? &*found : nullptr;
}

}  // namespace fairlead
