#include "server/routing/routes.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/routing/health.h"
#include "server/routing/names.h"
#include "server/vocabulary/path.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

bool FailsCheck(const Member& member) { return member.facts->health() == v1::Container::UNHEALTHY; }

// Container ids are the engine's, but two hosts may tell the same one.
bool ByContainerAndPort(const PoolMember& a, const PoolMember& b) {
  return std::tie(a.endpoint->container_id, a.endpoint->port, a.endpoint->host_id) <
         std::tie(b.endpoint->container_id, b.endpoint->port, b.endpoint->host_id);
}

bool Same(const Pool& a, const Pool& b) {
  return a.upstream == b.upstream &&
         std::equal(a.endpoints.begin(), a.endpoints.end(), b.endpoints.begin(), b.endpoints.end(),
                    [](const auto& x, const auto& y) { return x == y || *x == *y; });
}

// nginx tries regular expressions before prefixes.
bool TriedBefore(const Route& a, const Route& b) {
  const bool a_regex = IsPathRegex(a.path);
  const bool b_regex = IsPathRegex(b.path);
  if (a_regex != b_regex) return a_regex;
  if (!a_regex && a.path.size() != b.path.size()) return a.path.size() > b.path.size();
  return a.path < b.path;
}

Upstream UpstreamOf(const RoutingRequest& request, const RouteRequest& route) {
  return {route.protocol, request.load_balancing, request.keep_alive};
}

// Only a mixed pool has more than one service, and it has one route.
Problems SharedPoolNotice(const Claim& route, const std::vector<std::string>& services) {
  constexpr size_t kMostListed = 5;
  if (services.size() < 2) return {};
  const size_t listed = std::min(services.size(), kMostListed);
  Problem problem;
  problem.place.service = PrintableAscii(absl::StrCat(route.first, route.second));
  problem.severity = Problem::Severity::kNotice;
  problem.what = absl::StrCat(
      services.size(), " services share this host and path, and requests are spread over all: ",
      absl::StrJoin(services.begin(), services.begin() + listed, ", "),
      listed < services.size() ? absl::StrCat(" and ", services.size() - listed, " more") : "");
  problem.cure = "give each a host or path of its own if that is not meant";
  return {std::move(problem)};
}

}  // namespace

void Routes::Apply(const std::vector<ServiceTouched>& touched, ProblemBook& problems,
                   ModelChanges& changes) {
  absl::btree_set<Claim> claims;
  for (const ServiceTouched& service : touched) Claims(service, claims);
  absl::btree_set<std::string> pools;
  absl::btree_set<std::string> domains;
  for (const Claim& claim : claims) SettleRoute(claim, pools, domains);
  for (const ServiceTouched& service : touched) {
    if (!service.heard_otherwise) continue;
    for (const Claim& claim : service.claims_before) domains.insert(claim.first);
    for (const Claim& claim : service.claims_after) domains.insert(claim.first);
  }
  for (const std::string& pool : pools) SettlePool(pool, problems, changes);
  absl::btree_set<std::string> concerned;
  absl::btree_map<std::string, std::shared_ptr<VirtualHost>> hosts;
  for (const std::string& domain : domains) {
    hosts.emplace(domain, BuildVirtualHost(domain, problems, concerned));
  }
  for (const std::string& domain : concerned) {
    absl::btree_set<std::string> none;  // they ask for what they asked for
    if (hosts.contains(domain)) continue;
    hosts.emplace(domain, BuildVirtualHost(domain, problems, none));
  }
  for (auto& [domain, host] : hosts) SettleVirtualHost(std::move(host), problems, changes);
}

std::shared_ptr<const Pool> Routes::FindPool(const std::string& name) const {
  const auto found = pools_.find(name);
  return found == pools_.end() ? nullptr : found->second.pool;
}

