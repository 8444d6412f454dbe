#include "server/static_resources/static_resources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "server/base/envoy_types.h"

namespace fairlead {
namespace {

using envoy::config::cluster::v3::Cluster;

v1::PutResourcesRequest PutOf(const std::vector<std::string>& clusters,
                              const std::string& node = "n1") {
  v1::PutResourcesRequest request;
  request.mutable_scope()->set_node_id(node);
  for (const std::string& name : clusters) {
    Cluster cluster;
    cluster.set_name(name);
    request.add_resources()->PackFrom(cluster);
  }
  return request;
}

StaticPut Checked(const v1::PutResourcesRequest& request) { return CheckedPut(request).value(); }

TEST(CheckedPut, RefusesWhatIsWrongAndSaysWhich) {
  v1::PutResourcesRequest no_scope = PutOf({"a"});
  no_scope.clear_scope();
  v1::PutResourcesRequest other_type = PutOf({"a"});
  other_type.mutable_resources(0)->set_type_url("type.googleapis.com/google.protobuf.Struct");
  v1::PutResourcesRequest invalid = PutOf({"a"});
  envoy::config::route::v3::RouteConfiguration routes;
  routes.set_name("r");
  routes.add_virtual_hosts()->set_name("v");
  invalid.add_resources()->PackFrom(routes);
  v1::PutResourcesRequest broken = PutOf({"a"});
  broken.mutable_resources(0)->set_value("\xff");
  const struct {
    const char* name;
    v1::PutResourcesRequest request;
    const char* words;
  } cases[] = {
      {"no scope", no_scope, "scope is missing"},
      {"no resources", PutOf({}), "no resources"},
      {"no name", PutOf({"a", ""}), "resource 2: it has no name"},
      {"twice", PutOf({"a", "a"}), "resource 2: another CDS resource"},
      {"long name", PutOf({std::string(2000, 'a')}), "longer than 1024"},
      {"other type", other_type, "not one that is served"},
      {"invalid", invalid,
       "resource 2: RDS 'r' is not valid, so no client would take it: virtual_hosts[0].domains: "
       "it is empty"},
      {"broken", broken, "its bytes are no envoy.config.cluster.v3.Cluster"},
  };
  for (const auto& test : cases) {
    const auto put = CheckedPut(test.request);
    ASSERT_FALSE(put.ok()) << test.name;
    EXPECT_THAT(std::string(put.status().message()), testing::HasSubstr(test.words)) << test.name;
  }
}

TEST(CheckedPut, AnApiListenerOfSeveralProxiesIsForThoseThatNameIt) {
  envoy::config::listener::v3::Listener listener;
  listener.set_name("shop");
  listener.mutable_api_listener();
  v1::PutResourcesRequest request = PutOf({});
  request.add_resources()->PackFrom(listener);
  EXPECT_FALSE(Checked(request).entries[0].resource->on_request_only());  // one node
  request.mutable_scope()->set_group("edge");
  EXPECT_TRUE(Checked(request).entries[0].resource->on_request_only());
  listener.clear_api_listener();
  auto& socket = *listener.mutable_address()->mutable_socket_address();
  socket.set_address("0.0.0.0");
  socket.set_port_value(8080);
  listener.add_filter_chains();
  request.mutable_resources(0)->PackFrom(listener);
  EXPECT_FALSE(Checked(request).entries[0].resource->on_request_only());
}

TEST(CheckedPut, FindsWhatAClusterRefersTo) {
  v1::PutResourcesRequest request = PutOf({});
  Cluster cluster;
  cluster.set_name("a");
  cluster.set_type(Cluster::EDS);
  cluster.mutable_eds_cluster_config()->mutable_eds_config()->mutable_ads();
  request.add_resources()->PackFrom(cluster);
  EXPECT_THAT(Checked(request).entries.at(0).references,
              testing::ElementsAre(ResourceReference{Type::kEndpoint, "a"}));
  EXPECT_EQ(Checked(request).entries[0].resource->assignment(), "a");

  cluster.mutable_eds_cluster_config()->set_service_name("s");
  request.mutable_resources(0)->PackFrom(cluster);
  EXPECT_THAT(Checked(request).entries[0].references,
              testing::ElementsAre(ResourceReference{Type::kEndpoint, "s"}));
  EXPECT_EQ(Checked(request).entries[0].resource->assignment(), "s");
}

TEST(CheckedPut, FindsReferencesWithinExtensions) {
  v1::PutResourcesRequest request = PutOf({});
  *request.add_resources() = AnyOf(R"({
    "@type": "type.googleapis.com/envoy.config.listener.v3.Listener", "name": "l",
    "address": {"socket_address": {"address": "0.0.0.0", "port_value": 443}},
    "filter_chains": [
      {"filters": [{"name": "tcp", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": "tcp", "cluster": "db"}}]},
      {"transport_socket": {"name": "tls", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        "common_tls_context": {"tls_certificate_sds_secret_configs": [
          {"name": "ours", "sds_config": {"ads": {}}}, {"name": "of-a-file"}]}}},
       "filter_chain_match": {"transport_protocol": "tls"},
       "filters": [{"name": "http", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "http", "rds": {"route_config_name": "r", "config_source": {"ads": {}}}}}]}]})")
                                 .value();
  EXPECT_THAT(Checked(request).entries.at(0).references,
              testing::UnorderedElementsAre(ResourceReference{Type::kCluster, "db"},
                                            ResourceReference{Type::kSecret, "ours"},
                                            ResourceReference{Type::kRoute, "r"}));
}

TEST(StaticResources, KnowsWhoRefersToAName) {
  StaticResources resources;
  v1::PutResourcesRequest request = PutOf({});
  envoy::config::cluster::v3::Cluster cluster;
  cluster.set_name("a");
  cluster.set_type(Cluster::EDS);
  cluster.mutable_eds_cluster_config()->mutable_eds_config()->mutable_ads();
  request.add_resources()->PackFrom(cluster);
  ASSERT_TRUE(resources.Put(Checked(request)).ok());
  ASSERT_TRUE(resources.Put(Checked(request)).ok());
  const ResourceReference to{Type::kEndpoint, "a"};
  const StaticScope node{StaticScope::Kind::kNode, "n1"};
  EXPECT_THAT(resources.ReferrersOf(to), testing::ElementsAre(node));
  EXPECT_EQ(resources.ReferencesOf(node).size(), 1u);
  ASSERT_TRUE(resources.Put(Checked(PutOf({"a"}))).ok()) << "without a reference";
  EXPECT_TRUE(resources.ReferrersOf(to).empty());
  ASSERT_TRUE(resources.Put(Checked(request)).ok());
  ASSERT_TRUE(resources.Delete({node, Type::kCluster, {"a"}}).ok());
  EXPECT_TRUE(resources.Referrers().empty());
}

TEST(StaticResources, ReplaceMakesATypeExactlyThis) {
  StaticResources resources;
  ASSERT_TRUE(resources.Put(Checked(PutOf({"a", "b"}))).ok());
  v1::PutResourcesRequest replacing = PutOf({"b", "c"});
  replacing.set_replace(true);
  const auto changed = resources.Put(Checked(replacing));
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(changed->changed, 1u);
  EXPECT_EQ(changed->deleted, 1u);
  EXPECT_EQ(resources.All().size(), 2u);
}

TEST(StaticResources, DeletesAllNamesOrNone) {
  StaticResources resources;
  ASSERT_TRUE(resources.Put(Checked(PutOf({"a", "b"}))).ok());
  const StaticScope node{StaticScope::Kind::kNode, "n1"};
  EXPECT_TRUE(absl::IsNotFound(resources.Delete({node, Type::kCluster, {"a", "z"}}).status()));
  EXPECT_EQ(resources.All().size(), 2u);
  EXPECT_TRUE(resources.Delete({node, Type::kCluster, {"a", "b"}}).ok());
  EXPECT_TRUE(resources.All().empty());
}

TEST(StaticResources, ANodeWithoutAGroupIsSentItsOwnAlone) {
  StaticResources resources;
  ASSERT_TRUE(resources.Put(Checked(PutOf({"a"}))).ok());
  v1::PutResourcesRequest for_all = PutOf({"x"});
  for_all.mutable_scope()->set_all(true);
  ASSERT_TRUE(resources.Put(Checked(for_all)).ok());
  View view;
  view.group = "default";
  view.host = "h1";

  const View own = resources.PlaceOf("n1", /*group_given=*/false, view);
  EXPECT_EQ(own.node, "n1");
  EXPECT_EQ(own.group, "");
  EXPECT_EQ(resources.OverlayOf(own, /*derived=*/false).Find(Type::kCluster, "x"), nullptr);
  const View grouped = resources.PlaceOf("n1", /*group_given=*/true, view);
  EXPECT_NE(resources.OverlayOf(grouped, /*derived=*/true).Find(Type::kCluster, "x"), nullptr);
  EXPECT_NE(resources.OverlayOf(grouped, /*derived=*/true).Find(Type::kCluster, "a"), nullptr);
  EXPECT_TRUE(resources.PlaceOf("n2", false, view) == view);
}

TEST(StaticResources, TheGivenVersionIsTheScopesUntilItChanges) {
  StaticResources resources;
  v1::PutResourcesRequest request = PutOf({"a"});
  request.set_version("1");
  ASSERT_TRUE(resources.Put(Checked(request)).ok());
  const StaticScope node{StaticScope::Kind::kNode, "n1"};
  EXPECT_EQ(resources.Of(node)->VersionText(Type::kCluster), "1");
  ASSERT_TRUE(resources.Put(Checked(PutOf({"b"}))).ok());
  EXPECT_EQ(resources.Of(node)->given_version(Type::kCluster), "");
}

}  // namespace
}  // namespace fairlead
