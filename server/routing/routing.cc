#include "server/routing/routing.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

void Count(const Endpoint& endpoint, ServiceSummary& summary) {
  switch (endpoint.health) {
    case Endpoint::Health::kHealthy:
      ++(endpoint.addresses.empty() ? summary.unhealthy : summary.healthy);
      break;
    case Endpoint::Health::kUnhealthy:
      ++summary.unhealthy;
      break;
    case Endpoint::Health::kDraining:
      ++summary.draining;
      break;
    case Endpoint::Health::kStarting:
      ++summary.starting;
      break;
  }
}

bool AllOn(const Service& service, const std::string& host_id) {
  return std::all_of(service.members.begin(), service.members.end(), [&](const auto& entry) {
    return entry.second->endpoints.empty() || entry.second->host_id == host_id;
  });
}

}  // namespace

Routing::Routing(Options options)
    : containers_(std::move(options.routable_networks), options.published_ports,
                  options.crash_damping),
      services_(options.empty_services),
      routes_(services_) {}

ModelChanges Routing::Restore(const std::vector<std::shared_ptr<const ServiceRecord>>& records,
                              absl::Time now) {
  ModelChanges changes;
  auto touched = services_.Restore(records, now, changes.services);
  return Finish(std::move(touched), now, std::move(changes));
}

ModelChanges Routing::Apply(const FactChanges& facts, Moment now) {
  return TakeMembers(containers_.Apply(facts, now.monotonic, problems_), now.wall);
}

ModelChanges Routing::Tick(Moment now) {
  return TakeMembers(containers_.Tick(now.monotonic, problems_), now.wall);
}

ModelChanges Routing::TakeMembers(const std::vector<MemberChange>& members, absl::Time now) {
  ModelChanges changes;
  auto touched = services_.Apply(members, now, problems_, changes.services);
  return Finish(std::move(touched), now, std::move(changes));
}

ModelChanges Routing::Finish(std::vector<ServiceTouched> touched, absl::Time now,
                             ModelChanges changes) {
  auto forgotten = services_.Forget(now, changes.services);
  touched.insert(touched.end(), std::make_move_iterator(forgotten.begin()),
                 std::make_move_iterator(forgotten.end()));
  routes_.Apply(touched, problems_, changes);
  changes.problems = problems_.TakeChanges();
  return changes;
}

std::vector<ServiceSummary> Routing::Summaries() const {
  std::vector<ServiceSummary> summaries;
  for (const std::string& name : services_.Names()) summaries.push_back(Summary(name));
  return summaries;
}

ServiceSummary Routing::Summary(const std::string& name) const {
  ServiceSummary summary;
  summary.name = name;
  const Service* service = services_.Find(name);
  if (service == nullptr || service->claims.empty()) return summary;
  absl::btree_set<std::string> clusters;
  for (const Claim& claim : service->claims) {
    summary.routes.push_back(absl::StrCat(claim.first, claim.second));
    clusters.insert(routes_.PoolBehind(claim));
  }
  summary.clusters.assign(clusters.begin(), clusters.end());
  absl::btree_set<std::string> hosts;
  const auto pool = routes_.FindPool(routes_.PoolBehind(service->claims.front()));
  for (const auto& endpoint : pool->endpoints) {
    if (endpoint->service != name) continue;
    Count(*endpoint, summary);
    hosts.insert(endpoint->host_id);
  }
  summary.hosts.assign(hosts.begin(), hosts.end());
  return summary;
}

std::shared_ptr<const Pool> Routing::FindPool(const std::string& name) const {
  return routes_.FindPool(name);
}

std::shared_ptr<const VirtualHost> Routing::FindVirtualHost(const std::string& domain) const {
  return routes_.FindVirtualHost(domain);
}

std::vector<std::shared_ptr<const Pool>> Routing::Pools() const { return routes_.Pools(); }

std::vector<std::shared_ptr<const VirtualHost>> Routing::VirtualHosts() const {
  return routes_.VirtualHosts();
}

std::vector<std::shared_ptr<const ServiceRecord>> Routing::ServiceRecords() const {
  std::vector<std::shared_ptr<const ServiceRecord>> records;
  for (const std::string& name : services_.Names()) {
    const Service& service = *services_.Find(name);
    if (service.record != nullptr) records.push_back(service.record);
  }
  return records;
}

std::vector<std::string> Routing::OnlyOn(const std::string& host_id) const {
  absl::btree_set<std::string> names;
  for (const auto& member : containers_.MembersOn(host_id)) {
    const std::string& name = member->request.service;
    if (member->endpoints.empty() || names.contains(name)) continue;
    if (AllOn(*services_.Find(name), host_id)) names.insert(name);
  }
  return {names.begin(), names.end()};
}

}  // namespace fairlead
