#include "server/resources/cluster.h"

#include <string>

#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"
#include "envoy/extensions/upstreams/http/v3/http_protocol_options.pb.h"

namespace fairlead {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext;
using envoy::extensions::upstreams::http::v3::HttpProtocolOptions;

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

Cluster::LbPolicy PolicyOf(LoadBalancing::Policy policy) {
  switch (policy) {
    case LoadBalancing::Policy::kLeastRequest:
      return Cluster::LEAST_REQUEST;
    case LoadBalancing::Policy::kRandom:
      return Cluster::RANDOM;
    case LoadBalancing::Policy::kHash:
      return Cluster::RING_HASH;
    case LoadBalancing::Policy::kRoundRobin:
      break;
  }
  return Cluster::ROUND_ROBIN;
}

// HTTP/1.1 over connections that are used again needs no words.
void Speak(const Upstream& upstream, Cluster& cluster) {
  const Protocol protocol = upstream.protocol;
  const bool is_http2 = protocol == Protocol::kGrpc || protocol == Protocol::kGrpcs;
  if (is_http2 || !upstream.keep_alive) {
    HttpProtocolOptions options;
    auto& http = *options.mutable_explicit_http_config();
    is_http2 ? static_cast<void>(http.mutable_http2_protocol_options())
             : static_cast<void>(http.mutable_http_protocol_options());
    if (!upstream.keep_alive) {
      options.mutable_common_http_protocol_options()
          ->mutable_max_requests_per_connection()
          ->set_value(1);
    }
    (*cluster.mutable_typed_extension_protocol_options())
        ["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"]
            .PackFrom(options);
  }
  if (protocol == Protocol::kHttps || protocol == Protocol::kGrpcs) {
    // Whom the container is called by is the client's word, as with nginx's proxy_pass; its
    // certificate is most often its own and is not looked at.
    UpstreamTlsContext tls;
    if (is_http2) tls.mutable_common_tls_context()->add_alpn_protocols("h2");
    auto& socket = *cluster.mutable_transport_socket();
    socket.set_name("envoy.transport_sockets.tls");
    socket.mutable_typed_config()->PackFrom(tls);
  }
}

}  // namespace

Cluster ClusterOf(absl::string_view pool, const Upstream& upstream) {
  Cluster cluster;
  cluster.set_name(std::string(pool));
  cluster.set_type(Cluster::EDS);
  auto& eds = *cluster.mutable_eds_cluster_config()->mutable_eds_config();
  eds.set_resource_api_version(envoy::config::core::v3::V3);
  eds.mutable_ads();
  cluster.set_lb_policy(PolicyOf(upstream.load_balancing.policy));
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
  Speak(upstream, cluster);
  return cluster;
}

}  // namespace fairlead
