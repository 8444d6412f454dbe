#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/routing/example_model.h"
#include "server/routing/routing.h"

namespace fairlead {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

TEST(Names, ServicesOfOneRouteShareAPoolAndANoticeSaysSo) {
  Model model;
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Is("h2", Blog("blog1")));
  EXPECT_THAT(Changed(model.changes()),
              UnorderedElementsAre("pool shop.example/", "-pool shop/web:8000", "host shop.example",
                                   "service blog/web", "problems pool shop.example/"));
  EXPECT_THAT(model.Pool("shop.example/"), ElementsAre("blog1 healthy", "web1 healthy"));
  const Problem& notice = model.changes().problems[0].problems[0];
  EXPECT_EQ(notice.severity, Problem::Severity::kNotice);
  EXPECT_EQ(notice.place.service, "shop.example/");
  EXPECT_THAT(notice.what, HasSubstr("blog/web, shop/web"));

  model.Apply(Gone("h2", "blog1"));
  EXPECT_THAT(Changed(model.changes()),
              UnorderedElementsAre("-pool shop.example/", "pool shop/web:8000", "host shop.example",
                                   "service blog/web", "-problems pool shop.example/"));
}

TEST(Names, AServiceThatSharesOneOfItsRoutesKeepsItsOwnPoolForTheOthers) {
  Model model;
  ExampleContainer web = Web("web1");
  web.virtual_host = "shop.example,www.shop.example";
  model.Apply(Is("h1", web));
  model.Apply(Is("h1", Blog("blog1")));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> shop.example/"));
  EXPECT_THAT(model.Domain("www.shop.example"), ElementsAre("/ -> shop/web:8000"));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web1 healthy"));
}

TEST(Names, AServiceOfSeveralPortsIsNamedByItsRoute) {
  Model model;
  ExampleContainer other = Web("web2");
  other.port = "9000";
  other.exposed = 9000;
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Is("h1", other));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> shop.example/"));
  // Unlike with nginx-proxy, each container gets its requests at its own.
  std::vector<std::string> ports;
  for (const auto& endpoint : model.routing().FindPool("shop.example/")->endpoints) {
    ports.push_back(absl::StrCat(endpoint->container_id, ":", endpoint->port));
  }
  EXPECT_THAT(ports, ElementsAre("web1:8000", "web2:9000"));
  ASSERT_THAT(model.changes().problems, SizeIs(1));
  EXPECT_EQ(model.changes().problems[0].source, "service shop/web");
  EXPECT_THAT(model.changes().problems[0].problems,
              ElementsAre(AllOf(Field(&Problem::what, HasSubstr("8000, 9000")),
                                Field(&Problem::severity, Problem::Severity::kNotice))));
  model.Apply(Gone("h1", "web1"));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> shop/web:9000"));
  EXPECT_THAT(Changed(model.changes()), ::testing::Contains("-problems service shop/web"));
}

TEST(Names, PathsOfOneHostAreRoutesOfOneVirtualHost) {
  Model model;
  ExampleContainer api = Web("api1");
  api.service = "api";
  api.path = "/api";
  ExampleContainer deep = Web("deep1");
  deep.service = "deep";
  deep.path = "/api/v2";
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Is("h1", api));
  model.Apply(Is("h1", deep));
  EXPECT_THAT(
      model.Domain("shop.example"),
      ElementsAre("/api/v2 -> shop/deep:8000", "/api -> shop/api:8000", "/ -> shop/web:8000"));
  EXPECT_THAT(model.changes().problems, IsEmpty());
}

TEST(Disagreement, TheNewestRunningContainerStandsForAll) {
  Model model;
  ExampleContainer newer = Web("web2", 2);
  newer.virtual_host = "new.example";
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Is("h2", newer));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("404"));
  EXPECT_THAT(model.Domain("new.example"), ElementsAre("/ -> shop/web:8000"));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web1 healthy", "web2 healthy"));
  ASSERT_THAT(model.changes().problems, SizeIs(1));
  const ProblemsOf& problems = model.changes().problems[0];
  EXPECT_EQ(problems.source, "service shop/web");
  ASSERT_THAT(problems.problems, SizeIs(1));
  EXPECT_EQ(problems.problems[0].place.container, "web1");
  EXPECT_THAT(problems.problems[0].what, HasSubstr("asks for shop.example/, but web2 on host h2"));

  model.Apply(Gone("h1", "web1"));
  EXPECT_THAT(Changed(model.changes()),
              ElementsAre("pool shop/web:8000", "-problems service shop/web"));
}

