#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "server/admin/describe.h"
#include "server/explain/request_explained.h"

namespace fairlead {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::core::v3::HealthStatus;
using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::config::endpoint::v3::LbEndpoint;
using v1::RequestExplained;

// The health of each endpoint, by "IP:PORT".
using Addresses = absl::btree_map<std::string, HealthStatus>;

bool ParseBody(const Resource* resource, google::protobuf::Message& message) {
  return resource != nullptr &&
         message.ParseFromArray(resource->body().data(), static_cast<int>(resource->body().size()));
}

std::string SocketOf(const std::string& ip, uint32_t port) {
  return ip.find(':') == std::string::npos ? absl::StrCat(ip, ":", port)
                                           : absl::StrCat("[", ip, "]:", port);
}

Addresses AddressesIn(const ClusterLoadAssignment& assignment) {
  Addresses addresses;
  for (const auto& locality : assignment.endpoints()) {
    for (const LbEndpoint& endpoint : locality.lb_endpoints()) {
      const auto& socket = endpoint.endpoint().address().socket_address();
      addresses[SocketOf(socket.address(), socket.port_value())] = endpoint.health_status();
    }
  }
  return addresses;
}

bool IsHealthy(HealthStatus health) {
  return health == envoy::config::core::v3::UNKNOWN || health == envoy::config::core::v3::HEALTHY ||
         health == envoy::config::core::v3::DEGRADED;
}

v1::Endpoint::Health DescribeStatus(HealthStatus health) {
  if (IsHealthy(health)) return v1::Endpoint::HEALTHY;
  return health == envoy::config::core::v3::DRAINING ? v1::Endpoint::DRAINING
                                                     : v1::Endpoint::UNHEALTHY;
}

// What some proxies have of a cluster.
struct ClusterSeen {
  const ProxiesAlike* proxies = nullptr;
  Addresses addresses;
  bool panics = false;  // where none is healthy, all are asked
};

ClusterSeen Seen(const ProxiesAlike& proxies, const std::string& name) {
  ClusterSeen seen;
  seen.proxies = &proxies;
  const Resource* const resource = proxies.snapshot->Find(Type::kCluster, name);
  Cluster cluster;
  if (!ParseBody(resource, cluster)) return seen;
  const auto& threshold = cluster.common_lb_config().healthy_panic_threshold();
  seen.panics = !cluster.common_lb_config().has_healthy_panic_threshold() || threshold.value() > 0;
  ClusterLoadAssignment assignment = cluster.load_assignment();
  if (cluster.type() == Cluster::EDS) {
    ParseBody(proxies.snapshot->Find(Type::kEndpoint, resource->assignment()), assignment);
  }
  seen.addresses = AddressesIn(assignment);
  return seen;
}

bool Serves(const ClusterSeen& seen) {
  if (seen.panics) return !seen.addresses.empty();
  return std::any_of(seen.addresses.begin(), seen.addresses.end(),
                     [](const auto& entry) { return IsHealthy(entry.second); });
}

void AddReach(const ClusterSeen& seen, const std::string& address, v1::EndpointAsked& endpoint) {
  v1::EndpointAsked::Reach& reach = *endpoint.add_reached();
  reach.mutable_proxies()->Assign(seen.proxies->node_ids.begin(), seen.proxies->node_ids.end());
  reach.set_address(address);
}

// One of the container's own that these proxies have; empty: none.
std::string AddressFor(const Endpoint& endpoint, const Addresses& addresses) {
  for (const Address& address : endpoint.addresses) {
    const std::string socket = SocketOf(address.ip, address.port);
    if (addresses.contains(socket)) return socket;
  }
  return "";
}

void AddContainers(const Pool& pool, std::vector<ClusterSeen>& all, v1::ClusterAsked& cluster) {
  for (const auto& endpoint : pool.endpoints) {
    v1::EndpointAsked& asked = *cluster.add_endpoints();
    asked.set_container_id(endpoint->container_id);
    asked.set_container_name(endpoint->container_name);
    asked.set_host_id(endpoint->host_id);
    asked.set_health(DescribeHealth(endpoint->health));
    asked.set_reason(endpoint->reason);
    for (ClusterSeen& seen : all) {
      const std::string address = AddressFor(*endpoint, seen.addresses);
      AddReach(seen, address, asked);
    }
  }
}

// Those that are no container's of `pool`.
void AddOthers(const Pool* pool, const std::vector<ClusterSeen>& all, v1::ClusterAsked& cluster) {
  absl::btree_map<std::string, v1::EndpointAsked> others;
  for (const ClusterSeen& seen : all) {
    for (const auto& [address, health] : seen.addresses) {
      const bool is_known =
          pool != nullptr &&
          std::any_of(pool->endpoints.begin(), pool->endpoints.end(),
                      [&, &address = address, &health = health](const auto& endpoint) {
                        return AddressFor(*endpoint, {{address, health}}) != "";
                      });
      if (is_known) continue;
      v1::EndpointAsked& other = others[address];
      other.set_health(DescribeStatus(health));
      AddReach(seen, address, other);
    }
  }
  for (auto& [address, other] : others) *cluster.add_endpoints() = std::move(other);
}

bool HasHealthy(const Pool& pool) {
  return std::any_of(pool.endpoints.begin(), pool.endpoints.end(), [](const auto& endpoint) {
    return endpoint->health == Endpoint::Health::kHealthy;
  });
}

void Unavailable(v1::RequestExplained& explained) {
  const std::string names = absl::StrJoin(explained.clusters(), " or ",
                                          [](std::string* text, const v1::ClusterAsked& cluster) {
                                            absl::StrAppend(text, cluster.name());
                                          });
  explained.set_outcome(RequestExplained::ANSWERED);
  explained.set_status(503);
  explained.set_summary(absl::StrCat("503: no endpoint of ", names, " is healthy and in reach"));
}

}  // namespace

void AddEndpoints(const std::vector<std::shared_ptr<const Pool>>& pools,
                  const RequestGround& ground, v1::RequestExplained& explained) {
  bool any = false;
  absl::btree_map<const ProxiesAlike*, bool> served;
  for (v1::ClusterAsked& cluster : *explained.mutable_clusters()) {
    const auto pool = std::find_if(pools.begin(), pools.end(), [&](const auto& candidate) {
      return candidate != nullptr && candidate->name == cluster.name();
    });
    std::vector<ClusterSeen> all;
    for (const ProxiesAlike& proxies : ground.proxies) {
      all.push_back(Seen(proxies, cluster.name()));
      served[&proxies] |= Serves(all.back());
    }
    if (pool != pools.end()) AddContainers(**pool, all, cluster);
    if (ground.proxies.empty()) {
      any |= pool != pools.end() ? HasHealthy(**pool)
                                 : Serves(Seen({{}, ground.snapshot}, cluster.name()));
    }
    AddOthers(pool == pools.end() ? nullptr : pool->get(), all, cluster);
  }
  if (explained.outcome() != RequestExplained::FORWARDED) return;
  std::vector<std::string> without;
  for (const auto& [proxies, serves] : served) {
    any |= serves;
    if (!serves) {
      without.insert(without.end(), proxies->node_ids.begin(), proxies->node_ids.end());
    }
  }
  if (!any) return Unavailable(explained);
  if (without.empty()) return;
  std::sort(without.begin(), without.end());
  explained.set_summary(absl::StrCat(explained.summary(), "; but 503 from ",
                                     absl::StrJoin(without, ", "),
                                     ", which reach no healthy endpoint of it"));
}

}  // namespace fairlead
