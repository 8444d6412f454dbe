#include "server/explain/request_explained.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace fairlead {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::RequestExplained;

template <typename Message>
ResourceChange Change(Type type, const std::string& name, const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return {type, name, Resource::Of(type, name, message)};
}

constexpr char kManager[] =
    "[type.googleapis.com/"
    "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager]";

ResourceChange ListenerChange(const std::string& name, int port, const std::string& manager) {
  return Change<envoy::config::listener::v3::Listener>(
      Type::kListener, name,
      absl::StrCat("name: '", name, "' address { socket_address { address: '0.0.0.0' port_value: ",
                   port, " } } filter_chains { filters { name: 'hcm' typed_config { ", kManager,
                   " { ", manager, " } } } }"));
}

ResourceChange Routes(const std::string& name, const std::string& text) {
  return Change<envoy::config::route::v3::RouteConfiguration>(
      Type::kRoute, name, absl::StrCat("ignore_port_in_host_matching: true ", text));
}

ResourceChange Eds(const std::string& name, const std::string& more = "") {
  return Change<envoy::config::cluster::v3::Cluster>(
      Type::kCluster, name,
      absl::StrCat("type: EDS common_lb_config { healthy_panic_threshold {} } ", more));
}

ResourceChange Assignment(const std::string& name,
                          const std::vector<std::pair<std::string, std::string>>& endpoints) {
  std::string text;
  for (const auto& [ip, health] : endpoints) {
    absl::StrAppend(&text, "lb_endpoints { health_status: ", health,
                    " endpoint { address { socket_address { address: '", ip,
                    "' port_value: 8000 } } } } ");
  }
  return Change<envoy::config::endpoint::v3::ClusterLoadAssignment>(
      Type::kEndpoint, name, absl::StrCat("endpoints { ", text, "}"));
}

std::shared_ptr<const Pool> PoolOf(const std::string& name, Endpoint::Health health) {
  auto endpoint = std::make_shared<Endpoint>();
  endpoint->container_id = "c1";
  endpoint->container_name = "shop_web_1";
  endpoint->host_id = "h1";
  endpoint->health = health;
  endpoint->addresses = {{Address::From::kHost, "n", "172.18.0.2", 8000},
                         {Address::From::kPublished, "", "10.0.0.1", 8000}};
  return std::make_shared<const Pool>(Pool{name, {}, {endpoint}});
}

class RequestExplainedTest : public testing::Test {
 protected:
  RequestExplainedTest() {
    ground_.own_http = "http";
    ground_.own_https = "https";
    Put({ListenerChange("http", 8080, "rds { route_config_name: 'http' }"), Routes("http", R"(
           virtual_hosts { name: "shop" domains: "shop.example"
             routes { match { prefix: "/api/" } route { cluster: "web" prefix_rewrite: "/v1/" } }
             routes { match { prefix: "/old" } redirect { https_redirect: true } }
             routes { match { prefix: "/gone" } direct_response { status: 410 } }
             routes { match { prefix: "/lost" } route { cluster: "lost" } }
             response_headers_to_add { header { key: "X-A" value: "50%%" } } }
           virtual_hosts { name: "tls" domains: "tls.example" require_tls: ALL }
           virtual_hosts { name: "*" domains: "*"
             routes { match { prefix: "/" headers { name: ":authority" string_match {
               safe_regex { regex: "(?i).*(?:^re[0-9](?::[0-9]+)?$).*" } } } }
               route { cluster: "web" } } })"),
         Eds("web")});
  }

  void Put(const std::vector<ResourceChange>& changes) {
    ground_.snapshot = ground_.snapshot == nullptr ? Snapshot::Empty() : ground_.snapshot;
    ground_.snapshot = ground_.snapshot->With(changes);
  }
  // A proxy that has, beside all the rest, this assignment of "web".
  void Connect(const std::string& node_id,
               const std::vector<std::pair<std::string, std::string>>& endpoints) {
    ground_.proxies.push_back({{node_id}, ground_.snapshot->With({Assignment("web", endpoints)})});
  }