TEST(Disagreement, TheLastSpokesmanStandsWhenNoneRuns) {
  Model model;
  ExampleContainer older = Web("web1");
  ExampleContainer newer = Web("web2", 2);
  newer.virtual_host = "new.example";
  model.Apply(Is("h1", older));
  model.Apply(Is("h1", newer));
  newer.state = v1::Container::EXITED;
  model.Apply(Is("h1", newer));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> shop/web:8000"));
  EXPECT_THAT(model.Domain("new.example"), ElementsAre("404"));
  older.state = v1::Container::EXITED;
  model.Apply(Is("h1", older));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> shop/web:8000"));
  model.Apply(Gone("h1", "web1"));
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> shop/web:8000"));
}

TEST(Disagreement, AMalformedNewcomerChangesNothingForTheOthers) {
  Model model;
  model.Apply(Is("h1", Web("web1")));
  int created_at = 2;
  for (auto [host, path, port] : std::vector<std::tuple<const char*, const char*, const char*>>{
           {"sho p.example", "", ""}, {"shop.example", "api", ""}, {"shop.example", "", "80a"}}) {
    ExampleContainer bad = Web("bad", ++created_at);
    bad.virtual_host = host;
    bad.path = path;
    bad.port = port;
    model.Apply(Is("h1", bad));
    ASSERT_THAT(Changed(model.changes()), ElementsAre("problems container h1/bad"));
    EXPECT_THAT(model.changes().problems[0].problems, SizeIs(1));
    EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web1 healthy"));
  }
  model.Apply(Gone("h1", "bad"));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("-problems container h1/bad"));
}

TEST(Hosts, OneNamedContainerOnAnotherHostIsNoHarmWhileItAsksForNothing) {
  Model model;
  ExampleContainer web = Web("web1");
  web.name = "web";
  web.service = "";
  ExampleContainer namesake = Web("other", 9);
  namesake.name = "web";
  namesake.service = "";
  namesake.virtual_host = "";
  model.Apply(Is("h1", web));
  model.Apply(Is("h2", namesake));
  EXPECT_TRUE(model.changes().empty());
  EXPECT_THAT(model.Domain("shop.example"), ElementsAre("/ -> web:8000"));
}

TEST(Hosts, AddressesFollowTheHosts) {
  Model model;
  ExampleContainer web = Web("web1");
  web.published = 32768;
  model.Apply(Is("h1", web));
  model.Apply(HostIs("h1", {"10.0.0.9"}, false, "zone-a"));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000"));
  const Endpoint& endpoint = *model.changes().pools[0].after->endpoints[0];
  EXPECT_EQ(endpoint.zone, "zone-a");
  ASSERT_THAT(endpoint.addresses, SizeIs(2));
  EXPECT_EQ(endpoint.addresses[1].ip, "10.0.0.9");
}

TEST(Hosts, ASilentOnesEndpointsAreDistrustedOnlyWhereThereAreOthers) {
  Model model;
  ExampleContainer lone = Web("api1");
  lone.service = "api";
  lone.virtual_host = "api.example";
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Is("h2", Web("web2")));
  model.Apply(Is("h1", lone));
  model.Apply(HostIs("h1", {"10.0.0.1"}, true));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000"));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web1 unhealthy", "web2 healthy"));
  EXPECT_THAT(model.Pool("shop/api:8000"), ElementsAre("api1 healthy"));

  model.Apply(Gone("h2", "web2"));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web1 healthy"));
}

TEST(Hosts, AForgottenOneTakesItsContainersAlong) {
  for (const bool told : {true, false}) {
    Model model;
    model.Apply(Is("h1", Web("web1")));
    model.Apply(Is("h2", Web("web2")));
    FactChanges changes;
    changes.hosts.push_back(HostGone("h1"));
    if (told) changes.containers.push_back(Gone("h1", "web1"));
    model.Apply(changes);
    EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000"));
    EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web2 healthy"));
    model.Apply(Is("h1", Web("web1")));
    EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web1 healthy", "web2 healthy"));
  }
}

