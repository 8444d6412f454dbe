#include "server/validation/validate.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/core/v3/base.pb.h"
#include "envoy/config/core/v3/protocol.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "server/base/envoy_types.h"

namespace fairlead {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::config::listener::v3::Listener;
using envoy::config::route::v3::RouteConfiguration;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using google::protobuf::Message;

struct Case {
  const char* what;
  const char* type;   // without "envoy."
  const char* text;   // in Protobuf's text format
  const char* error;  // "": it is right
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.what; }

std::unique_ptr<Message> Read(const std::string& type, const std::string& text) {
  const auto* const descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(type);
  std::unique_ptr<Message> message(
      descriptor == nullptr
          ? NewEnvoyMessage(type).release()
          : google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message.get())) << text;
  return message;
}

std::string Error(const Message& message) { return std::string(Validate(message).message()); }

class ValidateTest : public ::testing::TestWithParam<Case> {};

TEST_P(ValidateTest, SaysWhatIsWrongAndWhere) {
  const auto message = Read(absl::StrCat("envoy.", GetParam().type), GetParam().text);
  EXPECT_EQ(Error(*message), GetParam().error);
}

constexpr char kRoutes[] = "config.route.v3.RouteConfiguration";
constexpr char kCluster[] = "config.cluster.v3.Cluster";
constexpr char kAssignment[] = "config.endpoint.v3.ClusterLoadAssignment";
constexpr char kListener[] = "config.listener.v3.Listener";
constexpr char kManager[] =
    "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

