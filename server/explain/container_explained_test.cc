#include "server/explain/container_explained.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "envoy/config/cluster/v3/cluster.pb.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kPool[] = "shop/web:8000";

std::shared_ptr<const Resource> ClusterResource(const std::string& name) {
  envoy::config::cluster::v3::Cluster cluster;
  cluster.set_name(name);
  return Resource::Of(Type::kCluster, name, cluster);
}

// A container, its service, its pool and a proxy that has all of it; each test takes something
// away.
struct ContainerScene {
  v1::Container container;
  Endpoint endpoint;
  Pool pool;
  VirtualHost host;
  ContainerGround ground;

  ContainerScene() {
    container.set_id("4f5a");
    container.set_name("shop_web_1");
    container.set_state(v1::Container::RUNNING);
    container.set_health(v1::Container::NO_CHECK);
    (*container.mutable_labels())["com.docker.compose.project"] = "shop";
    (*container.mutable_labels())["com.docker.compose.service"] = "web";
    (*container.mutable_environment())["VIRTUAL_HOST"] = "shop.example";
    (*container.mutable_environment())["VIRTUAL_PORT"] = "8000";
    endpoint.container_id = "4f5a";
    endpoint.container_name = "shop_web_1";
    endpoint.service = "shop/web";
    endpoint.host_id = "h1";
    endpoint.port = 8000;
    endpoint.addresses = {{Address::From::kHost, "shop_default", "172.18.0.2", 8000}};
    pool.name = kPool;
    host.domain = "shop.example";
    Route route;
    route.path = "/";
    route.pool = kPool;
    host.routes = {route};
    ground.host_state = v1::Host::CONNECTED;
    ground.service_routes = {"shop.example/"};
    ground.snapshot = Snapshot::Empty()->With({{Type::kCluster, kPool, ClusterResource(kPool)}});
    ground.carriers[kPool] = {
        {Type::kCluster, kPool}, {Type::kEndpoint, kPool}, {Type::kRoute, "http"}};
    View view;
    view.group = "default";
    view.host = "h1";
    ground.proxies = {{{"edge"}, view, ground.snapshot}};
    const std::string version = ClusterResource(kPool)->version().ToString();
    ground.held = {{"edge", {Type::kCluster, kPool}, version, v1::SentResource::ACKED},
                   {"edge", {Type::kEndpoint, kPool}, "1", v1::SentResource::ACKED}};
  }

  v1::ContainerExplained Explain() {
    ground.container = {"h1", std::make_shared<const v1::Container>(container)};
    pool.endpoints = {std::make_shared<const Endpoint>(endpoint)};
    if (endpoint.container_id.empty()) pool.endpoints.clear();
    ground.pools = {std::make_shared<const Pool>(pool)};
    ground.virtual_hosts = {std::make_shared<const VirtualHost>(host)};
    return ExplainContainer(ground);
  }

  void Tell(const std::string& what, const std::function<void(v1::Problem&)>& where) {
    v1::Problem& problem = ground.problems.emplace_back();
    problem.set_severity(v1::Problem::ERROR);
    problem.set_what(what);
    problem.set_cure(absl::StrCat("cure of: ", what));
    where(problem);
  }
};

// Its assignment is not in the snapshot, so that it never counts as current: tests that want no
// stop put one.
void PutAssignment(ContainerScene& world) {
  const auto assignment = Resource::FromBytes(Type::kEndpoint, kPool, "");
  world.ground.proxies[0].snapshot =
      world.ground.snapshot->With({{Type::kEndpoint, kPool, assignment}});
  world.ground.held[1].version = assignment->version().ToString();
}