TEST(Hosts, TwoThatTellTheSameContainerIdHaveAnEndpointEach) {
  Model model;
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Is("h2", Web("web1")));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web1 healthy", "web1 healthy"));
  model.Apply(Gone("h2", "web1"));
  EXPECT_EQ(model.routing().FindPool("shop/web:8000")->endpoints[0]->host_id, "h1");
}

TEST(Hosts, OnlyOnNamesWhatWouldBeLostWithAHost) {
  Model model;
  ExampleContainer lone = Web("api1");
  lone.service = "api";
  ExampleContainer stopped = Web("web3");
  stopped.state = v1::Container::EXITED;
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Is("h2", Web("web2")));
  model.Apply(Is("h1", lone));
  EXPECT_THAT(model.routing().OnlyOn("h1"), ElementsAre("shop/api"));
  EXPECT_THAT(model.routing().OnlyOn("h2"), IsEmpty());
  stopped.id = "web2";
  model.Apply(Is("h2", stopped));
  EXPECT_THAT(model.routing().OnlyOn("h1"), ElementsAre("shop/api", "shop/web"));
  EXPECT_THAT(model.routing().OnlyOn("nowhere"), IsEmpty());
}

TEST(SharedNetwork, FollowsTheContainerThatOwnsIt) {
  Model model;
  ExampleContainer sidecar = Web("sidecar");
  sidecar.network_mode = "container:pod";
  sidecar.ip = "";
  sidecar.exposed = 0;
  sidecar.port = "8000";
  ExampleContainer pod = Web("pod");
  pod.virtual_host = "";
  pod.published = 32768;

  model.Apply(Is("h1", sidecar));
  EXPECT_THAT(Changed(model.changes()), ::testing::Contains("problems container h1/sidecar"));
  EXPECT_THAT(model.routing().FindPool("shop/web:8000")->endpoints[0]->addresses, IsEmpty());
  model.Apply(Is("h2", pod));
  EXPECT_TRUE(model.changes().empty());

  model.Apply(Is("h1", pod));
  EXPECT_THAT(Changed(model.changes()),
              ElementsAre("pool shop/web:8000", "-problems container h1/sidecar"));
  EXPECT_THAT(model.routing().FindPool("shop/web:8000")->endpoints[0]->addresses, SizeIs(2));
  pod.ip = "172.20.0.9";
  model.Apply(Is("h1", pod));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/web:8000"));
  model.Apply(Gone("h1", "pod"));
  EXPECT_THAT(model.routing().FindPool("shop/web:8000")->endpoints[0]->addresses, IsEmpty());
}

TEST(Problems, OfAContainerGoWhenItIsOver) {
  Model model;
  ExampleContainer bad = Web("bad");
  bad.port = "80a";
  model.Apply(Is("h1", bad));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("problems container h1/bad"));
  bad.state = v1::Container::EXITED;
  model.Apply(Is("h1", bad));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("-problems container h1/bad"));
}

TEST(Problems, AnUnreachableContainerHasOneAndIsInItsPoolAllTheSame) {
  Model model;
  ExampleContainer web = Web("web1");
  web.ip = "";
  model.Apply(Is("h1", web));
  ASSERT_THAT(model.changes().problems, SizeIs(1));
  EXPECT_THAT(model.changes().problems[0].problems[0].what, HasSubstr("no reachable address"));
  EXPECT_EQ(model.changes().problems[0].problems[0].place.container, "web1");
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web1 healthy"));
}

