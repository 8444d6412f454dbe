#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "server/routing/domain_words.h"
#include "server/routing/model.h"
#include "server/routing/problem_book.h"
#include "server/routing/public_ports.h"
#include "server/routing/services.h"

namespace fairlead {

// The third step of the routing model: which pool is behind each claimed host and path, and what is
// in it. A change costs what the services that changed claim, and those that claim the same.
class Routes {
 public:
  // `services` must outlive this.
  explicit Routes(const Services& services) : services_(services) {}

  // Only pools and virtual hosts whose content differs are in `changes`. A shared pool's notice
  // goes to `problems`, under "pool NAME".
  void Apply(const std::vector<ServiceTouched>& touched, ProblemBook& problems,
             ModelChanges& changes);

  // Null: there is none. By the name of a pool, a domain.
  std::shared_ptr<const Pool> FindPool(const std::string& name) const;
  std::shared_ptr<const VirtualHost> FindVirtualHost(const std::string& domain) const;
  // Sorted by name, by domain.
  std::vector<std::shared_ptr<const Pool>> Pools() const;
  std::vector<std::shared_ptr<const VirtualHost>> VirtualHosts() const;
  // The name of the pool behind `claim`; empty: nothing is.
  std::string PoolBehind(const Claim& claim) const;

 private:
  struct RouteState {
    absl::btree_set<std::string> claimants;  // service names
    std::vector<std::string> owners;         // of these, those that count; sorted
    Route route;
  };
  struct PoolState {
    absl::btree_set<Claim> routes;
    std::vector<std::string> services;  // whose endpoints are in it, sorted
    Upstream upstream;
    std::shared_ptr<const Pool> pool;  // as last told; null: not yet
  };

  void Claims(const ServiceTouched& touched, absl::btree_set<Claim>& claims);
  std::vector<std::string> Owners(const RouteState& route) const;
  // Whose words about the route count.
  const RoutingRequest& Speaker(const std::vector<std::string>& owners) const;
  std::string PoolName(const Claim& claim, const std::vector<std::string>& owners,
                       const Upstream& upstream) const;
  void SettleRoute(const Claim& claim, absl::btree_set<std::string>& pools,
                   absl::btree_set<std::string>& domains);
  void LeavePool(const Claim& claim, const std::string& pool);
  void SettlePool(const std::string& name, ProblemBook& problems, ModelChanges& changes);
  std::shared_ptr<const Pool> BuildPool(const std::string& name, const PoolState& state) const;
  // As it is asked for. Domains that get other ports by that are added to `concerned`.
  std::shared_ptr<VirtualHost> BuildVirtualHost(const std::string& domain, ProblemBook& problems,
                                                absl::btree_set<std::string>& concerned);
  // What of it is had, and told if it differs.
  void SettleVirtualHost(std::shared_ptr<VirtualHost> host, ProblemBook& problems,
                         ModelChanges& changes);
  std::vector<DomainSpeaker> SpeakersOf(const std::string& domain,
                                        const absl::btree_set<std::string>& services) const;

  const Services& services_;
  absl::btree_map<Claim, RouteState> routes_;
  absl::flat_hash_map<std::string, PoolState> pools_;
  absl::flat_hash_map<std::string, std::shared_ptr<const VirtualHost>> virtual_hosts_;
  PublicPorts public_ports_;
};

}  // namespace fairlead
