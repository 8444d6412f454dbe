#include "clients/compose/proxy_reach.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "clients/compose/proxy_role.h"

namespace fairlead {
namespace {

bool IsProxy(ProxyRole role) {
  return role == ProxyRole::kProxy || role == ProxyRole::kNginx || role == ProxyRole::kDropIn;
}

// Whose network the container has: itself, or the one whose network it shares. Null: not known.
const v1::Container* OwnerOf(const v1::Container& container, const ForeseenFacts& facts) {
  absl::string_view owner = container.network_mode();
  if (!absl::ConsumePrefix(&owner, "container:")) return &container;
  for (const ForeseenContainer& other : facts.containers) {
    if (other.facts.id() == owner) return &other.facts;
  }
  return nullptr;
}

// What a file says of a service's networks, for people.
std::string NetworksSaid(const ComposeService& service) {
  if (service.network_mode.has_value()) return service.network_mode->text;
  if (service.networks.empty()) return "default";
  return absl::StrJoin(service.networks, ", ", [](std::string* text, const auto& network) {
    absl::StrAppend(text, network.first);
  });
}

struct Proxies {
  std::vector<std::string> names;
  std::vector<std::string> said;   // what the files say of their networks
  std::set<std::string> networks;  // by the engine's names
  bool use_published = false;      // ports, too
};

bool UsesPublished(const ComposeService& service) {
  const auto said = service.environment.find("FAIRLEAD_PUBLISHED_PORTS");
  return said != service.environment.end() && absl::EqualsIgnoreCase(*said->second.value, "true");
}

std::optional<Proxies> ProxiesIn(const ComposeProject& project, const ForeseenFacts& facts) {
  const std::map<std::string, ProxyRole> roles = RolesIn(project);
  Proxies proxies;
  for (const ForeseenContainer& container : facts.containers) {
    const ComposeService& service = project.services[container.service];
    const bool is_known = !proxies.names.empty() && proxies.names.back() == service.name;
    if (is_known || !IsProxy(roles.at(service.name))) continue;
    const v1::Container* const owner = OwnerOf(container.facts, facts);
    if (owner == nullptr || container.shares_foreign_network || owner->network_mode() == "host" ||
        service.environment.contains("FAIRLEAD_NETWORKS")) {
      return std::nullopt;
    }
    for (const auto& network : owner->networks()) proxies.networks.insert(network.name());
    proxies.names.push_back(service.name);
    proxies.said.push_back(NetworksSaid(service));
    proxies.use_published = proxies.use_published || UsesPublished(service);
  }
  return proxies.names.empty() ? std::nullopt : std::optional(std::move(proxies));
}

bool IsPublished(const v1::Container& owner, uint16_t wanted) {
  return std::any_of(owner.ports().begin(), owner.ports().end(), [wanted](const v1::Port& port) {
    return port.container_port() == wanted && port.protocol() == "tcp" &&
           std::any_of(port.published().begin(), port.published().end(),
                       [](const v1::PublishedPort& at) {
                         return !absl::StartsWith(at.host_ip(), "127.") && at.host_ip() != "::1";
                       });
  });
}

// A port that is asked for and not reached; none: all are.
std::optional<uint16_t> LostPort(const v1::Container& owner, const RoutingRequest& request,
                                 const Proxies& proxies) {
  // Without a network the server itself says so; in the host's, it is reached through the bridge.
  if (owner.networks().empty()) return std::nullopt;
  for (const auto& network : owner.networks()) {
    if (proxies.networks.contains(network.name())) return std::nullopt;
  }
  for (const RouteRequest& route : request.routes) {
    if (!proxies.use_published || !IsPublished(owner, route.port)) return route.port;
  }
  return std::nullopt;
}

ComposeNotice OutOfReach(const ComposeService& service, const Proxies& proxies, uint16_t port) {
  const bool one = proxies.names.size() == 1;
  ComposeNotice notice;
  notice.place = service.networks.empty() ? service.place : service.networks.begin()->second;
  notice.service = service.name;
  notice.word = service.network_mode.has_value() ? "network_mode" : "networks";
  notice.severity = Problem::Severity::kError;
  notice.what =
      absl::StrCat("it shares no network with the ", one ? "proxy " : "proxies ",
                   absl::StrJoin(proxies.names, ", "), " (", NetworksSaid(service), " here, ",
                   absl::StrJoin(proxies.said, ", "), " there), so requests for it get 503");
  notice.cure = proxies.use_published ? absl::StrCat("put both on one network, or publish port ",
                                                     port, " at more than loopback")
                                      : "put both on one network";
  return notice;
}

}  // namespace

std::vector<ComposeNotice> FindOutOfReach(const ComposeProject& project, const ForeseenFacts& facts,
                                          const std::map<size_t, RoutingRequest>& requests) {
  const std::optional<Proxies> proxies = ProxiesIn(project, facts);
  if (!proxies.has_value()) return {};
  std::vector<ComposeNotice> notices;
  std::optional<size_t> last;  // replicas, which follow each other, have the same
  for (const ForeseenContainer& container : facts.containers) {
    if (last == container.service) continue;
    last = container.service;
    const v1::Container* const owner = OwnerOf(container.facts, facts);
    const auto request = requests.find(container.service);
    if (owner == nullptr || request == requests.end()) continue;
    const std::optional<uint16_t> port = LostPort(*owner, request->second, *proxies);
    if (!port.has_value()) continue;
    notices.push_back(OutOfReach(project.services[container.service], *proxies, *port));
  }
  return notices;
}

}  // namespace fairlead
