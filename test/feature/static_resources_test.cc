// Static resources over real gRPC: what is put reaches the proxies that it is for.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "fairlead/v1/admin.grpc.pb.h"
#include "test/feature/world.h"

namespace fairlead {
namespace {

bool HasCluster(const FakeProxy::State& state, const std::string& name) {
  return state.versions.count("CDS " + name) > 0;
}

TEST(StaticResources, AConnectedNodeIsSentItsOwnAloneUntilTheyAreDeleted) {
  World::Options options;
  options.server.control.warm_up = absl::ZeroDuration();
  World world(options);
  world.AddAgent(1).Run(ContainerOf("web", 1));
  FakeProxy& proxy = world.AddProxy();
  ASSERT_TRUE(proxy.Await([](const auto& state) { return HasCluster(state, "shop/web:8000"); }));
  const auto stub = v1::AdminService::NewStub(
      grpc::CreateChannel(world.server().admin_address(), grpc::InsecureChannelCredentials()));

  v1::PutResourcesRequest put;
  put.mutable_scope()->set_node_id("edge-1");
  put.set_version("1");
  envoy::config::cluster::v3::Cluster cluster;
  cluster.set_name("static");
  put.add_resources()->PackFrom(cluster);
  grpc::ClientContext putting;
  v1::PutResourcesResponse answer;
  ASSERT_TRUE(stub->PutResources(&putting, put, &answer).ok());
  EXPECT_EQ(answer.changed(), 1u);
  EXPECT_TRUE(proxy.Await([](const auto& state) {
    return HasCluster(state, "static") && !HasCluster(state, "shop/web:8000");
  }));

  v1::DeleteResourcesRequest deletion;
  deletion.mutable_scope()->set_node_id("edge-1");
  deletion.set_type("CDS");
  deletion.add_names("static");
  grpc::ClientContext deleting;
  v1::DeleteResourcesResponse deleted;
  ASSERT_TRUE(stub->DeleteResources(&deleting, deletion, &deleted).ok());
  EXPECT_TRUE(proxy.Await([](const auto& state) {
    return !HasCluster(state, "static") && HasCluster(state, "shop/web:8000");
  }));
}

}  // namespace
}  // namespace fairlead
