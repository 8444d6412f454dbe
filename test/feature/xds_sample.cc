#include "test/feature/xds_sample.h"

#include "absl/strings/str_cat.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"

namespace fairlead {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::config::listener::v3::Listener;
using envoy::config::route::v3::RouteConfiguration;
using envoy::extensions::transport_sockets::tls::v3::Secret;

google::protobuf::Any Packed(const google::protobuf::Message& message) {
  google::protobuf::Any any;
  any.PackFrom(message);
  return any;
}

std::string Joined(const std::string& name, const std::string& mark) {
  return mark.empty() ? name : absl::StrCat(name, "=", mark);
}

void SetAddress(envoy::config::core::v3::Address& address) {
  address.mutable_socket_address()->set_address("192.0.2.1");
  address.mutable_socket_address()->set_port_value(80);
}

ClusterLoadAssignment SampleAssignment(const std::string& name, const std::string& mark) {
  ClusterLoadAssignment assignment;
  assignment.set_cluster_name(name);
  auto& endpoint = *assignment.add_endpoints()->add_lb_endpoints()->mutable_endpoint();
  endpoint.set_hostname(mark);
  SetAddress(*endpoint.mutable_address());
  return assignment;
}

Listener SampleListener(const std::string& name, const std::string& mark) {
  Listener listener;
  listener.set_name(name);
  listener.set_stat_prefix(mark);
  SetAddress(*listener.mutable_address());
  listener.add_filter_chains();
  return listener;
}

std::string MarkOf(const ClusterLoadAssignment& assignment) {
  if (assignment.endpoints().empty() || assignment.endpoints(0).lb_endpoints().empty()) return "";
  return assignment.endpoints(0).lb_endpoints(0).endpoint().hostname();
}

}  // namespace

google::protobuf::Any SampleOf(Type type, const std::string& name, const std::string& mark) {
  Cluster cluster;
  RouteConfiguration routes;
  Secret secret;
  switch (type) {
    case Type::kCluster:
      cluster.set_name(name);
      cluster.set_alt_stat_name(mark);
      return Packed(cluster);
    case Type::kEndpoint:
      return Packed(SampleAssignment(name, mark));
    case Type::kListener:
      return Packed(SampleListener(name, mark));
    case Type::kRoute:
      routes.set_name(name);
      routes.add_internal_only_headers(mark);
      return Packed(routes);
    case Type::kSecret:
      secret.set_name(name);
      secret.mutable_generic_secret()->mutable_secret()->set_inline_string(mark);
      return Packed(secret);
  }
  return {};
}

std::string TextOf(const google::protobuf::Any& sample) {
  Cluster cluster;
  if (sample.UnpackTo(&cluster)) return Joined(cluster.name(), cluster.alt_stat_name());
  ClusterLoadAssignment assignment;
  if (sample.UnpackTo(&assignment)) {
    return Joined(assignment.cluster_name(), MarkOf(assignment));
  }
  Listener listener;
  if (sample.UnpackTo(&listener)) return Joined(listener.name(), listener.stat_prefix());
  RouteConfiguration routes;
  if (sample.UnpackTo(&routes)) {
    return Joined(routes.name(),
                  routes.internal_only_headers().empty() ? "" : routes.internal_only_headers(0));
  }
  Secret secret;
  if (sample.UnpackTo(&secret)) {
    return Joined(secret.name(), secret.generic_secret().secret().inline_string());
  }
  return "?";
}

}  // namespace fairlead
