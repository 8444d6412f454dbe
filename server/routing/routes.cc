#include "server/routing/routes.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/routing/health.h"
#include "server/routing/names.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

bool FailsCheck(const Member& member) { return member.facts->health() == v1::Container::UNHEALTHY; }

// Container ids are the engine's, but two hosts may tell the same one.
bool ByContainerAndPort(const PoolMember& a, const PoolMember& b) {
  return std::tie(a.endpoint->container_id, a.endpoint->port, a.endpoint->host_id) <
         std::tie(b.endpoint->container_id, b.endpoint->port, b.endpoint->host_id);
}

bool SameEndpoints(const Pool& a, const Pool& b) {
  return std::equal(a.endpoints.begin(), a.endpoints.end(), b.endpoints.begin(), b.endpoints.end(),
                    [](const auto& x, const auto& y) { return x == y || *x == *y; });
}

bool LongestPathFirst(const Route& a, const Route& b) {
  return a.path.size() != b.path.size() ? a.path.size() > b.path.size() : a.path < b.path;
}

// Only a mixed pool has more than one service, and it has one route.
Problems SharedPoolNotice(const Claim& route, const std::vector<std::string>& services) {
  constexpr size_t kMostListed = 5;
  if (services.size() < 2) return {};
  const size_t listed = std::min(services.size(), kMostListed);
  Problem problem;
  problem.place.service = Printable(absl::StrCat(route.first, route.second));
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
  for (const std::string& pool : pools) SettlePool(pool, problems, changes);
  for (const std::string& domain : domains) SettleVirtualHost(domain, changes);
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
  return found == routes_.end() ? "" : found->second.pool;
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
    if (services_.Find(name)->HasEndpoints()) live.push_back(name);
  }
  if (!live.empty()) return live;
  return {route.claimants.begin(), route.claimants.end()};
}

std::string Routes::PoolName(const Claim& claim, const std::vector<std::string>& owners) const {
  if (owners.size() == 1) {
    const std::vector<uint16_t> ports = services_.Find(owners.front())->Ports();
    if (ports.size() == 1) return ServicePoolName(owners.front(), ports.front());
  }
  return MixedPoolName(claim.first, claim.second);
}

void Routes::SettleRoute(const Claim& claim, absl::btree_set<std::string>& pools,
                         absl::btree_set<std::string>& domains) {
  RouteState& route = routes_[claim];
  const std::string before = route.pool;
  if (!before.empty()) pools.insert(before);
  std::vector<std::string> owners = Owners(route);
  route.pool = owners.empty() ? "" : PoolName(claim, owners);
  if (route.pool != before) {
    domains.insert(claim.first);
    LeavePool(claim, before);
  }
  if (owners.empty()) {
    routes_.erase(claim);
    return;
  }
  PoolState& pool = pools_[route.pool];
  pool.routes.insert(claim);
  pool.services = std::move(owners);
  pools.insert(route.pool);
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
  if (state.pool != nullptr && SameEndpoints(*state.pool, *pool)) return;
  state.pool = std::move(pool);
  changes.pools.push_back({name, state.pool});
}

std::shared_ptr<const Pool> Routes::BuildPool(const std::string& name,
                                              const PoolState& state) const {
  std::vector<PoolMember> members;
  for (const std::string& service : state.services) {
    for (const auto& [age, member] : services_.Find(service)->members) {
      if (member->endpoint == nullptr) continue;
      members.push_back({member->endpoint, member->host_silent, FailsCheck(*member)});
    }
  }
  std::sort(members.begin(), members.end(), ByContainerAndPort);
  auto pool = std::make_shared<Pool>();
  pool->name = name;
  pool->endpoints = SettleHealth(members);
  return pool;
}

void Routes::SettleVirtualHost(const std::string& domain, ModelChanges& changes) {
  auto host = std::make_shared<VirtualHost>();
  host->domain = domain;
  for (auto it = routes_.lower_bound({domain, ""}); it != routes_.end(); ++it) {
    if (it->first.first != domain) break;
    host->routes.push_back({it->first.second, it->second.pool});
  }
  std::sort(host->routes.begin(), host->routes.end(), LongestPathFirst);
  const auto found = virtual_hosts_.find(domain);
  if (host->routes.empty()) {
    if (found == virtual_hosts_.end()) return;
    virtual_hosts_.erase(found);
    changes.virtual_hosts.push_back({domain, nullptr});
  } else if (found == virtual_hosts_.end() || found->second->routes != host->routes) {
    virtual_hosts_[domain] = host;
    changes.virtual_hosts.push_back({domain, std::move(host)});
  }
}

}  // namespace fairlead
