#include "server/routing/containers.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "server/routing/addresses.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

// What is over is nothing to complain about.
bool IsOver(const v1::Container& container) {
  return container.state() == v1::Container::EXITED || container.state() == v1::Container::DEAD ||
         container.state() == v1::Container::REMOVING;
}

bool Same(const Member& a, const Member& b) {
  const bool same_endpoints =
      std::equal(a.endpoints.begin(), a.endpoints.end(), b.endpoints.begin(), b.endpoints.end(),
                 [](const auto& x, const auto& y) { return x == y || *x == *y; });
  return same_endpoints && a.facts == b.facts && a.host_silent == b.host_silent &&
         a.request == b.request && a.held_back == b.held_back;
}

std::string NameOf(const v1::Container& container) {
  return PrintableAscii(container.name().empty() ? container.id() : container.name());
}

Problem CrashLoopProblem(const std::string& host_id, const v1::Container& container,
                         const CrashDamper::Options& damping) {
  const std::string name = NameOf(container);
  Problem problem;
  problem.place.host = host_id;
  problem.place.container = name;
  problem.what = absl::StrCat(
      "it ends and is started again and again, so proxies are told of its starts at "
      "most once in ",
      absl::FormatDuration(damping.spacing),
      ", and until then it gets no requests; of its ends they are told at once");
  problem.cure = absl::StrCat(
      "see why it ends: `docker logs ", name, "`, and its exit code in `docker ps --all`; once it ",
      "has run for ", absl::FormatDuration(damping.at_once * damping.spacing),
      " it counts as healed, and stopping and starting it by hand never waits");
  return problem;
}

}  // namespace

std::vector<MemberChange> Containers::Apply(const FactChanges& changes, absl::Duration now,
                                            ProblemBook& problems) {
  Touched touched;
  for (const HostChange& change : changes.hosts) {
    if (change.after != nullptr) ApplyHost(change, touched);
  }
  for (const ContainerChange& change : changes.containers) ApplyContainer(change, touched);
  for (const HostChange& change : changes.hosts) {
    if (change.after == nullptr) ApplyHost(change, touched);
  }
  std::vector<MemberChange> members = Rebuild(touched, now, problems);
  for (const HostChange& change : changes.hosts) {
    if (change.after == nullptr) hosts_.erase(change.host_id);
  }
  return members;
}

std::vector<MemberChange> Containers::Tick(absl::Duration now, ProblemBook& problems) {
  Touched touched;
  for (const auto& [due, host_id, container_id] : due_) {
    if (due > now) break;
    touched.insert({host_id, container_id});
  }
  return Rebuild(touched, now, problems);
}

std::vector<MemberChange> Containers::Rebuild(const Touched& touched, absl::Duration now,
                                              ProblemBook& problems) {
  std::vector<MemberChange> members;
  for (const auto& [host_id, container_id] : touched) {
    MemberChange change = Rebuild(host_id, container_id, now, problems);
    if (change.before != change.after) members.push_back(std::move(change));
  }
  return members;
}

bool Containers::IsHeldBack(const std::string& host_id, const std::string& container_id) const {
  const auto host = hosts_.find(host_id);
  if (host == hosts_.end()) return false;
  const auto container = host->second.containers.find(container_id);
  return container != host->second.containers.end() && container->second.damper.held_back();
}

std::vector<std::shared_ptr<const Member>> Containers::MembersOn(const std::string& host_id) const {
  std::vector<std::shared_ptr<const Member>> members;
  const auto host = hosts_.find(host_id);
  if (host == hosts_.end()) return members;
  for (const auto& [id, container] : host->second.containers) {
    if (container.member != nullptr) members.push_back(container.member);
  }
  return members;
}

void Containers::ApplyHost(const HostChange& change, Touched& touched) {
  Host& host = hosts_[change.host_id];
  host.facts = change.after;
  for (auto& [id, container] : host.containers) {
    touched.insert({change.host_id, id});
    if (change.after == nullptr) container.facts = nullptr;
  }
}

void Containers::ApplyContainer(const ContainerChange& change, Touched& touched) {
  Host& host = hosts_[change.host_id];
  if (change.after != nullptr) {
    Put(host, change.container_id, change.after);
  } else {
    Remove(host, change.container_id);
  }
  touched.insert({change.host_id, change.container_id});
  const auto sharers = host.sharers.find(change.container_id);
  if (sharers == host.sharers.end()) return;
  for (const std::string& id : sharers->second) touched.insert({change.host_id, id});
}

void Containers::Put(Host& host, const std::string& container_id, const ContainerFacts& facts) {
  Remove(host, container_id);
  host.containers[container_id].facts = facts;
  const std::string owner = NetworkOwnerId(*facts);
  if (!owner.empty()) host.sharers[owner].insert(container_id);
}

