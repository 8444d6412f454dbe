#include "server/resources/assignment.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace fairlead {
namespace {

using envoy::config::core::v3::HealthStatus;
using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::config::endpoint::v3::LbEndpoint;
using envoy::config::endpoint::v3::LocalityLbEndpoints;
using google::protobuf::Arena;

bool Reaches(const View& view, const Endpoint& endpoint, const Address& address) {
  const bool same_host = !view.host.empty() && view.host == endpoint.host_id;
  const bool on_network =
      std::binary_search(view.networks.begin(), view.networks.end(), address.network);
  switch (address.from) {
    case Address::From::kHost:
      return same_host && (view.networks.empty() || on_network);
    case Address::From::kSpanningNetwork:
      return on_network || (same_host && view.networks.empty());
    case Address::From::kPublishedLoopback:
      return same_host && view.networks.empty();
    case Address::From::kPublished:
    case Address::From::kHostNetwork:
      return true;
  }
  return false;
}

HealthStatus HealthOf(Endpoint::Health health) {
  switch (health) {
    case Endpoint::Health::kHealthy:
      return envoy::config::core::v3::HEALTHY;
    case Endpoint::Health::kDraining:
      return envoy::config::core::v3::DRAINING;
    case Endpoint::Health::kUnhealthy:
    case Endpoint::Health::kStarting:
      return envoy::config::core::v3::UNHEALTHY;
  }
  return envoy::config::core::v3::UNHEALTHY;
}

void Fill(const Endpoint& endpoint, const Address& address, LbEndpoint& lb) {
  auto& socket = *lb.mutable_endpoint()->mutable_address()->mutable_socket_address();
  socket.set_address(address.ip);
  socket.set_port_value(address.port);
  lb.set_health_status(HealthOf(endpoint.health));
  lb.mutable_load_balancing_weight()->set_value(1);
}

}  // namespace

const Address* ReachableAddress(const Endpoint& endpoint, const View& view) {
  for (const Address& address : endpoint.addresses) {
    if (Reaches(view, endpoint, address)) return &address;
  }
  return nullptr;
}

ClusterLoadAssignment& AssignmentOf(const Pool& pool, const View& view, Arena& arena) {
  auto& assignment = *Arena::CreateMessage<ClusterLoadAssignment>(&arena);
  assignment.set_cluster_name(pool.name);
  absl::btree_map<absl::string_view, LocalityLbEndpoints*> zones;
  // gRPC refuses an assignment in which an address stands twice (xDS rule GR7).
  absl::flat_hash_set<std::pair<absl::string_view, uint32_t>> seen;
  seen.reserve(pool.endpoints.size());
  for (const auto& endpoint : pool.endpoints) {
    if (endpoint->health == Endpoint::Health::kStarting) continue;
    const Address* const address = ReachableAddress(*endpoint, view);
    if (address == nullptr) continue;
    if (!seen.emplace(address->ip, address->port).second) continue;
    LocalityLbEndpoints*& endpoints = zones[endpoint->zone];
    if (endpoints == nullptr) endpoints = Arena::CreateMessage<LocalityLbEndpoints>(&arena);
    Fill(*endpoint, *address, *endpoints->add_lb_endpoints());
  }
  const bool near = !view.zone.empty() && zones.contains(view.zone) && zones.size() > 1;
  for (const auto& [zone, endpoints] : zones) {
    endpoints->mutable_locality()->set_zone(std::string(zone));
    endpoints->mutable_load_balancing_weight()->set_value(
        static_cast<uint32_t>(endpoints->lb_endpoints_size()));
    endpoints->set_priority(near && zone != view.zone ? 1 : 0);
    assignment.mutable_endpoints()->AddAllocated(endpoints);
  }
  return assignment;
}

}  // namespace fairlead
