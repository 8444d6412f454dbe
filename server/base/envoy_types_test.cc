#include "server/base/envoy_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairlead {
namespace {

using ::testing::HasSubstr;

constexpr char kTcpListener[] = R"({
  "@type": "type.googleapis.com/envoy.config.listener.v3.Listener",
  "name": "tcp",
  "filter_chains": [{"filters": [{
    "name": "tcp_proxy",
    "typed_config": {
      "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
      "stat_prefix": "tcp", "cluster": "db", "idle_timeout": "5s"}}]}]
})";

TEST(EnvoyTypes, MessagesOfExtensionsThatNoCodeUsesAreReadAndWritten) {
  const auto any = AnyOf(kTcpListener);
  ASSERT_TRUE(any.ok()) << any.status();
  EXPECT_EQ(any->type_url(), "type.googleapis.com/envoy.config.listener.v3.Listener");
  const auto json = JsonOf(*any);
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_THAT(*json, HasSubstr("\"cluster\":\"db\""));
  EXPECT_THAT(*json, HasSubstr("\"idle_timeout\":\"5s\""));
  EXPECT_EQ(AnyOf(*json)->SerializeAsString(), any->SerializeAsString());
}

TEST(EnvoyTypes, BytesDoNotDependOnTheOrderInTheText) {
  constexpr char kOtherOrder[] = R"({
    "name": "tcp",
    "filter_chains": [{"filters": [{
      "typed_config": {
        "idle_timeout": "5s", "cluster": "db", "stat_prefix": "tcp",
        "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy"},
      "name": "tcp_proxy"}]}],
    "@type": "type.googleapis.com/envoy.config.listener.v3.Listener"
  })";
  EXPECT_EQ(AnyOf(kOtherOrder)->SerializeAsString(), AnyOf(kTcpListener)->SerializeAsString());
}

TEST(EnvoyTypes, AreFoundByTheirUrl) {
  const auto cluster = NewEnvoyMessage("type.googleapis.com/envoy.config.cluster.v3.Cluster");
  ASSERT_NE(cluster, nullptr);
  EXPECT_EQ(cluster->GetDescriptor()->full_name(), "envoy.config.cluster.v3.Cluster");
  EXPECT_EQ(NewEnvoyMessage("type.googleapis.com/no.such.Type"), nullptr);
  EXPECT_EQ(NewEnvoyMessage(""), nullptr);
}

TEST(EnvoyTypes, WhatIsWrongInJsonIsSaidWithItsPlace) {
  const struct {
    const char* json;
    const char* words;
  } cases[] = {
      {R"({"@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", "nmae": "a"})", "nmae"},
      {R"({"@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
           "load_assignment": {"endpoints": [{"priority": "x"}]}})",
       "priority"},
      {R"({"@type": "type.googleapis.com/no.such.Type"})", "no.such.Type"},
      {"{", ""},
  };
  for (const auto& test : cases) {
    const absl::Status status = AnyOf(test.json).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << test.json;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.words));
  }
}

}  // namespace
}  // namespace fairlead