TEST(ExplainContainer, FromWordsToProxies) {
  ContainerScene world;
  PutAssignment(world);
  const v1::ContainerExplained explained = world.Explain();
  EXPECT_FALSE(explained.has_stop()) << explained.stop().what();
  EXPECT_EQ(explained.service(), "shop/web");
  EXPECT_EQ(explained.state(), "running");
  ASSERT_EQ(explained.words_size(), 2);
  EXPECT_EQ(explained.words(0).made(), "asks for shop.example");
  EXPECT_EQ(explained.words(1).made(), "requests go to its port 8000");
  ASSERT_EQ(explained.routes_size(), 1);
  EXPECT_EQ(explained.routes(0).cluster(), kPool);
  EXPECT_EQ(explained.routes(0).endpoint().health(), v1::Endpoint::HEALTHY);
  EXPECT_THAT(explained.routes(0).route_configurations(), ElementsAre("http"));
  ASSERT_EQ(explained.proxies_size(), 1);
  EXPECT_EQ(explained.proxies(0).from(), "host");
  EXPECT_EQ(explained.proxies(0).address(), "172.18.0.2:8000");
  EXPECT_EQ(explained.proxies(0).stop(), "");
  ASSERT_EQ(explained.proxies(0).held_size(), 3);
  EXPECT_TRUE(explained.proxies(0).held(0).is_current());
  EXPECT_EQ(explained.proxies(0).held(2).state(), v1::SentResource::STATE_UNSPECIFIED);
}

struct StopCase {
  const char* name;
  std::function<void(ContainerScene&)> change;
  const char* what;
  const char* cure;
};

const StopCase kStops[] = {
    {"no host", [](ContainerScene& w) { w.container.clear_environment(); }, "asks for no host",
     "VIRTUAL_HOST"},
    {"a word that is refused",
     [](ContainerScene& w) { (*w.container.mutable_environment())["VIRTUAL_PORT"] = "80a"; },
     "'80a' is not a port", "write one number"},
    {"a one-off container",
     [](ContainerScene& w) {
       (*w.container.mutable_labels())["com.docker.compose.oneoff"] = "True";
     },
     "one-off", "none"},
    {"exited", [](ContainerScene& w) { w.container.set_state(v1::Container::EXITED); },
     "it does not run: it is exited", "docker start shop_web_1"},
    {"paused", [](ContainerScene& w) { w.container.set_state(v1::Container::PAUSED); },
     "it is paused", "docker unpause shop_web_1` on host h1"},
    {"restarting", [](ContainerScene& w) { w.container.set_state(v1::Container::RESTARTING); },
     "it is restarting", "docker logs shop_web_1"},
    {"held back",
     [](ContainerScene& w) {
       w.ground.held_back = true;
       w.Tell("it crashes", [](v1::Problem& p) {
         p.set_host("h1");
         p.set_container("shop_web_1");
       });
     },
     "it crashes", "cure of: it crashes"},
    {"another's words are heard",
     [](ContainerScene& w) { w.ground.service_routes = {"other.example/"}; },
     "does not ask for shop.example/", "the same words"},
    {"no route", [](ContainerScene& w) { w.host.routes.clear(); }, "no route for shop.example/",
     ""},
    {"a virtual host that was held back",
     [](ContainerScene& w) {
       w.host.routes.clear();
       w.Tell("comes to a resource (RDS) that no proxy would take",
              [](v1::Problem& p) { p.set_service("shop.example"); });
     },
     "comes to a resource (RDS) that no proxy would take", "cure of"},
    {"others are behind it", [](ContainerScene& w) { w.endpoint.container_id = ""; },
     "go to the containers of nobody", "of its own"},
    {"starting",
     [](ContainerScene& w) {
       w.endpoint.health = Endpoint::Health::kStarting;
       w.endpoint.reason = "its HEALTHCHECK has not passed yet";
     },
     "told that it is starting: its HEALTHCHECK has not passed yet", "State.Health"},
    {"draining",
     [](ContainerScene& w) {
       w.endpoint.health = Endpoint::Health::kDraining;
       w.endpoint.reason = "stopping";
     },
     "it is draining: stopping", "docker start"},
    {"its host is silent",
     [](ContainerScene& w) {
       w.ground.host_state = v1::Host::SILENT;
       w.endpoint.health = Endpoint::Health::kUnhealthy;
       w.endpoint.reason = "its host is silent";
     },
     "its host is silent", "fairlead-agent runs on host h1"},
    {"no address",
     [](ContainerScene& w) {
       w.endpoint.addresses.clear();
       w.Tell("no reachable address: no network", [](v1::Problem& p) {
         p.set_host("h1");
         p.set_container("shop_web_1");
       });
     },
     "no reachable address: no network", "cure of"},
    {"no cluster", [](ContainerScene& w) { w.ground.snapshot = Snapshot::Empty(); },
     "not sent the cluster shop/web:8000", ""},
    {"nothing leads to its cluster",
     [](ContainerScene& w) {
       w.ground.carriers[kPool] = {{Type::kCluster, kPool}, {Type::kEndpoint, kPool}};
     },
     "no route configuration that proxies are sent", "fairlead resources list"},
    {"no proxy", [](ContainerScene& w) { w.ground.proxies.clear(); }, "no proxy that gets",
     "bootstrap"},
    {"out of reach",
     [](ContainerScene& w) {
       w.ground.proxies[0].view.host = "h2";
       w.Tell("no address of it can be reached", [](v1::Problem& p) {
         p.set_host("h1");
         p.set_container("shop_web_1");
         p.set_service(kPool);
         p.set_proxy("edge, outside");
       });
     },
     "no address of it can be reached", "cure of"},
    {"refused", [](ContainerScene& w) { w.ground.held[1].state = v1::SentResource::NACKED; },
     "the proxy edge refused EDS shop/web:8000", "fairlead proxies"},
    {"refused, in its own words",
     [](ContainerScene& w) {
       w.ground.held[1].state = v1::SentResource::NACKED;
       w.Tell("the proxy refused its EDS: bad", [](v1::Problem& p) { p.set_proxy("edge"); });
     },
     "refused its EDS: bad", "cure of"},
    {"not answered", [](ContainerScene& w) { w.ground.held[0].state = v1::SentResource::SENT; },
     "the proxy edge has not answered it yet: CDS", "in a moment"},
    {"not sent", [](ContainerScene& w) { w.ground.held.clear(); },
     "the proxy edge was not sent it: CDS", "in a moment"},
};