  RequestExplained Ask(const std::string& url, const v1::RequestToExplain& more = {},
                       Endpoint::Health health = Endpoint::Health::kHealthy) {
    v1::RequestToExplain request = more;
    request.set_url(url);
    absl::StatusOr<RequestExplained> explained = Explain(request, ground_);
    EXPECT_TRUE(explained.ok()) << explained.status();
    AddEndpoints({PoolOf("web", health)}, ground_, *explained);
    return *explained;
  }
  std::string Summary(const std::string& url) { return Ask(url).summary(); }

  RequestGround ground_;
};

TEST_F(RequestExplainedTest, FromListenerToContainer) {
  Connect("edge", {{"172.18.0.2", "HEALTHY"}});
  Connect("outside", {{"10.0.0.1", "HEALTHY"}});
  const RequestExplained explained = Ask("http://Shop.example:8080/api/users?q");
  EXPECT_EQ(explained.outcome(), RequestExplained::FORWARDED);
  EXPECT_EQ(explained.path(), "/v1/users?q");
  EXPECT_EQ(explained.summary(), "web is asked for /v1/users?q");
  std::vector<std::string> steps;
  for (const v1::ExplainedStep& step : explained.steps()) {
    steps.push_back(absl::StrCat(step.kind(), " ", step.name(), ": ", step.why()));
  }
  EXPECT_THAT(steps, ElementsAre("listener http (0.0.0.0:8080): listens at port 8080",
                                 "routes http: the listener's",
                                 "virtual host shop: the host is shop.example",
                                 "route 1 of 4: the first that fits: prefix /api/",
                                 "cluster web: the route's", "path /v1/users?q: rewritten"));
  ASSERT_EQ(explained.clusters_size(), 1);
  ASSERT_EQ(explained.clusters(0).endpoints_size(), 1);
  const v1::EndpointAsked& endpoint = explained.clusters(0).endpoints(0);
  EXPECT_EQ(endpoint.container_name(), "shop_web_1");
  ASSERT_EQ(endpoint.reached_size(), 2);
  EXPECT_THAT(endpoint.reached(0).proxies(), ElementsAre("edge"));
  EXPECT_EQ(endpoint.reached(0).address(), "172.18.0.2:8000");
  EXPECT_EQ(endpoint.reached(1).address(), "10.0.0.1:8000");
  EXPECT_EQ(explained.response_headers(0).value(), "50%");
  EXPECT_THAT(explained.unknown(), IsEmpty());
  EXPECT_THAT(explained.proxies(), ElementsAre("edge", "outside"));
}

TEST_F(RequestExplainedTest, WhatTheProxyAnswersItself) {
  Connect("edge", {{"172.18.0.2", "HEALTHY"}});
  EXPECT_EQ(Summary("http://shop.example/old"),
            "301 to https://shop.example/old: the route redirects");
  EXPECT_EQ(Summary("http://shop.example/gone"), "410: the route says so");
  EXPECT_EQ(Summary("http://shop.example/"), "404: none of the 4 routes of shop fits");
  EXPECT_EQ(Summary("http://shop.example/lost"), "503: there is no cluster lost");
  EXPECT_EQ(Summary("http://tls.example/x"),
            "301 to https://tls.example/x: the virtual host demands TLS redirects");
  EXPECT_EQ(Summary("http://re1:8080/"), "web is asked for /");
  EXPECT_EQ(Summary("http://RE1/"), "web is asked for /");
  EXPECT_EQ(Summary("http://rex/"), "404: none of the 1 routes of * fits");
  Put({Routes("http", "")});
  EXPECT_EQ(Summary("http://shop.example/"), "404: no virtual host is for 'shop.example'");
}

TEST_F(RequestExplainedTest, WhereNoConnectionComesAbout) {
  EXPECT_EQ(Ask("https://shop.example/").outcome(), RequestExplained::NO_CONNECTION);
  EXPECT_THAT(Summary("http://shop.example:81/"), HasSubstr("do not listen at port 81"));
  v1::RequestToExplain mapped;
  mapped.set_port(8080);
  EXPECT_EQ(Ask("http://shop.example:81/gone", mapped).status(), 410);
  Put({ListenerChange("http", 8080, "rds { route_config_name: 'other' }")});
  EXPECT_THAT(Summary("http://shop.example/"), HasSubstr("routes 'other' are not there"));
}

