#include "clients/cli/bootstrap.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "test/support/files.h"

namespace fairlead {
namespace {

Bootstrap Least() {
  Bootstrap bootstrap;
  bootstrap.xds = {"127.0.0.1", 18000, true};
  bootstrap.node_id = "edge-1";
  return bootstrap;
}

Bootstrap Everything() {
  Bootstrap bootstrap;
  bootstrap.xds = {"fairlead.example", 18000, false};
  bootstrap.node_id = "edge-2";
  bootstrap.group = "inner";
  bootstrap.host = "h1";
  bootstrap.networks = {"shop_default", "back"};
  bootstrap.zone = "z1";
  bootstrap.admin_port = 9901;
  bootstrap.variant = Bootstrap::Variant::kStateOfTheWorld;
  bootstrap.tls = {"/etc/envoy/tls.crt", "/etc/envoy/tls.key", "/etc/envoy/ca.crt"};
  return bootstrap;
}

TEST(EnvoyBootstrap, Least) {
  ExpectGolden("clients/cli/golden/envoy_least.yaml", EnvoyBootstrap(Least()));
}

TEST(EnvoyBootstrap, Everything) {
  ExpectGolden("clients/cli/golden/envoy_everything.yaml", EnvoyBootstrap(Everything()));
}

TEST(EnvoyBootstrap, TlsToAnAddress) {
  Bootstrap bootstrap = Everything();
  bootstrap.xds = {"::1", 18000, true};
  ExpectGolden("clients/cli/golden/envoy_tls_address.yaml", EnvoyBootstrap(bootstrap));
}

TEST(EnvoyBootstrap, TheAdminPageOnAUnixSocket) {
  Bootstrap bootstrap = Least();
  bootstrap.admin_socket = "/run/envoy \"admin\"";
  const std::string text = EnvoyBootstrap(bootstrap);
  const std::string admin =
      "\nadmin:\n  address:\n    pipe:\n      path: \"/run/envoy \\\"admin\\\"\"\n";
  EXPECT_EQ(text, EnvoyBootstrap(Least()) + admin);
}

TEST(EnvoyBootstrap, TheContainerWhoseNetworksAreFollowed) {
  Bootstrap bootstrap = Least();
  bootstrap.networks = {"shop"};
  bootstrap.container = "5f1c";
  EXPECT_NE(EnvoyBootstrap(bootstrap).find("  metadata:\n    fairlead:\n      networks: "
                                           "[\"shop\"]\n      container: \"5f1c\"\n"),
            std::string::npos);
}

TEST(EnvoyBootstrap, NoNameCanBreakTheYaml) {
  Bootstrap bootstrap = Everything();
  const std::string nasty = "a\": {}\\ # - & *x !y %z {[$0]} \u5e97 '";
  ASSERT_TRUE(CheckName(nasty).ok());
  bootstrap.node_id = nasty;
  bootstrap.group = nasty;
  bootstrap.host = nasty;
  bootstrap.networks = {nasty};
  bootstrap.zone = nasty;
  bootstrap.tls = {nasty, nasty, nasty};
  ExpectGolden("clients/cli/golden/envoy_nasty.yaml", EnvoyBootstrap(bootstrap));
}

TEST(GrpcBootstrap, Least) {
  ExpectGolden("clients/cli/golden/grpc_least.json", GrpcBootstrap(Least()));
}

TEST(GrpcBootstrap, Everything) {
  ExpectGolden("clients/cli/golden/grpc_everything.json", GrpcBootstrap(Everything()));
}

TEST(GrpcBootstrap, Ipv6StandsInBrackets) {
  Bootstrap bootstrap = Least();
  bootstrap.xds = {"::1", 18000, true};
  const auto json = nlohmann::json::parse(GrpcBootstrap(bootstrap));
  EXPECT_EQ(json["xds_servers"][0]["server_uri"], "[::1]:18000");
}

TEST(BootstrapNames, AreBoundedAndPrintable) {
  EXPECT_TRUE(CheckName("edge-1").ok());
  EXPECT_TRUE(CheckName(std::string(253, 'a')).ok());
  for (const std::string& name : {std::string(), std::string(254, 'a'), std::string("a\nb"),
                                  std::string("a\xff"), std::string("a\0b", 3)}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckName(name))) << name;
  }
}

}  // namespace
}  // namespace fairlead