// One for each kind of rule, on a message of Envoy's that has it.
INSTANTIATE_TEST_SUITE_P(
    Rules, ValidateTest,
    ::testing::Values(
        Case{"a text is long enough", kCluster, R"pb(name: "a")pb", ""},
        Case{"a text is too short", kCluster, "",
             "name: it is empty; it needs at least 1 character"},
        Case{"the path goes through lists", kRoutes,
             R"pb(virtual_hosts { name: "a" domains: "a" }
                  virtual_hosts {
                    name: "b"
                    domains: "b"
                    domains: ""
                    routes { match { prefix: "/" } }
                  })pb",
             "virtual_hosts[1].routes[0].action: none of its fields is set, and one must be"},
        Case{"a list is too short", kRoutes, R"pb(virtual_hosts { name: "a" })pb",
             "virtual_hosts[0].domains: it is empty; it needs at least 1 element"},
        Case{
            "a text of a list is no header value", kRoutes,
            R"pb(virtual_hosts { name: "a" domains: "a\nb" })pb",
            "virtual_hosts[0].domains[0]: it is no value of an HTTP header; control characters and "
            "line breaks must not be in it"},
        Case{"a header's name has a line break", kRoutes, R"pb(internal_only_headers: "a\r\nb")pb",
             "internal_only_headers[0]: it is no name of an HTTP header"},
        Case{"a header's name is not strict", kRoutes, R"pb(internal_only_headers: "a b")pb", ""},
        Case{"a header to be added has no name", kRoutes,
             R"pb(request_headers_to_add { header { value: "a" } })pb",
             "request_headers_to_add[0].header.key: it is empty; it needs at least 1 character"},
        Case{
            "a strict header's name has a space", kManager,
            R"pb(stat_prefix: "a"
                 route_config {}
                 forward_client_cert_details: SANITIZE
                 via: "a\nb")pb",
            "via: it is no value of an HTTP header; control characters and line breaks must not be "
            "in it"},
        Case{"a message is missing", kRoutes, R"pb(virtual_hosts {
                                                     name: "a"
                                                     domains: "a"
                                                     routes { redirect {} }
                                                   })pb",
             "virtual_hosts[0].routes[0].match: it is missing, and must be there"},
        Case{"a oneof is missing", "config.core.v3.Address", "",
             "address: none of its fields is set, and one must be"},
        Case{"a number is too great", "config.core.v3.SocketAddress", R"pb(address: "192.0.2.1"
                                                                           port_value: 65536)pb",
             "port_value: it is 65536; it must be at most 65535"},
        Case{"a number at its limit", "config.core.v3.SocketAddress",
             R"pb(address: "192.0.2.1" port_value: 65535)pb", ""},
        Case{"a wrapped number is too small", kAssignment,
             R"pb(cluster_name: "a"
                  policy { overprovisioning_factor { value: 0 } })pb",
             "policy.overprovisioning_factor: it is 0; it must be greater than 0"},
        Case{"a wrapped number that is not there", kAssignment, R"pb(cluster_name: "a"
                                                                     policy {})pb",
             ""},
        Case{"an enum of no name", "config.core.v3.SocketAddress", R"pb(protocol: 7
                                                                        address: "192.0.2.1"
                                                                        port_value: 1)pb",
             "protocol: it is 7, which is no envoy.config.core.v3.SocketAddress.Protocol"},
        Case{"a duration is too short", kCluster, R"pb(name: "a"
                                                       connect_timeout {})pb",
             "connect_timeout: it is 0; it must be greater than 0"},
        Case{"a duration is long enough", kCluster, R"pb(name: "a"
                                                         connect_timeout { nanos: 1 })pb",
             ""},
        Case{"a duration that must be there", "config.core.v3.HealthCheck",
             R"pb(tcp_health_check {}
                  unhealthy_threshold { value: 1 }
                  healthy_threshold { value: 1 }
                  interval { seconds: 1 })pb",
             "timeout: it is missing, and must be there"},
        Case{"a bool that must be true", kManager,
             R"pb(stat_prefix: "a"
                  route_config {}
                  http_protocol_options { allow_absolute_url { value: true } }
                  strip_any_host_port: true)pb",
             ""},
        Case{"a text does not match its pattern", kRoutes,
             R"pb(virtual_hosts {
                    name: "a"
                    domains: "a"
                    routes {
                      match { path_separated_prefix: "/a/" }
                      route { cluster: "c" }
                    }
                  })pb",
             "virtual_hosts[0].routes[0].match.path_separated_prefix: it does not match "
             "^[^?#]+[^?#/]$"},
        Case{"a text matches its pattern", kRoutes,
             R"pb(virtual_hosts {
                    name: "a"
                    domains: "a"
                    routes {
                      match { path_separated_prefix: "/a" }
                      route { cluster: "c" }
                    }
                  })pb",
             ""},
        Case{"a list has too many elements", "config.endpoint.v3.LbEndpoint",
             R"pb(load_balancing_weight { value: 0 })pb",
             "load_balancing_weight: it is 0; it must be at least 1"},
        Case{"a map's key is empty", "config.core.v3.Metadata", R"pb(filter_metadata {
                                                                       key: ""
                                                                       value {}
                                                                     })pb",
             "filter_metadata[0]: of its key: it is empty; it needs at least 1 character"},
        Case{"an Any must be there", "config.core.v3.TypedExtensionConfig", R"pb(name: "a")pb",
             "typed_config: it is missing, and must be there"},
        Case{"a member of a oneof that is not set is not missing", "config.core.v3.DataSource",
             R"pb(inline_string: "")pb", ""},
        Case{"a member of a oneof that is set is checked", "config.core.v3.DataSource",
             R"pb(filename: "")pb", "filename: it is empty; it needs at least 1 character"},
        Case{"deprecated means nothing here", kManager, R"pb(stat_prefix: "a"
                                                             rds { config_source { ads {} } })pb",
             ""},
        Case{"a source of configurations says none", kManager, R"pb(stat_prefix: "a"
                                                                    rds {
                                                                      route_config_name: "a"
                                                                      config_source {}
                                                                    })pb",
             "rds.config_source.config_source_specifier: none of its fields is set, and one must "
             "be"}),
    [](const auto& info) { return absl::StrCat("Rule", info.index); });