TEST(Summary, IsWhatAnOperatorAsksFor) {
  Model model;
  ExampleContainer web2 = Web("web2");
  web2.health = v1::Container::STARTING;
  ExampleContainer web3 = Web("web3");
  web3.stopping = true;
  ExampleContainer web4 = Web("web4");
  web4.state = v1::Container::PAUSED;
  ExampleContainer web5 = Web("web5");
  web5.ip = "";  // no proxy can reach it
  ExampleContainer web1 = Web("web1", 9);
  web1.virtual_host = "shop.example,*.shop.example";
  for (const auto& web : {web1, web2, web3}) model.Apply(Is("h1", web));
  model.Apply(Is("h2", web4));
  model.Apply(Is("h2", web5));
  const ServiceSummary summary = model.routing().Summary("shop/web");
  EXPECT_THAT(summary.routes, ElementsAre("*.shop.example/", "shop.example/"));
  EXPECT_THAT(summary.clusters, ElementsAre("shop/web:8000"));
  EXPECT_EQ(summary.healthy, 1u);
  EXPECT_EQ(summary.starting, 1u);
  EXPECT_EQ(summary.draining, 1u);
  EXPECT_EQ(summary.unhealthy, 2u);
  EXPECT_THAT(summary.hosts, ElementsAre("h1", "h2"));
  EXPECT_THAT(model.routing().Summaries(), SizeIs(1));
  EXPECT_THAT(model.routing().Summary("none").routes, IsEmpty());
}

// "PATH -> POOL", and what differs from the default, for each route in the order of trying.
std::vector<std::string> RoutesOf(const Model& model, const std::string& domain) {
  const auto host = model.routing().FindVirtualHost(domain);
  if (host == nullptr) return {"404"};
  std::vector<std::string> routes;
  for (const Route& route : host->routes) {
    routes.push_back(absl::StrCat(route.path, " -> ", route.pool,
                                  route.destination.has_value() ? " as " + *route.destination : "",
                                  route.internal ? " internal" : ""));
  }
  return routes;
}

TEST(Multiports, EachPortOfAContainerIsAPool) {
  Model model;
  ExampleContainer web;
  web.virtual_host = "";
  web.labels = {{"fairlead.multiports",
                 "{shop.example: {/: {port: 8000}, /api: {port: 9000, dest: /}}, "
                 "admin.example: {/: {port: 9000}}}"}};
  model.Apply(Is("h1", web));
  EXPECT_THAT(RoutesOf(model, "shop.example"),
              ElementsAre("/api -> shop/web:9000 as /", "/ -> shop/web:8000"));
  EXPECT_THAT(RoutesOf(model, "admin.example"), ElementsAre("/ -> shop/web:9000"));
  EXPECT_THAT(model.Pool("shop/web:8000"), ElementsAre("web1 healthy"));
  EXPECT_THAT(model.Pool("shop/web:9000"), ElementsAre("web1 healthy"));
  EXPECT_EQ(model.routing().FindPool("shop/web:9000")->endpoints[0]->port, 9000);

  ExampleContainer second = web;
  second.id = "web2";
  second.created_at = 2;
  model.Apply(Is("h1", second));
  EXPECT_THAT(model.Pool("shop/web:9000"), ElementsAre("web1 healthy", "web2 healthy"));
  EXPECT_TRUE(model.changes().virtual_hosts.empty());
  model.Apply(Gone("h1", "web1"));
  model.Apply(Gone("h1", "web2"));
  EXPECT_THAT(model.Pool("shop/web:9000"), IsEmpty());
}

TEST(Multiports, TwoProtocolsOnOnePortAreTwoPools) {
  Model model;
  ExampleContainer web;
  web.virtual_host = "";
  web.labels = {{"fairlead.multiports",
                 "{shop.example: {/: {port: 8000}, /rpc: {port: 8000, proto: grpc}}}"}};
  model.Apply(Is("h1", web));
  EXPECT_THAT(RoutesOf(model, "shop.example"),
              ElementsAre("/rpc -> shop.example/rpc", "/ -> shop/web:8000"));
  EXPECT_EQ(model.routing().FindPool("shop.example/rpc")->upstream.protocol, Protocol::kGrpc);
  EXPECT_EQ(model.routing().FindPool("shop/web:8000")->upstream.protocol, Protocol::kHttp);
}