TEST_F(RequestExplainedTest, WithoutACertificateThereIsNoHttps) {
  EXPECT_THAT(Summary("https://shop.example/"),
              AllOf(HasSubstr("proxies do not listen for https"),
                    HasSubstr("put HOST.crt and HOST.key into the server's --certificates-dir")));
  EXPECT_THAT(Summary("http://shop.example:81/"), Not(HasSubstr("--certificates-dir")));
  Put({ListenerChange("https", 8443, "rds { route_config_name: 'https' }")});
  EXPECT_THAT(Summary("https://shop.example/"),
              AllOf(HasSubstr("does not speak TLS"), Not(HasSubstr("--certificates-dir"))));
}

TEST_F(RequestExplainedTest, AHostThatNoContainerAsksFor) {
  const char* const pattern =
      "routes { match { prefix: '/' headers { name: ':authority' string_match { safe_regex { "
      "regex: "
      "'re[0-9]' } } } } route { cluster: 'web' } }";
  const auto put = [&](const std::string& more) {
    Put({Routes("http", absl::StrCat("name: 'http' virtual_hosts { name: '*' domains: '*' ",
                                     pattern, more, "}"))});
  };
  const std::string nobody = "no container asks for 'nobody.example' here, ";
  const std::string no_default =
      "and there is no default host (--default-host; DEFAULT_HOST in the drop-in image)";
  const std::string url = "http://nobody.example/x";
  Put({Routes("http", "name: 'http'")});
  EXPECT_EQ(Summary(url), absl::StrCat("404: ", nobody, no_default));
  put("");
  EXPECT_EQ(Summary(url), absl::StrCat("404: ", nobody, no_default));
  EXPECT_EQ(Summary("http://re1/x"), "web is asked for /x");
  put("routes { match { prefix: '/' } direct_response { status: 503 } }");
  EXPECT_EQ(Summary(url), absl::StrCat("503: ", nobody, no_default));
  ground_.default_host = "shop.example";
  EXPECT_EQ(Summary(url), absl::StrCat("503: ", nobody, "nor for the default host, shop.example"));
  put("routes { match { prefix: '/.well-known/acme-challenge/' } route { cluster: 'web' } }"
      "routes { match { prefix: '/' } direct_response { status: 503 } }");
  EXPECT_EQ(Summary(url), absl::StrCat("503: ", nobody, "nor for the default host, shop.example"));
  put("routes { match { prefix: '/' } direct_response { status: 421 } }");
  EXPECT_EQ(Summary(url), "421: the route says so");
  put("routes { match { prefix: '/x' } route { cluster: 'web' } }");
  const RequestExplained taken = Ask(url);
  EXPECT_EQ(taken.summary(), "web is asked for /x");
  EXPECT_EQ(taken.steps(2).why(),
            absl::StrCat(nobody, "so it goes to the default host, shop.example"));
  EXPECT_EQ(Summary("http://nobody.example/"), "404: none of the 2 routes of * fits");
  // What people put is theirs.
  Put({ListenerChange("http", 8080, "rds { route_config_name: 'put' }"),
       Routes("put", "name: 'put'")});
  EXPECT_EQ(Summary(url), "404: no virtual host is for 'nobody.example'");
}

TEST_F(RequestExplainedTest, TheRequestIsWhatTheListenerMakesOfIt) {
  const std::string version =
      "virtual_hosts { name: 'a' domains: 'a.example' routes { match { prefix: '/' headers { name: "
      "'x_version' present_match: true } } direct_response { status: 202 } } routes { match { "
      "prefix: '/' } direct_response { status: 200 } } }";
  Put({Routes("http", version)});
  v1::RequestToExplain told;
  v1::HttpHeader& header = *told.add_headers();
  header.set_name("X_Version");
  header.set_value("2");
  EXPECT_EQ(Ask("http://a.example/", told).status(), 202);
  EXPECT_EQ(Ask("http://a.example./", told).status(), 404);
  Put({ListenerChange("http", 8080,
                      "rds { route_config_name: 'http' } strip_trailing_host_dot: true "
                      "common_http_protocol_options { headers_with_underscores_action: DROP_HEADER "
                      "}")});
  for (const char* url : {"http://a.example/", "http://a.example./", "http://A.example.:8080/"}) {
    EXPECT_EQ(Ask(url, told).status(), 200) << url;
  }
  EXPECT_EQ(Ask("http://a.example../", told).status(), 404);
}