INSTANTIATE_TEST_SUITE_P(
    Demands, ValidateTest,
    ::testing::
        Values(Case{"a domain is there twice", kRoutes,
                    R"pb(virtual_hosts { name: "a" domains: "Foo.com" }
                         virtual_hosts { name: "b" domains: "x" domains: "foo.com" })pb",
                    "virtual_hosts[1].domains[1]: domain 'foo.com' is there already; case does not "
                    "tell "
                    "domains apart"},
               Case{"a regular expression is Perl's", kRoutes,
                    R"pb(virtual_hosts {
                           name: "a"
                           domains: "a"
                           routes {
                             match { safe_regex { regex: "a(?=b)" } }
                             route { cluster: "c" }
                           }
                         })pb",
                    "virtual_hosts[0].routes[0].match.safe_regex.regex: 'a(?=b)' is no regular "
                    "expression "
                    "of RE2: invalid perl operator: (?="},
               Case{"an endpoint is a name", kAssignment,
                    R"pb(cluster_name: "a"
                         endpoints {
                           lb_endpoints {
                             endpoint {
                               address { socket_address { address: "web" port_value: 80 } }
                             }
                           }
                         })pb",
                    "endpoints[0].lb_endpoints[0].endpoint.address.socket_address.address: 'web' "
                    "is no IP "
                    "address, and names are not resolved here"},
               Case{"an endpoint is an IPv6 address", kAssignment,
                    R"pb(cluster_name: "a"
                         endpoints {
                           lb_endpoints {
                             endpoint {
                               address { socket_address { address: "2001:db8::1" port_value: 80 } }
                             }
                           }
                         })pb",
                    ""},
               Case{"an endpoint is of an interface", kAssignment,
                    R"pb(cluster_name: "a"
                         endpoints {
                           lb_endpoints {
                             endpoint {
                               address { socket_address { address: "fe80::1%eth0" port_value: 80 } }
                             }
                           }
                         })pb",
                    ""},
               Case{"an endpoint has a name alone", kAssignment,
                    R"pb(cluster_name: "a"
                         endpoints { lb_endpoints { endpoint_name: "e" } })pb",
                    ""},
               Case{"an endpoint is empty", kAssignment,
                    R"pb(cluster_name: "a"
                         endpoints { lb_endpoints {} })pb",
                    "endpoints[0].lb_endpoints[0].endpoint.address: it is missing, and must be "
                    "there"},
               Case{"an endpoint has no address", kAssignment,
                    R"pb(cluster_name: "a"
                         endpoints { lb_endpoints { endpoint {} } })pb",
                    "endpoints[0].lb_endpoints[0].endpoint.address: it is missing, and must be "
                    "there"},
               Case{"a cluster that resolves names has one", kCluster,
                    R"pb(name: "a"
                         type: STRICT_DNS
                         load_assignment {
                           cluster_name: "a"
                           endpoints {
                             lb_endpoints {
                               endpoint {
                                 address { socket_address { address: "web" port_value: 80 } }
                               }
                             }
                           }
                         })pb",
                    ""},
               Case{"a static cluster has a name to resolve", kCluster,
                    R"pb(name: "a"
                         load_assignment {
                           cluster_name: "a"
                           endpoints {
                             lb_endpoints {
                               endpoint {
                                 address { socket_address { address: "web" port_value: 80 } }
                               }
                             }
                           }
                         })pb",
                    "load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address."
                    "address: "
                    "'web' is no IP address, and names are not resolved here"},
               Case{"an EDS cluster does not say whose EDS", kCluster, R"pb(name: "a" type: EDS)pb",
                    "eds_cluster_config: it is missing; a cluster of type EDS says there where its "
                    "endpoints are from"},
               Case{"a logical DNS cluster without an endpoint", kCluster,
                    R"pb(name: "a" type: LOGICAL_DNS)pb",
                    "load_assignment: a cluster of type LOGICAL_DNS needs exactly one locality "
                    "with one "
                    "endpoint"},
               Case{"an original destination needs no balancing", kCluster,
                    R"pb(name: "a" type: ORIGINAL_DST)pb",
                    "lb_policy: CLUSTER_PROVIDED is for clusters of type ORIGINAL_DST, which take "
                    "no other"},
               Case{"a listener without filter chains", kListener,
                    R"pb(name: "a"
                         address { socket_address { address: "0.0.0.0" port_value: 80 } })pb",
                    "filter_chains: there are none; a listener needs at least one"},
               Case{"a listener without an address", kListener, R"pb(name: "a"
                                                                     filter_chains {})pb",
                    "address: it is missing, and must be there"},
               Case{"a listener for UDP", kListener,
                    R"pb(name: "a"
                         udp_listener_config {}
                         address {
                           socket_address { protocol: UDP address: "0.0.0.0" port_value: 80 }
                         })pb",
                    ""},
               Case{"a gRPC client's listener", kListener, R"pb(name: "a"
                                                                api_listener {})pb",
                    ""},
               Case{"two filter chains for the same", kListener,
                    R"pb(name: "a"
                         address { socket_address { address: "0.0.0.0" port_value: 80 } }
                         filter_chains { filter_chain_match { server_names: "a" } }
                         filter_chains { filter_chain_match { server_names: "b" } }
                         filter_chains { filter_chain_match { server_names: "a" } })pb",
                    "filter_chains[2].filter_chain_match: it matches the same connections as "
                    "filter_chains[0]"},
               Case{"a server name with a wildcard within", kListener,
                    R"pb(name: "a"
                         address { socket_address { address: "0.0.0.0" port_value: 80 } }
                         filter_chains {
                           filter_chain_match { server_names: "*.a" server_names: "a*.a" }
                         })pb",
                    "filter_chains[0].filter_chain_match.server_names[1]: 'a*.a' has a wildcard "
                    "that is not its whole first label"}),
    [](const auto& info) { return absl::StrCat("Demand", info.index); });