TEST(ExplainContainer, TheFirstThingThatStopsItHasACure) {
  for (const StopCase& one : kStops) {
    SCOPED_TRACE(one.name);
    ContainerScene world;
    PutAssignment(world);
    one.change(world);
    const v1::ContainerExplained explained = world.Explain();
    ASSERT_TRUE(explained.has_stop());
    EXPECT_THAT(explained.stop().what(), HasSubstr(one.what));
    EXPECT_THAT(explained.stop().cure(), HasSubstr(one.cure));
  }
}

TEST(ExplainContainer, WhatComesFirstOnTheWayIsFirst) {
  ContainerScene world;
  world.ground.proxies.clear();
  world.endpoint.addresses.clear();
  world.container.set_state(v1::Container::EXITED);
  EXPECT_THAT(world.Explain().stop().what(), HasSubstr("does not run"));
  world.container.set_state(v1::Container::RUNNING);
  EXPECT_THAT(world.Explain().stop().what(), HasSubstr("no address"));
}

TEST(ExplainContainer, OneRouteOrProxyThatWorksIsEnough) {
  ContainerScene world;
  PutAssignment(world);
  (*world.container.mutable_environment())["VIRTUAL_HOST"] = "shop.example,lost.example";
  world.ground.proxies.push_back(world.ground.proxies[0]);
  world.ground.proxies[1].node_ids = {"far"};
  world.ground.proxies[1].view.host = "h2";
  const v1::ContainerExplained explained = world.Explain();
  EXPECT_FALSE(explained.has_stop()) << explained.stop().what();
  EXPECT_THAT(explained.routes(0).stop(), HasSubstr("does not ask for lost.example/"));
  EXPECT_EQ(explained.routes(1).stop(), "");
  EXPECT_THAT(explained.proxies(1).stop(), HasSubstr("where the proxy far stands"));
}