TEST_F(RequestExplainedTest, ListenersForQuicAreNotForThisRequest) {
  Put({Change<envoy::config::listener::v3::Listener>(
      Type::kListener, "a",
      "name: 'a' udp_listener_config {} address { socket_address { port_value: 8080 } }")});
  EXPECT_EQ(Summary("http://shop.example:8080/gone"), "410: the route says so");
}

TEST_F(RequestExplainedTest, WithoutAHealthyEndpointItIs503) {
  Connect("edge", {{"172.18.0.2", "DRAINING"}, {"172.18.0.9", "UNHEALTHY"}});
  const RequestExplained explained = Ask("http://shop.example/api/");
  EXPECT_EQ(explained.outcome(), RequestExplained::ANSWERED);
  EXPECT_EQ(explained.summary(), "503: no endpoint of web is healthy and in reach");
  // One that is no container's.
  ASSERT_EQ(explained.clusters(0).endpoints_size(), 2);
  EXPECT_EQ(explained.clusters(0).endpoints(1).health(), v1::Endpoint::UNHEALTHY);
  EXPECT_EQ(explained.clusters(0).endpoints(1).reached(0).address(), "172.18.0.9:8000");
  Connect("near", {{"172.18.0.2", "HEALTHY"}});
  EXPECT_EQ(Summary("http://shop.example/api/"),
            "web is asked for /v1/; but 503 from edge, which reach no healthy endpoint of it");
}

TEST_F(RequestExplainedTest, WithoutAProxyTheContainersTell) {
  EXPECT_EQ(Ask("http://shop.example/api/").outcome(), RequestExplained::FORWARDED);
  EXPECT_EQ(Ask("http://shop.example/api/", {}, Endpoint::Health::kStarting).status(), 503);
  EXPECT_THAT(Ask("http://shop.example/api/").proxies(), IsEmpty());
}

TEST_F(RequestExplainedTest, ClustersThatPeoplePutHaveTheirOwnRules) {
  const std::string inline_endpoint =
      "load_assignment { endpoints { lb_endpoints { health_status: UNHEALTHY endpoint { address { "
      "socket_address { address: '10.9.9.9' port_value: 1 } } } } } }";
  Put({Change<envoy::config::cluster::v3::Cluster>(
      Type::kCluster, "lost", absl::StrCat("type: STATIC ", inline_endpoint))});
  // Where none is healthy, Envoy asks all, unless its threshold of panic says otherwise.
  EXPECT_EQ(Ask("http://shop.example/lost").outcome(), RequestExplained::FORWARDED);
  Put({Change<envoy::config::cluster::v3::Cluster>(
      Type::kCluster, "lost",
      absl::StrCat("type: STATIC common_lb_config { healthy_panic_threshold {} } ",
                   inline_endpoint))});
  EXPECT_EQ(Ask("http://shop.example/lost").status(), 503);
}

TEST_F(RequestExplainedTest, WhatOnlyAProxyKnowsIsSaid) {
  Put({ListenerChange("http", 8080,
                      "http_filters { name: 'envoy.filters.http.lua' } http_filters { name: "
                      "'envoy.filters.http.router' } path_with_escaped_slashes_action: "
                      "REJECT_REQUEST route_config { name: 'within' virtual_hosts { name: 'a' "
                      "domains: '*' routes { match { "
                      "prefix: '/' } non_forwarding_action {} } } }")});
  const RequestExplained explained = Ask("http://shop.example/a%2fx");
  EXPECT_EQ(explained.outcome(), RequestExplained::UNKNOWN);
  EXPECT_THAT(explained.unknown(),
              ElementsAre("what the listener does with a path that has an escaped slash",
                          "what the HTTP filter envoy.filters.http.lua does",
                          "what a filter answers where the route itself does nothing"));
}

