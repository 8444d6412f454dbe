#include "server/admin/client_status.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

namespace fairlead {
namespace {

template <typename Message>
Message Parsed(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

v1::Proxy Edge() {
  return Parsed<v1::Proxy>(R"(node_id: "edge-1" user_agent: "envoy/1.40.0"
      types { type: "CDS" state: NACKED error: "no endpoints" } types { type: "LDS" state: ACKED })");
}

v1::GetProxyConfigResponse Config() {
  return Parsed<v1::GetProxyConfigResponse>(R"(
      resources { type: "CDS" name: "a" version: "v1" state: NACKED last_sent { seconds: 7 }
                  resource { type_url: "type.googleapis.com/envoy.config.cluster.v3.Cluster"
                             value: "\n\001a" } }
      resources { type: "LDS" name: "b" version: "v2" state: ACKED
                  resource { type_url: "type.googleapis.com/envoy.config.listener.v3.Listener" } }
      resources { type: "LDS" name: "c" version: "v2" state: SENT
                  resource { type_url: "type.googleapis.com/envoy.config.listener.v3.Listener" } })");
}

TEST(ClientStatusTest, SaysWhatAProxyHasBeenSentAndHowItTookThat) {
  const auto client = ClientConfigOf(Edge(), Config(), /*without_content=*/false);
  EXPECT_EQ(client.node().id(), "edge-1");
  EXPECT_EQ(client.node().user_agent_name(), "envoy/1.40.0");
  ASSERT_EQ(client.generic_xds_configs_size(), 3);
  const auto& refused = client.generic_xds_configs(0);
  EXPECT_EQ(refused.type_url(), "type.googleapis.com/envoy.config.cluster.v3.Cluster");
  EXPECT_EQ(refused.name(), "a");
  EXPECT_EQ(refused.version_info(), "v1");
  EXPECT_EQ(refused.last_updated().seconds(), 7);
  EXPECT_EQ(refused.client_status(), envoy::admin::v3::NACKED);
  EXPECT_EQ(refused.config_status(), envoy::service::status::v3::ERROR);
  EXPECT_EQ(refused.error_state().details(), "no endpoints");
  EXPECT_EQ(refused.error_state().version_info(), "v1");
  EXPECT_EQ(refused.xds_config().value(), "\n\001a");
  const auto& taken = client.generic_xds_configs(1);
  EXPECT_EQ(taken.client_status(), envoy::admin::v3::ACKED);
  EXPECT_EQ(taken.config_status(), envoy::service::status::v3::SYNCED);
  EXPECT_FALSE(taken.has_error_state());
  EXPECT_EQ(client.generic_xds_configs(2).client_status(), envoy::admin::v3::REQUESTED);
  EXPECT_EQ(client.generic_xds_configs(2).config_status(), envoy::service::status::v3::STALE);
}

TEST(ClientStatusTest, LeavesContentsOutIfAsked) {
  const auto client = ClientConfigOf(Edge(), Config(), /*without_content=*/true);
  ASSERT_EQ(client.generic_xds_configs_size(), 3);
  for (const auto& resource : client.generic_xds_configs()) {
    EXPECT_FALSE(resource.has_xds_config()) << resource.name();
    EXPECT_FALSE(resource.type_url().empty());
  }
}

}  // namespace
}  // namespace fairlead