TEST(ExplainContainer, OtherProblemsOfItStandBelow) {
  ContainerScene world;
  PutAssignment(world);
  world.Tell("its own", [](v1::Problem& p) {
    p.set_host("h1");
    p.set_container("shop_web_1");
  });
  world.Tell("its cluster's", [](v1::Problem& p) { p.set_service(kPool); });
  world.Tell("another's", [](v1::Problem& p) {
    p.set_host("h1");
    p.set_container("shop_web_2");
    p.set_service(kPool);
  });
  world.Tell("elsewhere", [](v1::Problem& p) { p.set_service("other"); });
  const v1::ContainerExplained explained = world.Explain();
  std::vector<std::string> problems;
  for (const v1::Problem& problem : explained.problems()) problems.push_back(problem.what());
  EXPECT_THAT(problems, ElementsAre("its own", "its cluster's"));
}

TEST(ExplainContainer, WordsAreShownWithWhatWasMadeOfThem) {
  ContainerScene world;
  auto& environment = *world.container.mutable_environment();
  auto& labels = *world.container.mutable_labels();
  environment.clear();
  environment["VIRTUAL_HOST_MULTIPORTS"] = "{a.example: {/x: {port: 81}}}";
  environment["VIRTUAL_HOST"] = "b.example";
  environment["NETWORK_ACCESS"] = "internal";
  environment["CERT_NAME"] = " ";
  environment["HSTS"] = "off";
  labels["fairlead.network-access"] = "external";
  labels["fairlead.service"] = "x/y";
  labels["fairlead.hots"] = "a";
  labels["other"] = "a";
  std::vector<std::string> words;
  const v1::ContainerExplained explained = world.Explain();
  for (const v1::WordExplained& word : explained.words()) {
    words.push_back(absl::StrCat(word.word(), ": ", word.made(), word.is_wrong() ? " !" : ""));
  }
  EXPECT_THAT(
      words,
      ElementsAre("CERT_NAME: is empty, so it counts as not set", "HSTS: taken as it stands",
                  "NETWORK_ACCESS: is not looked at: the label fairlead.network-access says it",
                  "VIRTUAL_HOST: is not looked at: VIRTUAL_HOST_MULTIPORTS says it path by path",
                  "VIRTUAL_HOST_MULTIPORTS: asks for a.example/x (port 81)",
                  HasSubstr("fairlead.hots: there is no label 'fairlead.hots'"),
                  "fairlead.network-access: taken as it stands",
                  "fairlead.service: is of the service x/y"));
}

TEST(ExplainContainer, AWordThatALaterStageTakesNot) {
  ContainerScene world;
  PutAssignment(world);
  auto& environment = *world.container.mutable_environment();
  auto& labels = *world.container.mutable_labels();
  environment.clear();
  labels["fairlead.host"] = "shop.example";
  labels["fairlead.cert-name"] = "nothere";
  environment["CERT_NAME"] = "other";
  environment["NON_GET_REDIRECT"] = "308";
  environment["SSL_POLICY"] = "Bogus-Policy";
  labels["com.github.nginx-proxy.nginx-proxy.http2.enable"] = "false";
  labels["com.github.nginx-proxy.nginx-proxy.ssl_verify_client"] = "on";
  labels["com.github.nginx-proxy.nginx-proxy.non-get-redirect"] = "307";
  labels["fairlead.http2"] = "true";
  for (const char* host : {"other.example", "shop.example"}) {
    world.Tell(absl::StrCat("no certificate of ", host), [&](v1::Problem& p) {
      p.set_service(host);
      p.set_word("CERT_NAME");
    });
  }
  std::vector<std::string> words;
  const v1::ContainerExplained explained = world.Explain();
  for (const v1::WordExplained& word : explained.words()) {
    words.push_back(absl::StrCat(word.word(), ": ", word.made(), word.is_wrong() ? " !" : ""));
  }
  EXPECT_THAT(
      words,
      ElementsAre(
          "CERT_NAME: is not looked at: the label fairlead.cert-name says it",
          "NON_GET_REDIRECT: taken as it stands",
          HasSubstr("SSL_POLICY: 'Bogus-Policy' is no policy of TLS"),
          "com.github.nginx-proxy.nginx-proxy.http2.enable: is not looked at: the label "
          "fairlead.http2 says it",
          "com.github.nginx-proxy.nginx-proxy.non-get-redirect: is not looked at: the variable "
          "NON_GET_REDIRECT says it",
          "com.github.nginx-proxy.nginx-proxy.ssl_verify_client: taken as it stands",
          "fairlead.cert-name: no certificate of shop.example !",
          "fairlead.host: asks for shop.example", "fairlead.http2: taken as it stands"));
}