TEST(Multiports, OutranksWhoAsksForTheSamePathWithOneWord) {
  Model model;
  ExampleContainer plain;
  plain.service = "a";
  plain.labels = {{"fairlead.dest", "/plain"}, {"fairlead.cert-name", "plain"}};
  ExampleContainer ports;
  ports.id = "ports1";
  ports.service = "b";
  ports.virtual_host = "";
  ports.labels = {{"fairlead.multiports", "{shop.example: {/: {dest: /ports}}}"},
                  {"fairlead.cert-name", "ports"}};
  model.Apply(Is("h1", plain));
  EXPECT_THAT(RoutesOf(model, "shop.example"), ElementsAre("/ -> shop/a:8000 as /plain"));
  model.Apply(Is("h1", ports));
  EXPECT_THAT(RoutesOf(model, "shop.example"), ElementsAre("/ -> shop.example/ as /ports"));
  EXPECT_EQ(model.routing().FindVirtualHost("shop.example")->settings.certificate, "ports");
  model.Apply(Gone("h1", "ports1"));
  // It has containers; the other has none and gives way.
  EXPECT_THAT(RoutesOf(model, "shop.example"), ElementsAre("/ -> shop/a:8000 as /plain"));
}

TEST(Pools, RegularExpressionsAreTriedBeforePrefixes) {
  Model model;
  ExampleContainer web;
  web.virtual_host = "shop.example,~^shop[0-9]+\\.example$";
  ExampleContainer api = web;
  api.id = "api1";
  api.service = "api";
  api.path = "~^/(v1|v2)/";
  model.Apply(Is("h1", web));
  model.Apply(Is("h1", api));
  EXPECT_THAT(RoutesOf(model, "shop.example"),
              ElementsAre("~^/(v1|v2)/ -> shop/api:8000", "/ -> shop/web:8000"));
  EXPECT_THAT(RoutesOf(model, "~^shop[0-9]+\\.example$"),
              ElementsAre("~^/(v1|v2)/ -> shop/api:8000", "/ -> shop/web:8000"));
}

TEST(Pools, WhatOneWantsForFewIsNotOpenedByAnother) {
  Model model;
  ExampleContainer open;
  open.service = "a";
  ExampleContainer closed;
  closed.id = "closed1";
  closed.service = "b";
  closed.labels = {{"fairlead.network-access", "internal"}};
  model.Apply(Is("h1", open));
  EXPECT_THAT(RoutesOf(model, "shop.example"), ElementsAre("/ -> shop/a:8000"));
  model.Apply(Is("h1", closed));
  EXPECT_THAT(RoutesOf(model, "shop.example"), ElementsAre("/ -> shop.example/ internal"));
  // The wish of a service that has no container any more is not heard: those that run share nothing
  // with it.
  model.Apply(Gone("h1", "closed1"));
  EXPECT_THAT(RoutesOf(model, "shop.example"), ElementsAre("/ -> shop/a:8000"));
}

TEST(Pools, WhatOneContainerWantsForFewIsNotOpenedByANewerOne) {
  Model model;
  ExampleContainer closed;
  closed.labels = {{"fairlead.network-access", "internal"}};
  ExampleContainer open = Web("web2", 2);
  model.Apply(Is("h1", closed));
  model.Apply(Is("h2", open));
  EXPECT_THAT(RoutesOf(model, "shop.example"), ElementsAre("/ -> shop/web:8000 internal"));
  ASSERT_THAT(model.changes().problems, SizeIs(1));
  EXPECT_THAT(model.changes().problems[0].problems.at(0).what,
              HasSubstr("NETWORK_ACCESS=internal is heard whoever says it"));
  closed.state = v1::Container::EXITED;
  model.Apply(Is("h1", closed));
  EXPECT_THAT(RoutesOf(model, "shop.example"), ElementsAre("/ -> shop/web:8000"));
  // The last word stands while none runs.
  model.Apply(Gone("h2", "web2"));
  EXPECT_THAT(RoutesOf(model, "shop.example"), ElementsAre("/ -> shop/web:8000"));
  closed.state = v1::Container::RUNNING;
  model.Apply(Is("h1", closed));
  EXPECT_THAT(RoutesOf(model, "shop.example"), ElementsAre("/ -> shop/web:8000 internal"));
  model.Apply(Gone("h1", "web1"));
  EXPECT_THAT(RoutesOf(model, "shop.example"), ElementsAre("/ -> shop/web:8000 internal"));
}

