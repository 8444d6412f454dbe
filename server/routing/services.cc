#include "server/routing/services.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/routing/disagreement.h"
#include "server/vocabulary/request.h"

namespace fairlead {
namespace {

std::vector<Claim> ClaimsOf(const RoutingRequest& request) {
  std::vector<Claim> claims;
  claims.reserve(request.routes.size());
  for (const RouteRequest& route : request.routes) claims.emplace_back(route.host, route.path);
  return claims;
}

Standing StandingOf(const Service& service) {
  for (const auto& [age, member] : service.members) {
    if (!member->endpoints.empty()) return Standing::kRuns;
  }
  const bool is_gone =
      service.record != nullptr && service.record->empty_since != absl::InfiniteFuture();
  return is_gone ? Standing::kGone : Standing::kStopped;
}

Access AccessTo(const Service& service) {
  Access access = AccessOf(service.words);
  for (const auto& [age, member] : service.members) {
    if (!member->endpoints.empty()) access = MoreCareful(access, AccessOf(member->request));
  }
  return access;
}

}  // namespace

std::vector<std::shared_ptr<const Endpoint>> Service::EndpointsFor(const Claim& claim) const {
  const uint16_t port = words.FindRoute(claim.first, claim.second)->port;
  std::vector<std::shared_ptr<const Endpoint>> endpoints;
  for (const auto& [age, member] : members) {
    auto endpoint = member->EndpointFor(claim.first, claim.second, port);
    if (endpoint != nullptr) endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

std::vector<uint16_t> Service::PortsFor(const Claim& claim) const {
  absl::btree_set<uint16_t> ports;
  for (const auto& endpoint : EndpointsFor(claim)) ports.insert(endpoint->port);
  if (ports.empty()) ports.insert(words.FindRoute(claim.first, claim.second)->port);
  return {ports.begin(), ports.end()};
}

const Member* Service::NewestRunning() const {
  for (auto it = members.rbegin(); it != members.rend(); ++it) {
    if (Runs(*it->second)) return it->second.get();
  }
  return nullptr;
}

std::vector<ServiceTouched> Services::Restore(
    const std::vector<std::shared_ptr<const ServiceRecord>>& records, absl::Time now,
    std::vector<ServiceChange>& changes) {
  std::vector<ServiceTouched> touched;
  for (const auto& record : records) {
    Problems unused;
    RoutingRequest request = ParseRequest(*record->spokesman, record->host_id, unused);
    if (!request.published() || request.service != record->name ||
        services_.contains(record->name)) {
      changes.push_back({record->name, nullptr});
      continue;
    }
    auto service = std::make_unique<Service>();
    service->record = record;
    service->claims = ClaimsOf(request);
    service->words = std::move(request);
    service->standing = StandingOf(*service);
    service->access = AccessTo(*service);
    const bool had_containers = record->empty_since == absl::InfiniteFuture();
    empty_.Add(record->name, std::min(record->empty_since, now), service->claims, had_containers);
    touched.push_back({record->name, {}, service->claims, true});
    services_[record->name] = std::move(service);
  }
  return touched;
}

std::vector<ServiceTouched> Services::Apply(const std::vector<MemberChange>& members,
                                            absl::Time now, ProblemBook& problems,
                                            std::vector<ServiceChange>& changes) {
  absl::btree_set<std::string> names;
  for (const MemberChange& change : members) Put(change, names);
  std::vector<ServiceTouched> touched;
  touched.reserve(names.size());
  for (const std::string& name : names) touched.push_back(Settle(name, now, problems, changes));
  return touched;
}

std::vector<ServiceTouched> Services::Forget(absl::Time now, std::vector<ServiceChange>& changes) {
  std::vector<ServiceTouched> touched;
  while (const auto overdue = empty_.Overdue(now)) {
    const std::string& name = *overdue;
    touched.push_back({name, std::move(services_.at(name)->claims), {}, true});
    changes.push_back({name, nullptr});
    services_.erase(name);
    empty_.Remove(name);
  }
  return touched;
}

const Service* Services::Find(const std::string& name) const {
  const auto found = services_.find(name);
  return found == services_.end() ? nullptr : found->second.get();
}

std::vector<std::string> Services::Names() const {
  std::vector<std::string> names;
  names.reserve(services_.size());
  for (const auto& [name, service] : services_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

void Services::Put(const MemberChange& change, absl::btree_set<std::string>& touched) {
  if (change.before != nullptr) {
    const std::string& name = change.before->request.service;
    services_.at(name)->members.erase(AgeOf(*change.before));
    touched.insert(name);
  }
  if (change.after == nullptr) return;
  const std::string& name = change.after->request.service;
  std::unique_ptr<Service>& service = services_[name];
  if (service == nullptr) service = std::make_unique<Service>();
  service->members[AgeOf(*change.after)] = change.after;
  touched.insert(name);
}

ServiceTouched Services::Settle(const std::string& name, absl::Time now, ProblemBook& problems,
                                std::vector<ServiceChange>& changes) {
  Service& service = *services_.at(name);
  const auto record_before = service.record;
  const Standing standing_before = service.standing;
  const Access access_before = service.access;
  ServiceTouched touched{name, service.claims, {}, false};
  const bool says_otherwise = ChooseSpokesman(service, name);
  if (service.record != nullptr) SettleEmptiness(service, name, now);
  service.standing = StandingOf(service);
  service.access = AccessTo(service);
  problems.Set(absl::StrCat("service ", name), DisagreementsOf(name, service));
  if (service.record == nullptr) {
    if (service.members.empty()) services_.erase(name);
    return touched;
  }
  if (service.record != record_before) changes.push_back({name, service.record});
  touched.claims_after = service.claims;
  touched.heard_otherwise =
      says_otherwise || service.standing != standing_before || service.access != access_before;
  return touched;
}

bool Services::ChooseSpokesman(Service& service, const std::string& name) const {
  const Member* newest = service.NewestRunning();
  if (newest == nullptr) return false;
  if (service.record != nullptr && service.words == newest->request) return false;
  auto record = std::make_shared<ServiceRecord>();
  record->name = name;
  record->spokesman = newest->facts;
  record->host_id = newest->host_id;
  record->empty_since =
      service.record == nullptr ? absl::InfiniteFuture() : service.record->empty_since;
  service.record = std::move(record);
  service.claims = ClaimsOf(newest->request);
  service.words = newest->request;
  return true;
}

void Services::SettleEmptiness(Service& service, const std::string& name, absl::Time now) {
  const bool was_empty = service.record->empty_since != absl::InfiniteFuture();
  const bool is_empty = service.members.empty();
  if (is_empty && was_empty) return;
  empty_.Remove(name);
  if (is_empty == was_empty) return;  // it was awaited, and is there
  auto record = std::make_shared<ServiceRecord>(*service.record);
  record->empty_since = is_empty ? now : absl::InfiniteFuture();
  service.record = std::move(record);
  if (is_empty) empty_.Add(name, now, service.claims, false);
}

}  // namespace fairlead
