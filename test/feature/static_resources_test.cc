// Static resources over real gRPC: what is put reaches the proxies that it is for.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"
#include "envoy/service/discovery/v3/ads.grpc.pb.h"
#include "fairlead/v1/admin.grpc.pb.h"
#include "server/store/sqlite_store.h"
#include "test/feature/world.h"

namespace fairlead {
namespace {

bool HasCluster(const FakeProxy::State& state, const std::string& name) {
  return state.versions.count("CDS " + name) > 0;
}

v1::PutResourcesRequest ClustersFor(const std::string& node_id,
                                    const std::vector<std::string>& names,
                                    const std::string& version = "") {
  v1::PutResourcesRequest put;
  put.mutable_scope()->set_node_id(node_id);
  put.set_version(version);
  for (const std::string& name : names) {
    envoy::config::cluster::v3::Cluster cluster;
    cluster.set_name(name);
    put.add_resources()->PackFrom(cluster);
  }
  return put;
}

class StaticResourcesTest : public testing::Test {
 protected:
  static World::Options Options(std::shared_ptr<Store> store) {
    World::Options options;
    options.server.control.warm_up = absl::ZeroDuration();
    options.store = std::move(store);
    return options;
  }

  std::unique_ptr<v1::AdminService::Stub> Admin() {
    return v1::AdminService::NewStub(
        grpc::CreateChannel(world_.server().admin_address(), grpc::InsecureChannelCredentials()));
  }
  v1::PutResourcesResponse Put(const v1::PutResourcesRequest& put) {
    grpc::ClientContext context;
    v1::PutResourcesResponse answer;
    const grpc::Status status = Admin()->PutResources(&context, put, &answer);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answer;
  }
  v1::ListResourcesResponse List() {
    grpc::ClientContext context;
    v1::ListResourcesResponse answer;
    EXPECT_TRUE(Admin()->ListResources(&context, {}, &answer).ok());
    return answer;
  }
  v1::ListProblemsResponse Problems() {
    grpc::ClientContext context;
    v1::ListProblemsResponse answer;
    EXPECT_TRUE(Admin()->ListProblems(&context, {}, &answer).ok());
    return answer;
  }
  v1::DeleteResourcesResponse Delete(const std::string& node_id, const std::string& name,
                                     const std::string& type = "CDS") {
    v1::DeleteResourcesRequest deletion;
    deletion.mutable_scope()->set_node_id(node_id);
    deletion.set_type(type);
    deletion.add_names(name);
    grpc::ClientContext context;
    v1::DeleteResourcesResponse answer;
    const grpc::Status status = Admin()->DeleteResources(&context, deletion, &answer);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return answer;
  }