std::optional<ClientCertificates> ClientsOf(const Model& model, const std::string& domain) {
  return model.routing().FindVirtualHost(domain)->settings.client_certificates;
}

TEST(Domains, ClientsOfAHostAreAskedForWhatTheStrictestServiceWants) {
  Model model;
  ExampleContainer other = Web("other1");
  other.service = "zz";
  other.path = "/zzz";
  other.labels = {{"fairlead.ssl-verify-client", "off"}};
  model.Apply(Is("h1", other));
  EXPECT_EQ(ClientsOf(model, "shop.example"), ClientCertificates::kOff);
  model.Apply(Is("h1", Web("web1")));
  EXPECT_EQ(ClientsOf(model, "shop.example"), ClientCertificates::kRequired);
  ASSERT_THAT(model.changes().problems, SizeIs(1));
  EXPECT_EQ(model.changes().problems[0].source, "domain shop.example");
  EXPECT_EQ(model.changes().problems[0].problems.at(0).place.service, "shop/zz");
  // It is gone, and its route has no say any more.
  model.Apply(Gone("h1", "other1"));
  EXPECT_EQ(ClientsOf(model, "shop.example"), std::nullopt);
  EXPECT_THAT(Changed(model.changes()),
              UnorderedElementsAre("pool shop/zz:8000", "host shop.example", "service shop/zz",
                                   "-problems domain shop.example"));
}

TEST(Domains, ClientsOfAServiceAreAskedForWhatItsStrictestContainerWants) {
  Model model;
  ExampleContainer newer = Web("web2", 2);
  newer.labels = {{"fairlead.ssl-verify-client", "off"}};
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Is("h1", newer));
  EXPECT_EQ(ClientsOf(model, "shop.example"), ClientCertificates::kRequired);
  ASSERT_THAT(model.changes().problems, SizeIs(1));
  EXPECT_THAT(model.changes().problems[0].problems.at(0).what, HasSubstr("the strictest"));
  model.Apply(Gone("h1", "web1"));
  EXPECT_EQ(ClientsOf(model, "shop.example"), ClientCertificates::kOff);
  EXPECT_THAT(Changed(model.changes()),
              ElementsAre("pool shop/web:8000", "host shop.example", "-problems service shop/web"));
}

TEST(Domains, AServiceThatIsGoneSaysNothingOfAHostThatOthersServe) {
  Model model;
  ExampleContainer web = Web("web1");
  web.labels = {{"fairlead.https-method", "redirect"}};
  ExampleContainer other = Web("other1");
  other.service = "aaa";
  other.path = "/zzz";
  other.labels = {{"fairlead.https-method", "noredirect"}, {"fairlead.external-http-port", "9000"}};
  const auto settings = [&] { return model.routing().FindVirtualHost("shop.example")->settings; };
  model.Apply(Is("h1", web));
  model.Apply(Is("h2", other));
  EXPECT_EQ(settings().https_method, HttpsMethod::kNoRedirect);
  EXPECT_EQ(settings().http_port, 9000);
  // A stopped one gives way; what nobody else says it says still, since it may be back in a second.
  other.state = v1::Container::EXITED;
  model.Apply(Is("h2", other));
  EXPECT_EQ(settings().https_method, HttpsMethod::kRedirect);
  EXPECT_EQ(settings().http_port, 9000);
  model.Apply(Gone("h2", "other1"));
  EXPECT_EQ(settings().https_method, HttpsMethod::kRedirect);
  EXPECT_EQ(settings().http_port, std::nullopt);
  EXPECT_THAT(model.Domain("shop.example"),
              ElementsAre("/zzz -> shop/aaa:8000", "/ -> shop/web:8000"));
  // Of two that are gone, both are heard.
  model.Apply(Gone("h1", "web1"));
  EXPECT_EQ(settings().https_method, HttpsMethod::kNoRedirect);
  EXPECT_EQ(settings().http_port, 9000);
}

