// CSDS over real gRPC: what each proxy was sent and how it took that.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "envoy/service/status/v3/csds.grpc.pb.h"
#include "test/feature/world.h"
#include "test/feature/xds_client.h"

namespace fairlead {
namespace {

using envoy::service::status::v3::ClientConfig;
using envoy::service::status::v3::ClientStatusDiscoveryService;
using envoy::service::status::v3::ClientStatusRequest;
using envoy::service::status::v3::ClientStatusResponse;

class ClientStatusOverGrpc : public testing::Test {
 protected:
  ClientStatusOverGrpc() {
    FakeAgent& agent = world_.AddAgent(1);
    agent.Run(ContainerOf("web", 1));
    EXPECT_TRUE(agent.AwaitAcknowledged());
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(world_.AddProxy().Await([](const FakeProxy::State& state) {
        return !state.domains.empty() && !state.endpoints.empty();
      }));
    }
  }

  std::unique_ptr<ClientStatusDiscoveryService::Stub> Stub(const std::string& address) {
    return ClientStatusDiscoveryService::NewStub(
        grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  }

  static ClientStatusRequest For(const std::string& node_id) {
    ClientStatusRequest request;
    request.add_node_matchers()->mutable_node_id()->set_exact(node_id);
    return request;
  }

  // "edge-3": has everything, and has ACKed it, when this returns.
  void ConnectOneThatAcks() {
    XdsClient::Options options;
    options.address = world_.server().xds_address();
    options.variant = Variant::kDelta;
    options.node.set_id("edge-3");
    acking_.emplace(std::move(options));
    const std::pair<Type, std::vector<std::string>> wanted[] = {
        {Type::kCluster, {}},
        {Type::kEndpoint, {"shop/web:8000"}},
        {Type::kListener, {}},
        {Type::kRoute, {"http"}}};
    for (const auto& [type, names] : wanted) {
      acking_->Want(type, names);
      EXPECT_EQ(acking_->NextAndAck().resources, 1u) << ShortName(type);
    }
    // What it says is taken in turn: with this answer the last ACK was.
    acking_->Want(Type::kSecret, {"none"});
    EXPECT_EQ(acking_->Next().text, "-none");
  }

  World world_;
  std::optional<XdsClient> acking_;
};

// How many resources of each type were ACKed.
std::map<std::string, int> Acked(const ClientConfig& client) {
  std::map<std::string, int> acked;
  for (const auto& resource : client.generic_xds_configs()) {
    const std::string type = resource.type_url().substr(resource.type_url().rfind('.') + 1);
    acked[type] += resource.client_status() == envoy::admin::v3::ACKED;
  }
  return acked;
}

TEST_F(ClientStatusOverGrpc, SaysWhatEachProxyHas) {
  for (const std::string& address :
       {world_.server().xds_address(), world_.server().admin_address()}) {
    grpc::ClientContext context;
    ClientStatusResponse response;
    const grpc::Status status =
        Stub(address)->FetchClientStatus(&context, ClientStatusRequest(), &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    ASSERT_EQ(response.config_size(), 2);
    EXPECT_EQ(response.config(0).node().id(), "edge-1");
    EXPECT_EQ(response.config(1).node().id(), "edge-2");
    for (const auto& resource : response.config(0).generic_xds_configs()) {
      EXPECT_FALSE(resource.name().empty());
      EXPECT_FALSE(resource.version_info().empty()) << resource.name();
      EXPECT_EQ(resource.xds_config().type_url(), resource.type_url()) << resource.name();
      EXPECT_GT(resource.last_updated().seconds(), 0) << resource.name();
    }
  }
}

TEST_F(ClientStatusOverGrpc, AnswersEachRequestOfAStream) {
  ConnectOneThatAcks();
  const auto stub = Stub(world_.server().xds_address());
  grpc::ClientContext context;
  const auto stream = stub->StreamClientStatus(&context);
  ClientStatusResponse response;
  ASSERT_TRUE(stream->Write(For("edge-2")));
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.config_size(), 1);
  EXPECT_EQ(response.config(0).node().id(), "edge-2");
  ASSERT_TRUE(stream->Write(For("nobody")));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.config_size(), 0);
  ClientStatusRequest names = For("edge-3");
  names.set_exclude_resource_contents(true);
  ASSERT_TRUE(stream->Write(names));
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.config_size(), 1);
  const std::map<std::string, int> all = {
      {"Cluster", 1}, {"ClusterLoadAssignment", 1}, {"Listener", 1}, {"RouteConfiguration", 1}};
  EXPECT_EQ(Acked(response.config(0)), all);
  for (const auto& resource : response.config(0).generic_xds_configs()) {
    EXPECT_FALSE(resource.has_xds_config()) << resource.name();
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ClientStatusOverGrpc, RefusesWhatItDoesNotMatchBy) {
  ClientStatusRequest request;
  request.add_node_matchers()->add_node_metadatas();
  grpc::ClientContext context;
  ClientStatusResponse response;
  const grpc::Status status =
      Stub(world_.server().xds_address())->FetchClientStatus(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(),
            "node_matchers: metadata is not matched here; match by node_id");
}

}  // namespace
}  // namespace fairlead