TEST(ExplainContainer, RoutesOfOneThatDoesNotRunSayJustThat) {
  ContainerScene world;
  world.endpoint.container_id = "";
  world.container.set_state(v1::Container::EXITED);
  const v1::ContainerExplained explained = world.Explain();
  ASSERT_EQ(explained.routes_size(), 1);
  EXPECT_EQ(explained.routes(0).stop(), "it does not run: it is exited");
}

TEST(FindContainer, ByNameIdOrTheBeginningOfEither) {
  std::vector<ContainerOnHost> all;
  const struct {
    const char* host;
    const char* id;
    const char* name;
  } containers[] = {{"h1", "4f5a01", "shop_web_1"},
                    {"h1", "4f5b02", "shop_web_10"},
                    {"h2", "77aa03", "shop_web_1"},
                    {"h2", "88aa04", "db"},
                    {"h2", "99aa05", "blog"}};
  for (const auto& [host, id, name] : containers) {
    v1::Container container;
    container.set_id(id);
    container.set_name(name);
    if (absl::StartsWith(name, "shop_web")) {
      (*container.mutable_labels())["com.docker.compose.project"] = "shop";
      (*container.mutable_labels())["com.docker.compose.service"] = "web";
    }
    all.push_back({host, std::make_shared<const v1::Container>(container)});
  }
  const struct {
    const char* text;
    const char* found;  // its id, or a part of the error
  } cases[] = {
      {"db", "88aa04"},
      {"shop_web_10", "4f5b02"},
      {"h2/shop_web_1", "77aa03"},
      {"h1/4f5a", "4f5a01"},
      {"77", "77aa03"},
      {"d", "88aa04"},
      {"h2/shop", "77aa03"},
      {"shop_web_1",
       "'shop_web_1' fits 2 containers: h1/shop_web_1 (4f5a01), h2/shop_web_1 (77aa03); name one"},
      {"4f5", "fits 2 containers: h1/shop_web_1 (4f5a01), h1/shop_web_10 (4f5b02)"},
      {"shop_wbe_10", "did you mean 'shop_web_10'?"},
      {"web",
       "'web' is a service; its containers are h1/shop_web_1, h1/shop_web_10, h2/shop_web_1"},
      {"shop/web", "'shop/web' is a service; its containers are h1/shop_web_1, "},
      {"a.example", "if it is a host's name, ask 'fairlead explain http://a.example/'; else"},
      {"nothing-like-it", "no host has reported a container 'nothing-like-it'"},
  };
  for (const auto& [text, expected] : cases) {
    const absl::StatusOr<ContainerOnHost> found = FindContainer(text, all);
    EXPECT_THAT(found.ok() ? found->facts->id() : std::string(found.status().message()),
                HasSubstr(expected))
        << text;
  }
  EXPECT_TRUE(absl::IsNotFound(FindContainer("x", all).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(FindContainer("4f5", all).status()));
}

}  // namespace
}  // namespace fairlead
