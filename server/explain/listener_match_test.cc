#include "server/explain/listener_match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"

namespace fairlead {
namespace {

using envoy::config::listener::v3::FilterChain;
using envoy::config::listener::v3::Listener;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using envoy::extensions::transport_sockets::tls::v3::DownstreamTlsContext;
using ::testing::HasSubstr;

// Its routes are called `routes`.
void Fill(FilterChain& chain, const std::string& routes, bool tls,
          const std::vector<std::string>& names = {}) {
  HttpConnectionManager manager;
  manager.mutable_rds()->set_route_config_name(routes);
  chain.add_filters()->mutable_typed_config()->PackFrom(manager);
  for (const std::string& name : names) chain.mutable_filter_chain_match()->add_server_names(name);
  if (!tls) return;
  DownstreamTlsContext context;
  context.mutable_require_client_certificate()->set_value(routes == "clients");
  chain.mutable_transport_socket()->mutable_typed_config()->PackFrom(context);
}

Listener At(const std::string& name, uint32_t port) {
  Listener listener;
  listener.set_name(name);
  listener.mutable_address()->mutable_socket_address()->set_address("0.0.0.0");
  listener.mutable_address()->mutable_socket_address()->set_port_value(port);
  return listener;
}

std::vector<Listener> Listeners() {
  std::vector<Listener> listeners = {At("http", 8080), At("http@81", 81), At("https", 8443),
                                     At("tcp", 90)};
  Fill(*listeners[0].add_filter_chains(), "http", false);
  Fill(*listeners[1].add_filter_chains(), "http@81", false);
  Fill(*listeners[2].add_filter_chains(), "exact", true, {"www.a.example", "b.example"});
  Fill(*listeners[2].add_filter_chains(), "wildcard", true, {"*.a.example"});
  Fill(*listeners[2].add_filter_chains(), "deeper", true, {"*.x.a.example"});
  Fill(*listeners[2].add_filter_chains(), "clients", true, {"c.example"});
  Fill(*listeners[2].mutable_default_filter_chain(), "default", true);
  listeners[3].add_filter_chains()->add_filters()->set_name("envoy.filters.network.tcp_proxy");
  return listeners;
}

// The name of the routes, or why there are none.
std::string Routes(const Arrival& arrival, const std::vector<Listener>& listeners = Listeners()) {
  const auto found = FindListener(listeners, arrival, arrival.tls ? "https" : "http");
  return found.ok() ? found->manager.rds().route_config_name()
                    : std::string(found.status().message());
}

TEST(FindListener, ByPort) {
  EXPECT_EQ(Routes({false, "", 0}), "http");
  EXPECT_EQ(Routes({false, "", 8080}), "http");
  EXPECT_EQ(Routes({false, "", 81}), "http@81");
  EXPECT_THAT(Routes({false, "", 82}),
              HasSubstr("do not listen at port 82; they have http at 0.0.0.0:8080, http@81 at"));
  EXPECT_THAT(Routes({false, "", 90}), HasSubstr("does not speak HTTP"));
  EXPECT_THAT(Routes({false, "", 8443}), HasSubstr("speaks TLS alone"));
  EXPECT_THAT(Routes({true, "a", 8080}), HasSubstr("does not speak TLS"));
}

TEST(FindListener, ByTheSchemesPortOrTheOnlyOneOfTheScheme) {
  std::vector<Listener> listeners = Listeners();
  listeners.push_back(At("front", 80));
  Fill(*listeners.back().add_filter_chains(), "front", false);
  EXPECT_EQ(Routes({false, "", 0}, listeners), "front");
  listeners = {At("mine", 9000)};
  Fill(*listeners.back().add_filter_chains(), "mine", false);
  EXPECT_EQ(Routes({false, "", 0}, listeners), "mine");
  EXPECT_EQ(Routes({true, "a", 0}, listeners),
            "proxies do not listen for https; they have mine at 0.0.0.0:9000");
  EXPECT_EQ(Routes({true, "a", 0}, {}), "proxies do not listen for https");
}

TEST(FindListener, ByServerName) {
  EXPECT_EQ(Routes({true, "www.a.example", 0}), "exact");
  EXPECT_EQ(Routes({true, "b.example", 0}), "exact");
  EXPECT_EQ(Routes({true, "api.a.example", 0}), "wildcard");
  EXPECT_EQ(Routes({true, "y.z.a.example", 0}), "wildcard");
  EXPECT_EQ(Routes({true, "y.x.a.example", 0}), "deeper");
  EXPECT_EQ(Routes({true, "a.example", 0}), "default");
  EXPECT_EQ(Routes({true, "", 0}), "default");
  std::vector<Listener> listeners = Listeners();
  listeners[2].clear_default_filter_chain();
  EXPECT_EQ(Routes({true, "a.example", 0}, listeners),
            "the listener https at 0.0.0.0:8443 has no certificate for 'a.example', so it closes "
            "the connection");
}

TEST(FindListener, SaysWhetherClientsShowCertificates) {
  EXPECT_TRUE(
      FindListener(Listeners(), {true, "c.example", 0}, "https")->client_certificate_required);
  EXPECT_FALSE(
      FindListener(Listeners(), {true, "b.example", 0}, "https")->client_certificate_required);
}

}  // namespace
}  // namespace fairlead