std::shared_ptr<const VirtualHost> Routes::FindVirtualHost(const std::string& domain) const {
  const auto found = virtual_hosts_.find(domain);
  return found == virtual_hosts_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<const Pool>> Routes::Pools() const {
  std::vector<std::shared_ptr<const Pool>> pools;
  pools.reserve(pools_.size());
  for (const auto& [name, state] : pools_) pools.push_back(state.pool);
  std::sort(pools.begin(), pools.end(),
            [](const auto& a, const auto& b) { return a->name < b->name; });
  return pools;
}

std::vector<std::shared_ptr<const VirtualHost>> Routes::VirtualHosts() const {
  std::vector<std::shared_ptr<const VirtualHost>> hosts;
  hosts.reserve(virtual_hosts_.size());
  for (const auto& [domain, host] : virtual_hosts_) hosts.push_back(host);
  std::sort(hosts.begin(), hosts.end(),
            [](const auto& a, const auto& b) { return a->domain < b->domain; });
  return hosts;
}

std::string Routes::PoolBehind(const Claim& claim) const {
  const auto found = routes_.find(claim);
  return found == routes_.end() ? "" : found->second.route.pool;
}

void Routes::Claims(const ServiceTouched& touched, absl::btree_set<Claim>& claims) {
  if (touched.claims_before != touched.claims_after) {
    for (const Claim& claim : touched.claims_before) routes_[claim].claimants.erase(touched.name);
    for (const Claim& claim : touched.claims_after) routes_[claim].claimants.insert(touched.name);
  }
  claims.insert(touched.claims_before.begin(), touched.claims_before.end());
  claims.insert(touched.claims_after.begin(), touched.claims_after.end());
}

// A service without an endpoint gives way to those that have some.
std::vector<std::string> Routes::Owners(const RouteState& route) const {
  std::vector<std::string> live;
  for (const std::string& name : route.claimants) {
    if (services_.Find(name)->standing == Standing::kRuns) live.push_back(name);
  }
  if (!live.empty()) return live;
  return {route.claimants.begin(), route.claimants.end()};
}

const RoutingRequest& Routes::Speaker(const std::vector<std::string>& owners) const {
  for (const std::string& name : owners) {
    const Service& service = *services_.Find(name);
    if (service.words.multiports) return service.words;
  }
  return services_.Find(owners.front())->words;
}

// A service may speak one protocol on a port for one path, and another for another: then only the
// first path's pool has the service's name.
std::string Routes::PoolName(const Claim& claim, const std::vector<std::string>& owners,
                             const Upstream& upstream) const {
  if (owners.size() == 1) {
    const Service& service = *services_.Find(owners.front());
    const std::vector<uint16_t> ports = service.PortsFor(claim);
    const uint16_t asked = service.words.FindRoute(claim.first, claim.second)->port;
    const auto& routes = service.words.routes;
    const auto first = std::find_if(routes.begin(), routes.end(),
                                    [&](const RouteRequest& route) { return route.port == asked; });
    if (ports.size() == 1 && UpstreamOf(service.words, *first) == upstream) {
      return ServicePoolName(owners.front(), ports.front());
    }
  }
  return MixedPoolName(claim.first, claim.second);
}

void Routes::SettleRoute(const Claim& claim, absl::btree_set<std::string>& pools,
                         absl::btree_set<std::string>& domains) {
  RouteState& state = routes_[claim];
  const Route before = state.route;
  if (!before.pool.empty()) pools.insert(before.pool);
  std::vector<std::string> owners = Owners(state);
  if (owners.empty()) {
    domains.insert(claim.first);
    LeavePool(claim, before.pool);
    routes_.erase(claim);
    return;
  }
  const RoutingRequest& speaker = Speaker(owners);
  const RouteRequest& asked = *speaker.FindRoute(claim.first, claim.second);
  const Upstream upstream = UpstreamOf(speaker, asked);
  state.route.path = claim.second;
  state.route.pool = PoolName(claim, owners, upstream);
  state.route.destination = asked.destination;
  state.route.load_balancing = speaker.load_balancing;
  // What one of them wants for few is not opened to everyone by another.
  state.route.internal = std::any_of(owners.begin(), owners.end(), [&](const std::string& name) {
    return services_.Find(name)->access.internal;
  });
  if (state.route != before || state.owners != owners) domains.insert(claim.first);
  if (state.route.pool != before.pool) LeavePool(claim, before.pool);
  PoolState& pool = pools_[state.route.pool];
  pool.routes.insert(claim);
  pool.services = owners;
  pool.upstream = upstream;
  pools.insert(state.route.pool);
  state.owners = std::move(owners);
}

void Routes::LeavePool(const Claim& claim, const std::string& pool) {
  const auto found = pools_.find(pool);
  if (found != pools_.end()) found->second.routes.erase(claim);
}

void Routes::SettlePool(const std::string& name, ProblemBook& problems, ModelChanges& changes) {
  const auto found = pools_.find(name);
  PoolState& state = found->second;
  const std::string source = absl::StrCat("pool ", name);
  if (state.routes.empty()) {
    problems.Set(source, {});
    if (state.pool != nullptr) changes.pools.push_back({name, nullptr});
    pools_.erase(found);
    return;
  }
  problems.Set(source, SharedPoolNotice(*state.routes.begin(), state.services));
  auto pool = BuildPool(name, state);
  if (state.pool != nullptr && Same(*state.pool, *pool)) return;
  state.pool = std::move(pool);
  changes.pools.push_back({name, state.pool});
}

std::shared_ptr<const Pool> Routes::BuildPool(const std::string& name,
                                              const PoolState& state) const {
  // All its routes have the same endpoints: that is what makes them one pool.
  const Claim& claim = *state.routes.begin();
  std::vector<PoolMember> members;
  for (const std::string& name : state.services) {
    const Service& service = *services_.Find(name);
    const uint16_t port = service.words.FindRoute(claim.first, claim.second)->port;
    for (const auto& [age, member] : service.members) {
      auto endpoint = member->EndpointFor(claim.first, claim.second, port);
      if (endpoint == nullptr) continue;
      members.push_back({std::move(endpoint), member->host_silent, FailsCheck(*member)});
    }
  }
  std::sort(members.begin(), members.end(), ByContainerAndPort);
  auto pool = std::make_shared<Pool>();
  pool->name = name;
  pool->upstream = state.upstream;
  pool->endpoints = SettleHealth(members);
  return pool;
}

std::shared_ptr<VirtualHost> Routes::BuildVirtualHost(const std::string& domain,
                                                      ProblemBook& problems,
                                                      absl::btree_set<std::string>& concerned) {
  auto host = std::make_shared<VirtualHost>();
  host->domain = domain;
  absl::btree_set<std::string> services;
  for (auto it = routes_.lower_bound({domain, ""}); it != routes_.end(); ++it) {
    if (it->first.first != domain) break;
    host->routes.push_back(it->second.route);
    services.insert(it->second.owners.begin(), it->second.owners.end());
  }
  std::sort(host->routes.begin(), host->routes.end(), TriedBefore);
  DomainWords words = WordsOf(domain, SpeakersOf(domain, services));
  problems.Set(absl::StrCat("domain ", domain), std::move(words.problems));
  host->settings = std::move(words.settings);
  host->http_port_by = std::move(words.http_port_by);
  host->https_port_by = std::move(words.https_port_by);
  public_ports_.Ask(words.first, host->settings, concerned);
  return host;
}

void Routes::SettleVirtualHost(std::shared_ptr<VirtualHost> host, ProblemBook& problems,
                               ModelChanges& changes) {
  const std::string& domain = host->domain;
  problems.Set(absl::StrCat("ports of ", domain), public_ports_.Settle(domain, host->settings));
  const auto found = virtual_hosts_.find(domain);
  if (host->routes.empty()) {
    if (found == virtual_hosts_.end()) return;
    virtual_hosts_.erase(found);
    changes.virtual_hosts.push_back({domain, nullptr});
  } else if (found == virtual_hosts_.end() || *found->second != *host) {
    virtual_hosts_[domain] = host;
    changes.virtual_hosts.push_back({domain, host});
  }
}

std::vector<DomainSpeaker> Routes::SpeakersOf(const std::string& domain,
                                              const absl::btree_set<std::string>& services) const {
  std::vector<DomainSpeaker> speakers;
  for (const std::string& name : services) {
    const Service& service = *services_.Find(name);
    speakers.push_back({name, service.standing, service.words.multiports, service.access,
                        &service.words.FindDomain(domain)->settings});
  }
  return speakers;
}

}  // namespace fairlead
