#include "server/resources/acme_responder.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "envoy/extensions/upstreams/http/v3/http_protocol_options.pb.h"

namespace fairlead {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::extensions::upstreams::http::v3::HttpProtocolOptions;

// An authority waits for some 10 s.
constexpr int kAnswerSeconds = 5;

}  // namespace

Cluster AcmeResponderClusterOf(const AcmeResponder& responder) {
  Cluster cluster;
  cluster.set_name(kAcmeResponderCluster);
  cluster.set_type(Cluster::STATIC);
  cluster.mutable_connect_timeout()->set_seconds(1);
  auto& assignment = *cluster.mutable_load_assignment();
  assignment.set_cluster_name(kAcmeResponderCluster);
  auto& endpoint = *assignment.add_endpoints()->add_lb_endpoints()->mutable_endpoint();
  auto& socket = *endpoint.mutable_address()->mutable_socket_address();
  socket.set_address(responder.ip);
  socket.set_port_value(responder.port);
  // Challenges are few, and a small server ends quiet connections: a new one for each meets none
  // that is just being closed.
  HttpProtocolOptions options;
  options.mutable_explicit_http_config()->mutable_http_protocol_options();
  options.mutable_common_http_protocol_options()->mutable_max_requests_per_connection()->set_value(
      1);
  (*cluster.mutable_typed_extension_protocol_options())
      ["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"]
          .PackFrom(options);
  return cluster;
}

bool ClaimsChallenges(const VirtualHost& host) {
  const absl::string_view without_slash = absl::StripSuffix(kChallenges, "/");
  return std::any_of(host.routes.begin(), host.routes.end(), [&](const Route& route) {
    return route.path == without_slash || absl::StartsWith(route.path, kChallenges);
  });
}

void PassToAcmeResponder(envoy::config::route::v3::Route& route) {
  route.mutable_route()->set_cluster(kAcmeResponderCluster);
  route.mutable_route()->mutable_timeout()->set_seconds(kAnswerSeconds);
}

}  // namespace fairlead