TEST(Domains, AServiceOfAnEarlierRunThatIsNotToldOfYetStillHasItsSay) {
  Model before;
  ExampleContainer other = Web("other1");
  other.service = "aaa";
  other.path = "/zzz";
  other.labels = {{"fairlead.cert-name", "wild"}};
  before.Apply(Is("h1", Web("web1")));
  before.Apply(Is("h2", other));
  Model model;
  model.routing().Restore(before.routing().ServiceRecords(), model.now());
  model.Apply(Is("h1", Web("web1")));
  EXPECT_EQ(model.routing().FindVirtualHost("shop.example")->settings.certificate, "wild");
}

TEST(Domains, AContainerThatIsNeitherFirstNorLastOfItsServiceChangesNone) {
  Model model;
  ExampleContainer api = Web("api1");
  api.service = "api";
  api.path = "/api";
  api.labels = {{"fairlead.hsts", "off"}};
  model.Apply(Is("h1", Web("web1")));
  model.Apply(Is("h1", api));
  api.id = "api2";
  model.Apply(Is("h1", api));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/api:8000"));
  model.Apply(Gone("h1", "api1"));
  EXPECT_THAT(Changed(model.changes()), ElementsAre("pool shop/api:8000"));
}

TEST(Pools, AChangeOfWordsAloneReachesTheDomain) {
  Model model;
  ExampleContainer web;
  model.Apply(Is("h1", web));
  web.labels = {{"fairlead.hsts", "off"}};
  web.created_at = 2;
  model.Apply(Is("h1", web));
  ASSERT_EQ(model.changes().virtual_hosts.size(), 1u);
  EXPECT_EQ(model.changes().virtual_hosts[0].after->settings.hsts, "");
  EXPECT_TRUE(model.changes().pools.empty());
}

TEST(Pools, ServicesThatContradictEachOtherAboutADomainAreAProblem) {
  Model model;
  ExampleContainer one;
  one.service = "a";
  one.labels = {{"fairlead.hsts", "off"}};
  ExampleContainer other;
  other.id = "other1";
  other.service = "b";
  other.path = "/b";
  model.Apply(Is("h1", one));
  model.Apply(Is("h1", other));
  EXPECT_TRUE(model.changes().problems.empty());  // it says nothing, so nothing is contradicted
  other.labels = {{"fairlead.hsts", "max-age=5"}};
  model.Apply(Is("h1", other));
  ASSERT_EQ(model.changes().problems.size(), 1u);
  EXPECT_EQ(model.changes().problems[0].source, "domain shop.example");
  EXPECT_EQ(model.changes().problems[0].problems.at(0).place.service, "shop/b");
  EXPECT_EQ(model.routing().FindVirtualHost("shop.example")->settings.hsts, "");
}

TEST(Pools, APublicPortIsForHttpOrForHttps) {
  Model model;
  ExampleContainer web;
  web.service = "b";
  web.labels = {{"fairlead.external-http-port", "9000"}};
  ExampleContainer other;
  other.id = "other1";
  other.service = "a";
  other.virtual_host = "other.example";
  other.labels = {{"fairlead.external-https-port", "9000"}};
  model.Apply(Is("h1", web));
  EXPECT_EQ(model.routing().FindVirtualHost("shop.example")->settings.http_port, 9000);
  model.Apply(Is("h1", other));
  EXPECT_THAT(Changed(model.changes()),
              ElementsAre("pool shop/a:8000", "host other.example", "host shop.example",
                          "service shop/a", "problems ports of shop.example"));
  EXPECT_EQ(model.routing().FindVirtualHost("shop.example")->settings.http_port, std::nullopt);
  EXPECT_EQ(model.routing().FindVirtualHost("other.example")->settings.https_port, 9000);
  ASSERT_EQ(model.changes().problems.size(), 1u);
  EXPECT_EQ(model.changes().problems[0].source, "ports of shop.example");
  EXPECT_EQ(model.changes().problems[0].problems.at(0).place.service, "shop/b");

  other.labels = {};
  other.created_at = 2;
  model.Apply(Is("h1", other));
  EXPECT_EQ(model.routing().FindVirtualHost("shop.example")->settings.http_port, 9000);
  ASSERT_EQ(model.changes().problems.size(), 1u);
  EXPECT_TRUE(model.changes().problems[0].problems.empty());
}

}  // namespace
}  // namespace fairlead
