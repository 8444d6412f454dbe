#include "server/resources/cluster.h"

namespace fairlead {
namespace {

using envoy::config::cluster::v3::Cluster;

// High enough to be out of the way: it is the containers' own word that limits. The default of 3
// retries at a time turns the exit of several containers into 503s.
constexpr uint32_t kNoLimit = 1'000'000;

void LiftCircuitBreakers(Cluster& cluster) {
  auto& thresholds = *cluster.mutable_circuit_breakers()->add_thresholds();
  thresholds.mutable_max_connections()->set_value(kNoLimit);
  thresholds.mutable_max_pending_requests()->set_value(kNoLimit);
  thresholds.mutable_max_requests()->set_value(kNoLimit);
  thresholds.mutable_max_retries()->set_value(kNoLimit);
}

}  // namespace

Cluster ClusterOf(absl::string_view pool) {
  Cluster cluster;
  cluster.set_name(std::string(pool));
  cluster.set_type(Cluster::EDS);
  auto& eds = *cluster.mutable_eds_cluster_config()->mutable_eds_config();
  eds.set_resource_api_version(envoy::config::core::v3::V3);
  eds.mutable_ads();
  cluster.set_lb_policy(Cluster::ROUND_ROBIN);
  // A container that vanished without a word (its address answers nothing) costs this much before
  // the next is tried.
  cluster.mutable_connect_timeout()->set_seconds(1);
  // Whether to fail open is decided here, per pool, and not by Envoy: at its default of 50 % a lone
  // UNHEALTHY endpoint would get traffic.
  cluster.mutable_common_lb_config()->mutable_healthy_panic_threshold()->set_value(0);
  // At the default health changes wait for a second.
  cluster.mutable_common_lb_config()->mutable_update_merge_window();
  // A stopped container goes at once, also where active health checks are on.
  cluster.set_ignore_health_on_host_removal(true);
  // gRPC clients report what they send, to the same server; Envoy's bootstrap says it once for all.
  cluster.mutable_lrs_server()->mutable_self();
  LiftCircuitBreakers(cluster);
  return cluster;
}

}  // namespace fairlead