Listener WithFilter(const Message& config) {
  Listener listener;
  listener.set_name("a");
  auto& socket = *listener.mutable_address()->mutable_socket_address();
  socket.set_address("0.0.0.0");
  socket.set_port_value(80);
  auto& filter = *listener.add_filter_chains()->add_filters();
  filter.set_name("f");
  filter.mutable_typed_config()->PackFrom(config);
  return listener;
}

TEST(Validate, LooksIntoConfigurationsOfGeneratedCode) {
  EXPECT_EQ(Error(WithFilter(HttpConnectionManager())),
            "filter_chains[0].filters[0].typed_config.route_specifier: none of its fields is set, "
            "and one must be");
}

TEST(Validate, LooksIntoConfigurationsThatAreKnownByDescriptionAlone) {
  const auto proxy = Read("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                          R"pb(cluster: "c" stat_prefix: "")pb");
  EXPECT_EQ(
      Error(WithFilter(*proxy)),
      "filter_chains[0].filters[0].typed_config.stat_prefix: it is empty; it needs at least 1 "
      "character");
  const auto right = Read("envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                          R"pb(cluster: "c" stat_prefix: "s")pb");
  EXPECT_EQ(Error(WithFilter(*right)), "");
}

TEST(Validate, TheRouterIsTheLastHttpFilter) {
  HttpConnectionManager manager;
  manager.set_stat_prefix("a");
  manager.mutable_route_config();
  for (const char* const name : {"r", "s"}) {
    auto& filter = *manager.add_http_filters();
    filter.set_name(name);
    filter.mutable_typed_config()->PackFrom(envoy::extensions::filters::http::router::v3::Router());
  }
  EXPECT_EQ(Error(manager), "http_filters[0]: the router must be the last HTTP filter");
}

TEST(Validate, KnowsNothingOfTypesThatAreNotEnvoys) {
  Listener listener = WithFilter(HttpConnectionManager());
  auto& config = *listener.mutable_filter_chains(0)->mutable_filters(0)->mutable_typed_config();
  config.set_type_url("type.googleapis.com/example.Filter");
  config.set_value("\xff");
  EXPECT_EQ(Error(listener), "");
}

TEST(Validate, BytesThatAreNoSuchMessageAreRefused) {
  Listener listener = WithFilter(HttpConnectionManager());
  listener.mutable_filter_chains(0)->mutable_filters(0)->mutable_typed_config()->set_value("\xff");
  EXPECT_EQ(Error(listener),
            "filter_chains[0].filters[0].typed_config: its bytes are no "
            "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager");
}

TEST(Validate, DepthIsBounded) {
  envoy::config::core::v3::TypedExtensionConfig config;
  for (int i = 0; i < 60; ++i) {
    envoy::config::core::v3::TypedExtensionConfig around;
    around.set_name("a");
    around.mutable_typed_config()->PackFrom(config);
    config = around;
  }
  EXPECT_THAT(Error(config), ::testing::EndsWith("it is nested deeper than 64 messages"));
}

TEST(Validate, SecretsAreNotQuoted) {
  const auto secret = Read("envoy.extensions.transport_sockets.tls.v3.Secret", R"pb(
    name: "a"
    tls_certificate {
      private_key { inline_string: "hush" }
      watched_directory { path: "" }
    })pb");
  EXPECT_EQ(Error(*secret),
            "tls_certificate.watched_directory.path: it is empty; it needs at least 1 character");
}

}  // namespace
}  // namespace fairlead