// The member stays until Rebuild, which tells of its going.
void Containers::Remove(Host& host, const std::string& container_id) {
  const auto found = host.containers.find(container_id);
  if (found == host.containers.end() || found->second.facts == nullptr) return;
  const auto sharers = host.sharers.find(NetworkOwnerId(*found->second.facts));
  if (sharers != host.sharers.end()) {
    sharers->second.erase(container_id);
    if (sharers->second.empty()) host.sharers.erase(sharers);
  }
  found->second.facts = nullptr;
}

MemberChange Containers::Rebuild(const std::string& host_id, const std::string& container_id,
                                 absl::Duration now, ProblemBook& problems) {
  Host& host = hosts_[host_id];
  const auto found = host.containers.find(container_id);
  if (found == host.containers.end()) return {};
  Container& container = found->second;
  MemberChange change{container.member, nullptr};
  Problems of_container;
  Damp(host_id, container_id, container, now);
  if (container.facts == nullptr) {
    host.containers.erase(found);
  } else {
    change.after = Build(host_id, host, container, of_container);
    if (change.before != nullptr && change.after != nullptr &&
        Same(*change.before, *change.after)) {
      change.after = change.before;
    }
    container.member = change.after;
    if (IsOver(*container.facts)) of_container.clear();
    if (change.after != nullptr && container.damper.crash_loops()) {
      of_container.push_back(CrashLoopProblem(host_id, *container.facts, crash_damping_));
    }
  }
  problems.Set(absl::StrCat("container ", host_id, "/", container_id), std::move(of_container));
  return change;
}

void Containers::Damp(const std::string& host_id, const std::string& container_id,
                      Container& container, absl::Duration now) {
  due_.erase({container.damper.due(), host_id, container_id});
  if (container.facts == nullptr) return;
  container.damper.Take(*container.facts, now, crash_damping_);
  if (container.damper.due() == absl::InfiniteDuration()) return;
  due_.insert({container.damper.due(), host_id, container_id});
}

std::shared_ptr<const Member> Containers::Build(const std::string& host_id, const Host& host,
                                                const Container& container,
                                                Problems& problems) const {
  auto member = std::make_shared<Member>();
  member->request = ParseRequest(*container.facts, host_id, problems);
  if (!member->request.published()) return nullptr;
  member->host_id = host_id;
  member->host_silent = host.facts != nullptr && host.facts->silent;
  member->facts = container.facts;
  member->held_back = container.damper.held_back();
  if (!member->held_back) BuildEndpoints(host, *member, problems);
  return member;
}

void Containers::BuildEndpoints(const Host& host, Member& member, Problems& problems) const {
  const std::optional<OwnHealth> health = HealthOf(*member.facts);
  if (!health.has_value()) return;
  absl::btree_set<uint16_t> ports;
  for (const RouteRequest& route : member.request.routes) ports.insert(route.port);
  for (const uint16_t port : ports) {
    member.endpoints.push_back(BuildEndpoint(member, *health, port, host, problems));
  }
}

std::shared_ptr<const Endpoint> Containers::BuildEndpoint(const Member& member,
                                                          const OwnHealth& health, uint16_t port,
                                                          const Host& host,
                                                          Problems& problems) const {
  const v1::Container& container = *member.facts;
  auto endpoint = std::make_shared<Endpoint>();
  endpoint->container_id = container.id();
  endpoint->container_name = container.name();
  endpoint->service = member.request.service;
  endpoint->host_id = member.host_id;
  endpoint->zone = host.facts == nullptr ? "" : host.facts->zone;
  endpoint->started_at = TimeOf(container.has_started_at(), container.started_at());
  endpoint->port = port;
  endpoint->health = health.health;
  endpoint->reason = health.reason;
  Place place;
  place.host = member.host_id;
  place.container = NameOf(container);
  endpoint->addresses = AddressesOf({container, NetworkOwner(host, container), host.facts.get(),
                                     port, routable_networks_, published_ports_},
                                    place, problems);
  return endpoint;
}

// Docker lets no container share the network of one that shares another's: one step is all.
const v1::Container* Containers::NetworkOwner(const Host& host,
                                              const v1::Container& container) const {
  const std::string owner_id = NetworkOwnerId(container);
  if (owner_id.empty()) return &container;
  const auto owner = host.containers.find(owner_id);
  if (owner == host.containers.end() || owner->second.facts == nullptr) return nullptr;
  const v1::Container& facts = *owner->second.facts;
  const bool up = facts.state() == v1::Container::RUNNING || facts.state() == v1::Container::PAUSED;
  return up && NetworkOwnerId(facts).empty() ? &facts : nullptr;
}

}  // namespace fairlead