  const std::string directory_ =
      absl::StrCat(testing::TempDir(), "/",
                   testing::UnitTest::GetInstance()->current_test_info()->name(), "-", getpid());
  World world_{Options(SqliteStore::Open(directory_).value())};
};

TEST_F(StaticResourcesTest, AConnectedNodeIsSentItsOwnAloneUntilTheyAreDeleted) {
  world_.AddAgent(1).Run(ContainerOf("web", 1));
  FakeProxy& proxy = world_.AddProxy();
  ASSERT_TRUE(proxy.Await([](const auto& state) { return HasCluster(state, "shop/web:8000"); }));

  EXPECT_EQ(Put(ClustersFor("edge-1", {"static"}, "1")).changed(), 1u);
  EXPECT_TRUE(proxy.Await([](const auto& state) {
    return HasCluster(state, "static") && !HasCluster(state, "shop/web:8000");
  }));
  EXPECT_EQ(Delete("edge-1", "static").deleted(), 1u);
  EXPECT_TRUE(proxy.Await([](const auto& state) {
    return !HasCluster(state, "static") && HasCluster(state, "shop/web:8000");
  }));
}

TEST_F(StaticResourcesTest, ARestartLosesNothingAndSendsNothingAgain) {
  Put(ClustersFor("edge-1", {"a", "b"}, "1"));
  Put(ClustersFor("edge-2", {"c"}));
  Delete("edge-1", "b");
  FakeProxy& proxy = world_.AddProxy();
  ASSERT_TRUE(proxy.Await([](const auto& state) { return HasCluster(state, "a"); }));
  const auto before = proxy.state();
  const int sent = proxy.resources();
  const int streams = proxy.streams();

  world_.StopServer();
  world_.StartServer();
  ASSERT_TRUE(proxy.Await([&](const auto&) { return proxy.streams_now() > streams; }));
  EXPECT_EQ(proxy.state(), before);
  EXPECT_FALSE(HasCluster(before, "b"));
  EXPECT_EQ(proxy.resources(), sent);
}

// A cluster that speaks TLS with a key within it.
v1::PutResourcesRequest SecretsFor(const std::string& node_id) {
  envoy::extensions::transport_sockets::tls::v3::Secret secret;
  secret.set_name("certificate");
  auto& certificate = *secret.mutable_tls_certificate();
  certificate.mutable_certificate_chain()->set_inline_string("CHAIN");
  certificate.mutable_private_key()->set_inline_bytes("TOPSECRET");
  certificate.mutable_password()->set_inline_string("TOPSECRET");
  envoy::extensions::transport_sockets::tls::v3::UpstreamTlsContext tls;
  *tls.mutable_common_tls_context()->add_tls_certificates() = secret.tls_certificate();
  v1::PutResourcesRequest put = ClustersFor(node_id, {"with-key"});
  envoy::config::cluster::v3::Cluster cluster;
  cluster.set_name("with-key");
  cluster.mutable_transport_socket()->set_name("tls");
  cluster.mutable_transport_socket()->mutable_typed_config()->PackFrom(tls);
  put.mutable_resources(0)->PackFrom(cluster);
  put.add_resources()->PackFrom(secret);
  return put;
}

TEST_F(StaticResourcesTest, APrivateKeyIsShownToNobodyButItsProxy) {
  const v1::PutResourcesRequest put = SecretsFor("edge-1");
  const v1::PutResourcesResponse answer = Put(put);
  FakeProxy& proxy = world_.AddProxy();
  ASSERT_TRUE(proxy.Await([](const auto& state) { return HasCluster(state, "with-key"); }));

  grpc::ClientContext contexts[3];
  v1::ListResourcesResponse listed;
  ASSERT_TRUE(Admin()->ListResources(&contexts[0], {}, &listed).ok());
  ASSERT_EQ(listed.resources_size(), 2);
  EXPECT_EQ(listed.resources(0).type(), "CDS");
  EXPECT_EQ(listed.resources(1).name(), "certificate");
  v1::GetProxyConfigRequest of_proxy;
  of_proxy.set_node_id("edge-1");
  v1::GetProxyConfigResponse config;
  ASSERT_TRUE(Admin()->GetProxyConfig(&contexts[1], of_proxy, &config).ok());
  ASSERT_GE(config.resources_size(), 1);
  EXPECT_EQ(config.resources(0).name(), "with-key");
  v1::ListProblemsResponse problems;
  ASSERT_TRUE(Admin()->ListProblems(&contexts[2], {}, &problems).ok());

  for (const google::protobuf::Message* shown :
       std::initializer_list<const google::protobuf::Message*>{&answer, &listed, &config,
                                                               &problems}) {
    EXPECT_EQ(shown->SerializeAsString().find("TOPSECRET"), std::string::npos)
        << shown->GetTypeName();
  }
  EXPECT_NE(listed.SerializeAsString().find("CHAIN"), std::string::npos);
}

TEST_F(StaticResourcesTest, WhatWasListedWithoutItsSecretsCannotBePut) {
  Put(SecretsFor("edge-1"));
  grpc::ClientContext listing;
  v1::ListResourcesResponse listed;
  ASSERT_TRUE(Admin()->ListResources(&listing, {}, &listed).ok());
  v1::PutResourcesRequest put;
  put.mutable_scope()->set_node_id("edge-1");
  *put.add_resources() = listed.resources(1).resource();
  grpc::ClientContext putting;
  v1::PutResourcesResponse answer;
  const grpc::Status status = Admin()->PutResources(&putting, put, &answer);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message().substr(0, 12), "resource 1: ");
}

TEST_F(StaticResourcesTest, AnUnknownProxyHasNoConfig) {
  world_.AddProxy();
  grpc::ClientContext context;
  v1::GetProxyConfigRequest request;
  request.set_node_id("egde-1");
  v1::GetProxyConfigResponse config;
  EXPECT_EQ(Admin()->GetProxyConfig(&context, request, &config).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

// A stream of a client that wants all clusters, and ACKs whatever it is sent.
template <typename Request, typename Response>
class ClusterStream {
 public:
  using Stub = envoy::service::discovery::v3::AggregatedDiscoveryService::Stub;
  using Method =
      std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> (Stub::*)(grpc::ClientContext*);

  ClusterStream(const std::string& address, Method method, const std::string& node_id,
                const std::string& group = "", const std::string& zone = "")
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    stream_ = (stub_.*method)(&context_);
    request_.set_type_url("type.googleapis.com/envoy.config.cluster.v3.Cluster");
    request_.mutable_node()->set_id(node_id);
    request_.mutable_node()->mutable_locality()->set_zone(zone);
    if (!group.empty()) {
      auto& ours = (*request_.mutable_node()->mutable_metadata()->mutable_fields())["fairlead"];
      (*ours.mutable_struct_value()->mutable_fields())["group"].set_string_value(group);
    }
    stream_->Write(request_);
    request_.clear_node();
  }
  ~ClusterStream() {
    context_.TryCancel();
    stream_->Finish();
  }

  Response Next() {
    Response response;
    EXPECT_TRUE(stream_->Read(&response));
    request_.set_response_nonce(response.nonce());
    stream_->Write(request_);
    return response;
  }

 protected:
  Request request_;

 private:
  Stub stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> stream_;
};

using Sotw = ClusterStream<envoy::service::discovery::v3::DiscoveryRequest,
                           envoy::service::discovery::v3::DiscoveryResponse>;
using Delta = ClusterStream<envoy::service::discovery::v3::DeltaDiscoveryRequest,
                            envoy::service::discovery::v3::DeltaDiscoveryResponse>;
using Discovery = envoy::service::discovery::v3::AggregatedDiscoveryService::Stub;

std::vector<std::string> NamesIn(const envoy::service::discovery::v3::DiscoveryResponse& response) {
  std::vector<std::string> names;
  for (const auto& any : response.resources()) {
    envoy::config::cluster::v3::Cluster cluster;
    any.UnpackTo(&cluster);
    names.push_back(cluster.name());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// T49
TEST_F(StaticResourcesTest, TheGivenVersionIsWhatTheNodeSeesUntilOtherContentChangesTheSet) {
  Put(ClustersFor("edge-1", {"a"}, "v1"));
  Sotw sotw(world_.server().xds_address(), &Discovery::StreamAggregatedResources, "edge-1");
  Delta delta(world_.server().xds_address(), &Discovery::DeltaAggregatedResources, "edge-1");
  EXPECT_EQ(sotw.Next().version_info(), "v1");
  EXPECT_EQ(delta.Next().system_version_info(), "v1");
  Put(ClustersFor("edge-1", {"b"}, "v2"));
  EXPECT_EQ(sotw.Next().version_info(), "v2");
  EXPECT_EQ(delta.Next().system_version_info(), "v2");
  Put(ClustersFor("edge-1", {"c"}));
  const auto last = sotw.Next();
  EXPECT_EQ(last.version_info().size(), 32u) << last.version_info();
  EXPECT_EQ(delta.Next().system_version_info(), last.version_info());
  EXPECT_EQ(NamesIn(last), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(StaticResourcesTest, AGroupWithStaticResourcesOnlyIsServedOnlyThese) {
  world_.AddAgent(1).Run(ContainerOf("web", 1));
  v1::PutResourcesRequest for_group = ClustersFor("", {"g"}, "v1");
  for_group.mutable_scope()->set_group("edge");
  Put(for_group);
  Sotw stream(world_.server().xds_address(), &Discovery::StreamAggregatedResources, "n1", "edge");
  EXPECT_EQ(NamesIn(stream.Next()), (std::vector<std::string>{"g"}));

  v1::PutResourcesRequest for_all = ClustersFor("", {"x"});
  for_all.mutable_scope()->set_all(true);
  Put(for_all);
  Put(ClustersFor("n1", {"n"}));
  const auto response = stream.Next();
  EXPECT_EQ(NamesIn(response), (std::vector<std::string>{"g", "n"}));
  EXPECT_EQ(response.version_info().size(), 32u);
}

TEST_F(StaticResourcesTest, ANodeThatFindsNoRoomIsAProblemUntilThereIsSome) {
  world_.AddAgent(1).Run(ContainerOf("web", 1));
  ASSERT_TRUE(world_.AddProxy().Await(
      [](const auto& state) { return HasCluster(state, "shop/web:8000"); }));
  // With the proxy's all places with derived routes that there may be (docs/limits.md).
  std::vector<std::unique_ptr<Sotw>> streams;
  for (int i = 1; i < 1'024; ++i) {
    streams.push_back(
        std::make_unique<Sotw>(world_.server().xds_address(), &Discovery::StreamAggregatedResources,
                               absl::StrCat("n", i), "default", absl::StrCat("zone-", i)));
  }
  for (const auto& stream : streams) ASSERT_EQ(stream->Next().resources_size(), 1);

  const v1::PutResourcesResponse answer = Put(ClustersFor("n1", {"static"}));
  ASSERT_EQ(answer.problems_size(), 1);
  EXPECT_EQ(answer.problems(0).proxy(), "n1");
  EXPECT_NE(answer.problems(0).what().find("too many places"), std::string::npos);
  EXPECT_EQ(Problems().problems_size(), 1);
  streams.pop_back();
  EXPECT_EQ(NamesIn(streams.front()->Next()),
            (std::vector<std::string>{"shop/web:8000", "static"}));
  EXPECT_EQ(Problems().problems_size(), 0);
}

// An EDS cluster.
v1::PutResourcesRequest EdsClusterFor(const std::string& node_id) {
  envoy::config::cluster::v3::Cluster cluster;
  cluster.set_name("a");
  cluster.set_type(envoy::config::cluster::v3::Cluster::EDS);
  cluster.mutable_eds_cluster_config()->mutable_eds_config()->mutable_ads();
  v1::PutResourcesRequest put = ClustersFor(node_id, {});
  put.add_resources()->PackFrom(cluster);
  return put;
}

TEST_F(StaticResourcesTest, AReferenceThatDoesNotResolveIsAProblemUntilItDoes) {
  const v1::PutResourcesResponse answer = Put(EdsClusterFor("edge-1"));
  ASSERT_EQ(answer.problems_size(), 1);
  EXPECT_EQ(answer.problems(0).proxy(), "edge-1");
  EXPECT_EQ(answer.problems(0).word(), "static CDS 'a'");
  EXPECT_EQ(answer.problems(0).what().substr(0, 23), "it refers to EDS 'a', w");
  ASSERT_EQ(Problems().problems_size(), 1);
  EXPECT_EQ(List().resources(0).dangling(0), "EDS a");

  envoy::config::endpoint::v3::ClusterLoadAssignment assignment;
  assignment.set_cluster_name("a");
  v1::PutResourcesRequest put = ClustersFor("edge-1", {});
  put.add_resources()->PackFrom(assignment);
  EXPECT_EQ(Put(put).problems_size(), 0);
  EXPECT_EQ(Problems().problems_size(), 0);
  EXPECT_EQ(List().resources(0).dangling_size(), 0);

  world_.StopServer();
  world_.StartServer();
  EXPECT_EQ(Problems().problems_size(), 0);
  EXPECT_EQ(Delete("edge-1", "a", "EDS").problems_size(), 1);
  EXPECT_EQ(Problems().problems_size(), 1);
  world_.StopServer();
  world_.StartServer();
  EXPECT_EQ(Problems().problems_size(), 1);
}

TEST_F(StaticResourcesTest, WhatIsDerivedResolvesReferencesAndCanBeOverridden) {
  v1::PutResourcesRequest routes = ClustersFor("", {});
  routes.mutable_scope()->set_all(true);
  envoy::config::route::v3::RouteConfiguration configuration;
  configuration.set_name("extra");
  auto& host = *configuration.add_virtual_hosts();
  host.set_name("extra");
  host.add_domains("extra.example");
  auto& route = *host.add_routes();
  route.mutable_match()->set_prefix(std::string("/"));
  route.mutable_route()->set_cluster("shop/web:8000");
  routes.add_resources()->PackFrom(configuration);
  EXPECT_EQ(Put(routes).problems_size(), 1);
  world_.AddAgent(1).Run(ContainerOf("web", 1));
  FakeProxy& proxy = world_.AddProxy();
  ASSERT_TRUE(proxy.Await([](const auto& state) { return HasCluster(state, "shop/web:8000"); }));
  EXPECT_EQ(List().resources(0).dangling_size(), 0);
  const v1::ListProblemsResponse problems = Problems();
  for (const v1::Problem& problem : problems.problems()) {
    EXPECT_EQ(problem.word().find("static"), std::string::npos) << problem.what();
  }

  v1::PutResourcesRequest instead = ClustersFor("", {"shop/web:8000"});
  instead.mutable_scope()->set_all(true);
  const v1::PutResourcesResponse answer = Put(instead);
  ASSERT_EQ(answer.problems_size(), 1);
  EXPECT_EQ(answer.problems(0).severity(), v1::Problem::NOTICE);
  ASSERT_EQ(List().resources_size(), 2);
  EXPECT_EQ(List().resources(0).overrides(0), "derived");
  EXPECT_EQ(List().resources(1).overrides_size(), 0);
}

// As kill -9 would leave it.
TEST_F(StaticResourcesTest, WhatWasAnsweredIsOnDisk) {
  EXPECT_TRUE(Put(ClustersFor("edge-1", {"a"}, "7")).problems().empty());
  const std::string copy = directory_ + "-copy";
  std::filesystem::copy(directory_, copy);
  const auto resources = SqliteStore::Open(copy).value()->Load().value().resources;
  ASSERT_EQ(resources.size(), 1u);
  EXPECT_EQ(resources[0].node_id(), "edge-1");
  EXPECT_EQ(resources[0].version(), "7");
}

}  // namespace
}  // namespace fairlead
