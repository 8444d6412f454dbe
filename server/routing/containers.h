#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "server/catalog/facts.h"
#include "server/routing/crash_damper.h"
#include "server/routing/health.h"
#include "server/routing/member.h"
#include "server/routing/problem_book.h"

namespace fairlead {

// The first step of the routing model: what each container on each host asks for and is, by its
// facts and its host's. A change costs what it touches: a container and those that share its
// network, or a host's containers.
class Containers {
 public:
  Containers(absl::flat_hash_set<std::string> routable_networks, bool published_ports,
             const CrashDamper::Options& crash_damping)
      : routable_networks_(std::move(routable_networks)),
        published_ports_(published_ports),
        crash_damping_(crash_damping) {}

  // The members that changed, each once. A change's `before` is not looked at. Each container's
  // problems go to `problems`, under "container HOST/ID".
  std::vector<MemberChange> Apply(const FactChanges& changes, absl::Duration now,
                                  ProblemBook& problems);

  // Those that were held back for their crashes, and whose time has come. `now` is monotonic.
  std::vector<MemberChange> Tick(absl::Duration now, ProblemBook& problems);

  // Whether the container is held back for its crashes.
  bool IsHeldBack(const std::string& host_id, const std::string& container_id) const;

  // Those of `host_id`, in no order.
  std::vector<std::shared_ptr<const Member>> MembersOn(const std::string& host_id) const;

 private:
  struct Container {
    ContainerFacts facts;
    std::shared_ptr<const Member> member;  // null: it asks for nothing
    CrashDamper damper;
  };
  struct Host {
    std::shared_ptr<const HostFacts> facts;  // null: not told yet
    absl::flat_hash_map<std::string, Container> containers;
    // Container id -> ids of those that share its network, whether it is there or not.
    absl::flat_hash_map<std::string, absl::btree_set<std::string>> sharers;
  };
  using Touched = absl::btree_set<std::pair<std::string, std::string>>;  // host id, container id

  void ApplyHost(const HostChange& change, Touched& touched);
  void ApplyContainer(const ContainerChange& change, Touched& touched);
  void Put(Host& host, const std::string& container_id, const ContainerFacts& facts);
  void Remove(Host& host, const std::string& container_id);
  std::vector<MemberChange> Rebuild(const Touched& touched, absl::Duration now,
                                    ProblemBook& problems);
  MemberChange Rebuild(const std::string& host_id, const std::string& container_id,
                       absl::Duration now, ProblemBook& problems);
  void Damp(const std::string& host_id, const std::string& container_id, Container& container,
            absl::Duration now);
  std::shared_ptr<const Member> Build(const std::string& host_id, const Host& host,
                                      const Container& container, Problems& problems) const;
  void BuildEndpoints(const Host& host, Member& member, Problems& problems) const;
  std::shared_ptr<const Endpoint> BuildEndpoint(const Member& member, const OwnHealth& health,
                                                uint16_t port, const Host& host,
                                                Problems& problems) const;
  const v1::Container* NetworkOwner(const Host& host, const v1::Container& container) const;

  const absl::flat_hash_set<std::string> routable_networks_;
  const bool published_ports_;
  const CrashDamper::Options crash_damping_;
  absl::flat_hash_map<std::string, Host> hosts_;
  // When a damper has to be asked again, and of which container on which host.
  absl::btree_set<std::tuple<absl::Duration, std::string, std::string>> due_;
};

}  // namespace fairlead