TEST_F(RequestExplainedTest, ThePathIsTheOneThatTheListenerMakesOfIt) {
  Put({ListenerChange("http", 8080,
                      "rds { route_config_name: 'http' } normalize_path { value: true } "
                      "merge_slashes: true path_with_escaped_slashes_action: KEEP_UNCHANGED")});
  const RequestExplained explained = Ask("http://shop.example/x/..//api/%41?q=//");
  EXPECT_EQ(explained.path(), "/v1/A?q=//");
  EXPECT_EQ(explained.steps(1).kind(), "path");
  EXPECT_EQ(explained.steps(1).name(), "/api/A?q=//");
  EXPECT_EQ(Ask("http://shop.example/gone/../api/").path(), "/v1/");
  const RequestExplained as_is = Ask("http://re1//x");
  EXPECT_EQ(as_is.steps(as_is.steps_size() - 1).why(), "as normalized");
  EXPECT_EQ(Summary("http://shop.example/api%2f"), "404: none of the 4 routes of shop fits");
  EXPECT_EQ(Ask("http://shop.example/api/%00").status(), 400);
  Put({ListenerChange("http", 8080, "rds { route_config_name: 'http' }")});
  EXPECT_EQ(Ask("http://shop.example/api/../gone").path(), "/v1/../gone");
}

TEST_F(RequestExplainedTest, ForwardedProtoIsTheConnectionsUnlessBelieved) {
  const char* const routes = R"(virtual_hosts { name: "a" domains: "*"
      routes { match { prefix: "/" headers { name: "x-forwarded-proto" string_match {
        exact: "https" } } } direct_response { status: 200 } } })";
  v1::RequestToExplain told;
  v1::HttpHeader& header = *told.add_headers();
  header.set_name("X-Forwarded-Proto");
  header.set_value("https");
  Put({Routes("http", routes),
       ListenerChange("http", 8080,
                      "rds { route_config_name: 'http' } use_remote_address { value: true }")});
  EXPECT_EQ(Ask("http://a.example/", told).status(), 404);
  Put({ListenerChange("http", 8080, "rds { route_config_name: 'http' } xff_num_trusted_hops: 1")});
  EXPECT_EQ(Ask("http://a.example/", told).status(), 200);
  Put({Routes("http", R"(virtual_hosts { name: "a" domains: "*"
      routes { match { path: "/api" } redirect { path_redirect: "/api/" } } })")});
  EXPECT_EQ(Ask("http://a.example/api", told).location(), "https://a.example/api/");
}

TEST_F(RequestExplainedTest, AFilterThatIsOffCountsWhereARouteTurnsItOn) {
  Put({ListenerChange("http", 8080,
                      "http_filters { name: 'envoy.filters.http.basic_auth' disabled: true } "
                      "http_filters { name: 'envoy.filters.http.router' } "
                      "rds { route_config_name: 'http' }"),
       Routes("http", R"(virtual_hosts { name: "a" domains: "*"
         routes { match { prefix: "/closed" } direct_response { status: 200 }
           typed_per_filter_config { key: "envoy.filters.http.basic_auth" value {} } }
         routes { match { prefix: "/" } direct_response { status: 200 } } })")});
  EXPECT_THAT(Ask("http://a.example/").unknown(), IsEmpty());
  EXPECT_THAT(Ask("http://a.example/closed").unknown(),
              ElementsAre("whether the client shows a user and password, which it has to"));
}

TEST_F(RequestExplainedTest, WhatIsNoRequestIsRefused) {
  v1::RequestToExplain request;
  request.set_url("shop.example");
  EXPECT_TRUE(absl::IsInvalidArgument(Explain(request, ground_).status()));
  request.set_url("http://shop.example/");
  request.set_port(65536);
  EXPECT_TRUE(absl::IsInvalidArgument(Explain(request, ground_).status()));
}

}  // namespace
}  // namespace fairlead
