#include "server/resources/resources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "server/resources/cluster.h"
#include "server/resources/listener.h"
#include "server/resources/route.h"

namespace fairlead {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::shared_ptr<const Pool> PoolOf(const std::string& name, std::vector<std::string> ips) {
  auto pool = std::make_shared<Pool>();
  pool->name = name;
  for (const std::string& ip : ips) {
    auto endpoint = std::make_shared<Endpoint>();
    endpoint->container_id = endpoint->container_name = absl::StrCat("c-", ip);
    endpoint->host_id = "h1";
    endpoint->port = 8000;
    endpoint->addresses = {{Address::From::kHost, "n", ip, 8000}};
    pool->endpoints.push_back(endpoint);
  }
  return pool;
}

Route RouteTo(const std::string& path, const std::string& pool) {
  Route route;
  route.path = path;
  route.pool = pool;
  return route;
}

std::shared_ptr<const VirtualHost> HostOf(const std::string& domain, const std::string& pool) {
  return std::make_shared<const VirtualHost>(VirtualHost{domain, {RouteTo("/", pool)}, {}});
}

// "CDS name", "-CDS name" for one that goes.
std::vector<std::string> Text(const std::vector<ResourceChange>& changes) {
  std::vector<std::string> text;
  for (const ResourceChange& change : changes) {
    text.push_back(
        absl::StrCat(change.after == nullptr ? "-" : "", ShortName(change.type), " ", change.name));
  }
  return text;
}

const View kOnHost = {"default", "h1", {}, "", ""};
const View kOutside = {"default", "", {}, "", ""};

envoy::config::route::v3::RouteConfiguration RoutesIn(const ResourceChanges& changes) {
  envoy::config::route::v3::RouteConfiguration routes;
  for (const ResourceChange& change : changes.shared) {
    if (change.type != Type::kRoute || change.name != "http") continue;
    EXPECT_TRUE(routes.ParseFromString(std::string(change.after->body())));
  }
  return routes;
}

TEST(Resources, ChallengesPassToTheResponderUnlessTheHostSaysOtherwise) {
  Resources::Options options;
  options.acme_responder = {"127.0.0.1", 18003};
  Resources resources(options);
  EXPECT_THAT(Text(resources.Initial().shared),
              ElementsAre("RDS http", "LDS http", "CDS acme-responder"));
  const auto first_cluster = [&](std::optional<AcmeChallenge> said) {
    auto host = std::make_shared<VirtualHost>(*HostOf("shop.example", "shop/web:8000"));
    host->settings.acme_challenge = said;
    ModelChanges changes;
    changes.pools.push_back({"shop/web:8000", PoolOf("shop/web:8000", {"172.18.0.2"})});
    changes.virtual_hosts.push_back({"shop.example", std::move(host)});
    const auto routes = RoutesIn(resources.Apply(changes));
    EXPECT_EQ(routes.virtual_hosts_size(), 1);
    return routes.virtual_hosts(0).routes(0).route().cluster();
  };
  EXPECT_EQ(first_cluster(std::nullopt), "acme-responder");
  EXPECT_EQ(first_cluster(AcmeChallenge::kOff), "shop/web:8000");
  EXPECT_EQ(first_cluster(AcmeChallenge::kOn), "acme-responder");
}

TEST(Resources, WithoutAResponderThereIsNoClusterOfIts) {
  EXPECT_THAT(Text(Resources({}).Initial().shared), ElementsAre("RDS http", "LDS http"));
}

TEST(Resources, OneMoreContainerIsOneAssignmentAView) {
  Resources resources({});
  resources.OpenView(1, kOnHost);
  resources.OpenView(2, kOutside);
  ModelChanges first;
  first.pools.push_back({"shop/web:8000", PoolOf("shop/web:8000", {"172.18.0.2"})});
  first.virtual_hosts.push_back({"shop.example", HostOf("shop.example", "shop/web:8000")});
  const ResourceChanges born = resources.Apply(first);
  EXPECT_THAT(Text(born.shared), ElementsAre("CDS shop/web:8000", "RDS shop/web:8000",
                                             "LDS shop/web:8000", "LDS shop/web", "RDS http"));
  ASSERT_EQ(born.views.size(), 2u);

  ModelChanges second;
  second.pools.push_back({"shop/web:8000", PoolOf("shop/web:8000", {"172.18.0.2", "172.18.0.3"})});
  const ResourceChanges grown = resources.Apply(second);
  EXPECT_THAT(Text(grown.shared), IsEmpty());
  for (const auto& view : grown.views) {
    EXPECT_THAT(Text(view.changes), ElementsAre("EDS shop/web:8000"));
  }
}

TEST(Resources, APoolThatGoesTakesItsClusterAndAssignmentsAlong) {
  Resources resources({});
  resources.OpenView(1, kOnHost);
  ModelChanges born;
  born.pools.push_back({"web:80", PoolOf("web:80", {"172.18.0.2"})});
  born.virtual_hosts.push_back({"a.example", HostOf("a.example", "web:80")});
  resources.Apply(born);

  ModelChanges gone;
  gone.pools.push_back({"web:80", nullptr});
  gone.virtual_hosts.push_back({"a.example", nullptr});
  const ResourceChanges changes = resources.Apply(gone);

  EXPECT_THAT(Text(changes.shared),
              ElementsAre("-CDS web:80", "-LDS web:80", "-RDS web:80", "-LDS web", "RDS http"));
  ASSERT_EQ(changes.views.size(), 1u);
  EXPECT_THAT(Text(changes.views[0].changes), ElementsAre("-EDS web:80"));
}

TEST(Resources, AContainerOutOfReachIsAProblemOfThatViewUntilItIsNot) {
  Resources resources({});
  resources.OpenView(1, kOnHost);
  resources.OpenView(2, kOutside);
  resources.NameProxies(1, "edge");
  ModelChanges born;
  born.pools.push_back({"web:80", PoolOf("web:80", {"172.18.0.2"})});
  EXPECT_THAT(resources.Apply(born).problems, IsEmpty());  // nobody stands outside yet
  const ResourceChanges changes = resources.NameProxies(2, "outer");
  ASSERT_EQ(changes.problems.size(), 1u);
  EXPECT_EQ(changes.problems[0].problems.at(0).place.proxy, "outer");
  EXPECT_EQ(changes.problems[0].source, "view 2 pool web:80");
  ASSERT_EQ(changes.problems[0].problems.size(), 1u);
  EXPECT_EQ(changes.problems[0].problems[0].place.container, "c-172.18.0.2");
  EXPECT_THAT(changes.problems[0].problems[0].cure,
              AllOf(HasSubstr("docker network connect NETWORK c-172.18.0.2"),
                    HasSubstr("publish port 8000")));

  ModelChanges gone;
  gone.pools.push_back({"web:80", nullptr});
  const ResourceChanges healed = resources.Apply(gone);
  ASSERT_EQ(healed.problems.size(), 1u);
  EXPECT_THAT(healed.problems[0].problems, IsEmpty());
}

TEST(Resources, AGroupThatIsNotConfiguredGetsNothingFromContainers) {
  Resources resources({});
  ModelChanges born;
  born.pools.push_back({"web:80", PoolOf("web:80", {"172.18.0.2"})});
  resources.Apply(born);
  View other = kOnHost;
  other.group = "other";
  EXPECT_FALSE(resources.IsDerived(other));
  EXPECT_THAT(resources.OpenView(3, other).views, IsEmpty());
  const ResourceChanges opened = resources.OpenView(4, kOnHost);
  ASSERT_EQ(opened.views.size(), 1u);
  EXPECT_THAT(Text(opened.views[0].changes), ElementsAre("EDS web:80"));
}

TEST(Resources, TheRouteConfigurationHoldsEveryVirtualHost) {
  Resources resources({});
  ModelChanges born;
  born.virtual_hosts.push_back({"b.example", HostOf("b.example", "web:80")});
  born.virtual_hosts.push_back({"*.a.example", HostOf("*.a.example", "web:80")});
  const ResourceChanges changes = resources.Apply(born);
  ASSERT_EQ(changes.shared.size(), 1u);
  envoy::config::route::v3::RouteConfiguration routes;
  ASSERT_TRUE(routes.ParseFromString(std::string(changes.shared[0].after->body())));
  EXPECT_TRUE(routes.ignore_port_in_host_matching());
  std::vector<std::string> domains;
  for (const auto& host : routes.virtual_hosts()) domains.push_back(host.domains(0));
  EXPECT_THAT(domains, ElementsAre("*.a.example", "b.example"));
}

TEST(Resources, ADefaultHostThatNobodyAsksForIsANotice) {
  Resources::Options options;
  options.http.default_host = "~^shop";
  options.http.unknown_host_status = 503;
  Resources resources(options);
  EXPECT_THAT(resources.Initial().problems, IsEmpty());
  ModelChanges others;
  others.virtual_hosts.push_back({"a.example", HostOf("a.example", "web:80")});
  const ResourceChanges without = resources.Apply(others);
  ASSERT_EQ(without.problems.size(), 1u);
  const Problem& problem = without.problems[0].problems.at(0);
  EXPECT_EQ(problem.severity, Problem::Severity::kNotice);
  EXPECT_EQ(problem.place.service, "~^shop");
  EXPECT_THAT(problem.what, HasSubstr("answered with 503"));
  EXPECT_THAT(problem.cure, HasSubstr("VIRTUAL_HOST=~^shop"));
  EXPECT_THAT(resources.Apply(others).problems, IsEmpty());

  ModelChanges claimed;
  claimed.virtual_hosts.push_back({"~^shop", HostOf("~^shop", "web:80")});
  const ResourceChanges with = resources.Apply(claimed);
  ASSERT_EQ(with.problems.size(), 1u);
  EXPECT_EQ(with.problems[0].source, without.problems[0].source);
  EXPECT_THAT(with.problems[0].problems, IsEmpty());

  claimed.virtual_hosts[0].after = nullptr;
  EXPECT_EQ(resources.Apply(claimed).problems.size(), 1u);
}

TEST(Resources, AVirtualHostThatCannotBeValidIsLeftOutAlone) {
  Resources resources({});
  const auto domains_of = [](const ResourceChanges& changes) {
    envoy::config::route::v3::RouteConfiguration routes;
    for (const ResourceChange& change : changes.shared) {
      if (change.type == Type::kRoute && change.name == "http") {
        routes.ParseFromString(std::string(change.after->body()));
      }
    }
    std::vector<std::string> domains;
    for (const auto& host : routes.virtual_hosts()) domains.push_back(host.name());
    return domains;
  };
  ModelChanges changes;
  changes.virtual_hosts.push_back({"good.example", HostOf("good.example", "web:80")});
  changes.virtual_hosts.push_back({"bad\nexample", HostOf("bad\nexample", "web:80")});
  changes.pools.push_back({"web:80", PoolOf("web:80", {"172.18.0.2"})});
  const ResourceChanges made = resources.Apply(changes);
  EXPECT_THAT(domains_of(made), ElementsAre("good.example"));
  ASSERT_EQ(made.problems.size(), 1u);
  const Place& place = made.problems[0].problems.at(0).place;
  EXPECT_EQ(place.service, "bad\nexample");
  EXPECT_EQ(place.host, "h1");
  EXPECT_EQ(place.container, "c-172.18.0.2");
  EXPECT_EQ(place.word, "VIRTUAL_HOST");

  changes.pools.clear();
  changes.virtual_hosts = {{"bad\nexample", nullptr}};
  const ResourceChanges gone = resources.Apply(changes);
  ASSERT_EQ(gone.problems.size(), 1u);
  EXPECT_THAT(gone.problems[0].problems, IsEmpty());
}

TEST(Resources, AVirtualHostThatCannotBeValidLeavesTheLastGoodOne) {
  Resources resources({});
  const auto shop = [](const std::string& header) {
    VirtualHost host = *HostOf("shop.example", "web:80");
    host.routes[0].load_balancing = {LoadBalancing::Policy::kHash, LoadBalancing::Key::kHeader,
                                     header};
    return std::make_shared<const VirtualHost>(host);
  };
  const auto header_of_shop = [](const ResourceChanges& changes) {
    envoy::config::route::v3::RouteConfiguration routes;
    for (const ResourceChange& change : changes.shared) {
      if (change.type != Type::kRoute || change.name != "http") continue;
      EXPECT_TRUE(routes.ParseFromString(std::string(change.after->body())));
    }
    for (const auto& host : routes.virtual_hosts()) {
      if (host.name() != "shop.example") continue;
      return host.routes(0).route().hash_policy(0).header().header_name();
    }
    return std::string("there is none");
  };
  ModelChanges changes;
  changes.pools.push_back({"web:80", PoolOf("web:80", {"172.18.0.2"})});
  changes.virtual_hosts = {{"shop.example", shop("X-Good")}};
  EXPECT_EQ(header_of_shop(resources.Apply(changes)), "X-Good");

  changes.virtual_hosts = {{"shop.example", shop("bad\nheader")}};
  const ResourceChanges held = resources.Apply(changes);
  EXPECT_EQ(header_of_shop(held), "X-Good");
  ASSERT_EQ(held.problems.size(), 1u);
  EXPECT_EQ(held.problems[0].problems.at(0).place.service, "shop.example");
  EXPECT_EQ(held.problems[0].problems.at(0).place.word, "fairlead.loadbalance");
  EXPECT_THAT(held.problems[0].problems.at(0).what, HasSubstr("keep the last good one"));

  // Whoever changes beside it brings the last good one along, not the bad one.
  changes.virtual_hosts = {{"other.example", HostOf("other.example", "web:80")}};
  const ResourceChanges beside = resources.Apply(changes);
  EXPECT_EQ(header_of_shop(beside), "X-Good");
  EXPECT_THAT(beside.problems, IsEmpty());

  changes.virtual_hosts = {{"shop.example", shop("X-Better")}};
  const ResourceChanges healed = resources.Apply(changes);
  EXPECT_EQ(header_of_shop(healed), "X-Better");
  ASSERT_EQ(healed.problems.size(), 1u);
  EXPECT_THAT(healed.problems[0].problems, IsEmpty());
}

TEST(Resources, AnAssignmentThatCannotBeValidLeavesTheLastGoodOne) {
  Resources resources({});
  resources.OpenView(1, kOnHost);
  ModelChanges good;
  good.pools.push_back({"web:80", PoolOf("web:80", {"172.18.0.2"})});
  EXPECT_THAT(Text(resources.Apply(good).views.at(0).changes), ElementsAre("EDS web:80"));
  ModelChanges bad;
  bad.pools.push_back({"web:80", PoolOf("web:80", {"not-an-address"})});
  const ResourceChanges held = resources.Apply(bad);
  EXPECT_THAT(Text(held.views.at(0).changes), IsEmpty());
  ASSERT_EQ(held.problems.size(), 1u);
  EXPECT_THAT(held.problems[0].problems.at(0).what, HasSubstr("'not-an-address' is no IP address"));
  EXPECT_EQ(held.problems[0].problems.at(0).place.container, "c-not-an-address");
  EXPECT_EQ(held.problems[0].problems.at(0).place.word, "VIRTUAL_PORT");
  // The problem goes with the view.
  const ResourceChanges closed = resources.CloseView(1);
  ASSERT_EQ(closed.problems.size(), 1u);
  EXPECT_THAT(closed.problems[0].problems, IsEmpty());
}

// "DOMAIN: what each of its routes leads to".
std::vector<std::string> RoutesIn(const ResourceChanges& changes, const std::string& name) {
  std::vector<std::string> text;
  for (const ResourceChange& change : changes.shared) {
    if (change.type != Type::kRoute || change.name != name || change.after == nullptr) continue;
    envoy::config::route::v3::RouteConfiguration routes;
    EXPECT_TRUE(routes.ParseFromString(std::string(change.after->body())));
    for (const auto& host : routes.virtual_hosts()) {
      text.push_back(absl::StrCat(host.name(), ":"));
      for (const auto& route : host.routes()) {
        absl::StrAppend(&text.back(), " ",
                        route.has_direct_response() ? absl::StrCat(route.direct_response().status())
                        : route.has_redirect()      ? "redirect"
                                                    : route.route().cluster());
      }
    }
  }
  return text;
}

TEST(Resources, ARouteIsSentWhenItsClusterIsThere) {
  Resources resources({});
  ModelChanges hosts;
  hosts.virtual_hosts.push_back({"a.example", HostOf("a.example", "shop/web:8000")});
  EXPECT_THAT(RoutesIn(resources.Apply(hosts), "http"), ElementsAre("a.example: 503 503"));
  ModelChanges other;
  other.pools.push_back({"other:80", PoolOf("other:80", {"172.18.0.9"})});
  EXPECT_THAT(RoutesIn(resources.Apply(other), "http"), ElementsAre("a.example: 503 503"));
  ModelChanges pools;
  pools.pools.push_back({"shop/web:8000", PoolOf("shop/web:8000", {"172.18.0.2"})});
  EXPECT_THAT(RoutesIn(resources.Apply(pools), "http"),
              ElementsAre("a.example: shop/web:8000 shop/web:8000"));
  // Containers that come and go do not concern it.
  pools.pools[0].after = PoolOf("shop/web:8000", {"172.18.0.3"});
  EXPECT_THAT(Text(resources.Apply(pools).shared), IsEmpty());
}

TEST(Resources, NothingRefersToAClusterThatCannotBeValid) {
  Resources resources({});
  // A cluster needs a name.
  ModelChanges changes;
  changes.pools.push_back({"", PoolOf("", {"172.18.0.2"})});
  changes.virtual_hosts.push_back({"a.example", HostOf("a.example", "")});
  const ResourceChanges made = resources.Apply(changes);
  EXPECT_THAT(Text(made.shared), ElementsAre("RDS http"));
  EXPECT_THAT(RoutesIn(made, "http"), ElementsAre("a.example: 503 503"));
  ASSERT_EQ(made.problems.size(), 1u);
  EXPECT_EQ(made.problems[0].problems.at(0).place.container, "c-172.18.0.2");
  EXPECT_THAT(made.problems[0].problems[0].what, HasSubstr("a resource (CDS)"));
}

CertificateChanges CertificateOf(const std::string& name, const std::string& chain) {
  auto certificate = std::make_shared<Certificate>();
  certificate->name = name;
  certificate->chain = chain;
  CertificateChanges changes;
  changes.certificates.push_back({name, certificate});
  return changes;
}

TEST(Resources, ASecretThatCannotBeValidIsNotSentAndTheLastGoodOneStays) {
  Resources resources({});
  ModelChanges model;
  model.pools.push_back({"web:80", PoolOf("web:80", {"172.18.0.2"})});
  model.virtual_hosts.push_back({"a.example", HostOf("a.example", "web:80")});
  resources.Apply(model);
  // Proxies read no text that is not UTF-8.
  const ResourceChanges refused =
      resources.Apply(CertificateOf("a.example", "\xff"), absl::nullopt);
  EXPECT_THAT(Text(refused.shared), testing::Not(testing::Contains("SDS certificate/a.example")));
  EXPECT_THAT(Text(refused.shared), testing::Not(testing::Contains("LDS https")));
  ASSERT_EQ(refused.problems.size(), 1u);
  const Problem& problem = refused.problems[0].problems.at(0);
  EXPECT_EQ(problem.place.service, "certificate/a.example");
  EXPECT_THAT(problem.what, HasSubstr("what the certificate's files hold"));
  const ResourceChanges sent = resources.Apply(CertificateOf("a.example", "PEM"), absl::nullopt);
  EXPECT_THAT(Text(sent.shared), ElementsAre("SDS certificate/a.example", "-SDS ca/a.example",
                                             "LDS https", "RDS https"));
  EXPECT_THAT(sent.problems.at(0).problems, IsEmpty());
  EXPECT_THAT(Text(resources.Apply(CertificateOf("a.example", "\xff"), absl::nullopt).shared),
              ElementsAre("-SDS ca/a.example"));
}

TEST(Resources, AVirtualHostIsLookedAtAsItIsServed) {
  Resources resources({});
  resources.Apply(CertificateOf("a.example", "PEM"), absl::nullopt);
  ModelChanges model;
  model.pools.push_back({"web:80", PoolOf("web:80", {"172.18.0.2"})});
  model.pools.push_back({"other:80", PoolOf("other:80", {"172.18.0.3"})});
  model.virtual_hosts.push_back({"a.example", HostOf("a.example", "web:80")});
  resources.Apply(model);
  auto changed = std::make_shared<VirtualHost>(*HostOf("a.example", "other:80"));
  changed->settings.hsts = "max-age=1\n";
  ModelChanges second;
  second.virtual_hosts.push_back({"a.example", changed});
  const ResourceChanges made = resources.Apply(second);
  // Over TLS alone it says so.
  EXPECT_THAT(RoutesIn(made, "https"), ElementsAre("a.example: web:80 web:80"));
  EXPECT_THAT(RoutesIn(made, "http"), ElementsAre("a.example: other:80 other:80 redirect"));
  ASSERT_EQ(made.problems.size(), 1u);
  const Place& place = made.problems[0].problems.at(0).place;
  EXPECT_EQ(place.container, "c-172.18.0.3");
  EXPECT_EQ(place.word, "HSTS");
  changed = std::make_shared<VirtualHost>(*changed);
  changed->settings.hsts = "max-age=1";
  second.virtual_hosts[0].after = changed;
  const ResourceChanges cured = resources.Apply(second);
  EXPECT_THAT(RoutesIn(cured, "https"), ElementsAre("a.example: other:80 other:80"));
  ASSERT_EQ(cured.problems.size(), 1u);
  EXPECT_THAT(cured.problems[0].problems, IsEmpty());
}

TEST(Resources, WhoseWordsARefusedResourceComesFromIsKnownByItsName) {
  Resources resources({});
  ModelChanges changes;
  changes.pools.push_back({"shop/web:8000", PoolOf("shop/web:8000", {"172.18.0.2"})});
  changes.virtual_hosts.push_back({"shop.example", HostOf("shop.example", "shop/web:8000")});
  resources.Apply(changes);
  const struct {
    Type type;
    const char* text;
    const char* service;  // null: it names none
    const char* word;
  } cases[] = {
      {Type::kCluster, "Error adding/updating cluster(s) shop/web:8000: no such policy",
       "shop/web:8000", ""},
      {Type::kCluster,
       "Error adding/updating cluster(s) shop/web:8000: Didn't find a registered implementation "
       "for "
       "'envoy.transport_sockets.tls'",
       "shop/web:8000", "VIRTUAL_PROTO"},
      {Type::kCluster, "shop/web:8000: unknown lb_policy", "shop/web:8000", "fairlead.loadbalance"},
      {Type::kEndpoint, "'shop/web:8000'.", "shop/web:8000", ""},
      {Type::kEndpoint, "'shop/web:8000': no lb_policy", "shop/web:8000", ""},
      {Type::kRoute, "Duplicate entry of domain shop.example", "shop.example", "VIRTUAL_HOST"},
      {Type::kRoute, "unknown cluster shop/web:8000", nullptr, nullptr},
      {Type::kCluster, "shop/web:80001 and ashop/web:8000", nullptr, nullptr},
      {Type::kCluster, "shop.example", nullptr, nullptr},
      {Type::kListener, "", nullptr, nullptr},
  };
  for (const auto& of : cases) {
    SCOPED_TRACE(of.text);
    const auto origin = resources.OriginNamedIn(of.type, of.text);
    ASSERT_EQ(origin.has_value(), of.service != nullptr);
    if (!origin.has_value()) continue;
    EXPECT_EQ(origin->service, of.service);
    EXPECT_EQ(origin->container, "c-172.18.0.2");
    EXPECT_EQ(origin->word, of.word);
  }
}

TEST(Resources, WhoAskedForARefusedListenersPortIsKnown) {
  Resources resources({});
  ModelChanges changes;
  for (const char* name : {"b.example", "a.example"}) {
    auto host = std::make_shared<VirtualHost>(*HostOf(name, "shop/web:8000"));
    host->settings.http_port = 9000;
    host->settings.https_port = 9443;
    host->http_port_by = host->https_port_by = absl::StrCat("shop/", name);
    changes.virtual_hosts.push_back({name, host});
  }
  resources.Apply(changes);
  const struct {
    const char* text;
    const char* origin;  // "SERVICE WORD"; empty: none
  } cases[] = {
      {"Error adding/updating listener(s) http@9000: cannot bind '0.0.0.0:9000': in use",
       "shop/a.example EXTERNAL_HTTP_PORT"},
      {"https@9443 cannot bind", "shop/a.example EXTERNAL_HTTPS_PORT"},
      {"http3@9443: cannot bind", "shop/a.example EXTERNAL_HTTPS_PORT"},
      {"http@9443", ""},
      {"https@9000", ""},
      {"http: cannot bind", ""},
      {"http@ http@x http@99999999999999999999 http@-1 other@9000 @9000 a.example", ""},
  };
  for (const auto& of : cases) {
    const auto origin = resources.OriginNamedIn(Type::kListener, of.text);
    EXPECT_EQ(origin.has_value() ? absl::StrCat(origin->service, " ", origin->word) : "", of.origin)
        << of.text;
  }
  EXPECT_EQ(resources.OriginNamedIn(Type::kRoute, "http@9000"), absl::nullopt);
}

TEST(Route, OnlyMethodsThatMayBeRepeatedAreRetriedAfterTheyWereSent) {
  const VirtualHost host = {
      "shop.example", {RouteTo("/api", "api:80"), RouteTo("/", "web:80")}, {}};
  const auto virtual_host = VirtualHostOf(host);
  std::vector<std::string> text;
  for (const auto& route : virtual_host.routes()) {
    text.push_back(absl::StrCat(
        route.match().prefix(), " ", route.match().headers_size() > 0 ? "idempotent" : "any", " ",
        route.route().cluster(), " ", route.route().retry_policy().retry_on()));
  }
  const std::string unsent = "connect-failure,refused-stream,reset-before-request";
  EXPECT_THAT(
      text, ElementsAre("/api idempotent api:80 " + unsent + ",reset", "/api any api:80 " + unsent,
                        "/ idempotent web:80 " + unsent + ",reset", "/ any web:80 " + unsent));
}

TEST(Cluster, IsOpenNowhereByItself) {
  const auto cluster = ClusterOf("shop/web:8000", {});
  EXPECT_EQ(cluster.name(), "shop/web:8000");
  EXPECT_EQ(cluster.common_lb_config().healthy_panic_threshold().value(), 0);
  EXPECT_TRUE(cluster.common_lb_config().has_healthy_panic_threshold());
  EXPECT_TRUE(cluster.common_lb_config().has_update_merge_window());
  EXPECT_EQ(cluster.common_lb_config().update_merge_window().nanos(), 0);
  EXPECT_TRUE(cluster.ignore_health_on_host_removal());
  EXPECT_GT(cluster.circuit_breakers().thresholds(0).max_retries().value(), 1000u);
  EXPECT_TRUE(cluster.eds_cluster_config().eds_config().has_ads());
}

TEST(Route, SaysWhatThePathBecomesAndWhomItLetsIn) {
  Route route = RouteTo("/api", "api:80");
  route.destination = "/";
  route.internal = true;
  route.load_balancing = {LoadBalancing::Policy::kHash, LoadBalancing::Key::kCookie, "session"};
  const auto host = VirtualHostOf({"shop.example", {route, RouteTo("~^/(a|b)/", "ab:80")}, {}});
  // Where some paths let in fewer than others, no other spelling of one leads past.
  ASSERT_EQ(host.routes_size(), 5);
  EXPECT_EQ(host.routes(0).direct_response().status(), 400u);
  EXPECT_EQ(host.routes(1).route().prefix_rewrite(), "/");
  EXPECT_EQ(host.routes(2).route().prefix_rewrite(), "/");
  EXPECT_EQ(host.routes(2).route().hash_policy(0).cookie().name(), "session");
  EXPECT_TRUE(host.routes(1).typed_per_filter_config().contains("envoy.filters.http.rbac"));
  EXPECT_TRUE(host.routes(2).typed_per_filter_config().contains("envoy.filters.http.rbac"));
  EXPECT_EQ(host.routes(3).match().safe_regex().regex(), ".*(?:^/(a|b)/).*");
  EXPECT_FALSE(host.routes(3).typed_per_filter_config().contains("envoy.filters.http.rbac"));
  EXPECT_EQ(VirtualHostOf({"shop.example", {route}, {}}).routes_size(), 2);
}

// The paths that are looked for, each once, in their order: "/api" of a prefix, "~REGEX", and
// "/api -> /api/" of a redirect.
std::vector<std::string> PathsOf(const envoy::config::route::v3::VirtualHost& host) {
  std::vector<std::string> paths;
  for (const auto& route : host.routes()) {
    const auto& match = route.match();
    std::string path = match.has_safe_regex() ? absl::StrCat("~", match.safe_regex().regex())
                                              : absl::StrCat(match.prefix(), match.path());
    if (route.has_redirect()) absl::StrAppend(&path, " -> ", route.redirect().path_redirect());
    if (paths.empty() || paths.back() != path) paths.push_back(std::move(path));
  }
  return paths;
}

TEST(Route, WhoeverLeavesOutAPrefixsFinalSlashIsSentThere) {
  const struct {
    std::vector<std::string> asked;
    std::vector<std::string> paths;
  } cases[] = {
      {{"/api/", "/"}, {"/api -> /api/", "/api/", "/"}},
      {{"/api/v2/", "/api/"}, {"/api/v2 -> /api/v2/", "/api/v2/", "/api -> /api/", "/api/"}},
      // Somebody is there.
      {{"/api/", "/api", "/"}, {"/api/", "/api", "/"}},
      // A shorter prefix is none that was meant.
      {{"/api/", "/ap"}, {"/api -> /api/", "/api/", "/ap"}},
      {{"~^/api$", "/api/"}, {"~.*(?:^/api$).*", "/api -> /api/", "/api/"}},
      {{"~^/api/", "/"}, {"~.*(?:^/api/).*", "/"}},
      {{"//", "/"}, {"//", "/"}},
      {{"/"}, {"/"}},
  };
  for (const auto& of : cases) {
    VirtualHost host = {"shop.example", {}, {}};
    for (const std::string& path : of.asked) host.routes.push_back(RouteTo(path, "web:80"));
    EXPECT_EQ(PathsOf(VirtualHostOf(host)), of.paths) << of.asked[0];
  }
}

TEST(Route, TheRedirectToAFinalSlashIsServedAsItsPathIs) {
  const VirtualHost host = {"~^shop", {RouteTo("/api/", "api:80")}, {}};
  Serving serving;
  serving.hsts = "max-age=1";
  serving.http3_port = 443;
  CatchAll catch_all;
  catch_all.regexes.push_back({&host, &serving});
  const auto all = *CatchAllOf(catch_all);
  const auto& redirect = all.routes(0);
  EXPECT_EQ(redirect.match().path(), "/api");
  EXPECT_EQ(redirect.match().headers(0).name(), ":authority");
  EXPECT_EQ(redirect.response_headers_to_add(0).header().key(), "Strict-Transport-Security");
  EXPECT_EQ(redirect.response_headers_to_add(1).header().key(), "Alt-Svc");
  // Who is sent to https is sent there with any path.
  serving.redirect.emplace();
  EXPECT_THAT(PathsOf(VirtualHostOf({"shop.example", host.routes, {}}, serving)),
              ElementsAre("/ -> "));
}

TEST(Cluster, SpeaksAsTheContainerAsks) {
  constexpr char kHttpOptions[] = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  const auto plain = ClusterOf("p", {});
  EXPECT_FALSE(plain.has_transport_socket());
  EXPECT_FALSE(plain.typed_extension_protocol_options().contains(kHttpOptions));
  EXPECT_TRUE(ClusterOf("p", {Protocol::kHttps, {}, true}).has_transport_socket());
  const auto grpc = ClusterOf("p", {Protocol::kGrpc, {}, true});
  EXPECT_FALSE(grpc.has_transport_socket());
  EXPECT_TRUE(grpc.typed_extension_protocol_options().contains(kHttpOptions));
  const auto grpcs = ClusterOf("p", {Protocol::kGrpcs, {}, true});
  EXPECT_TRUE(grpcs.has_transport_socket());
  EXPECT_TRUE(grpcs.typed_extension_protocol_options().contains(kHttpOptions));
  using Policy = LoadBalancing::Policy;
  EXPECT_EQ(ClusterOf("p", {Protocol::kHttp, {Policy::kHash, {}, {}}, true}).lb_policy(),
            envoy::config::cluster::v3::Cluster::RING_HASH);
  EXPECT_EQ(ClusterOf("p", {Protocol::kHttp, {Policy::kLeastRequest, {}, {}}, true}).lb_policy(),
            envoy::config::cluster::v3::Cluster::LEAST_REQUEST);
}

std::vector<std::string> HeadersAdded(bool trust, bool tls) {
  ListenerSettings settings;
  settings.trust_downstream_proxy = trust;
  std::vector<std::string> text;
  const auto routes = RouteConfigurationOf("http", settings, tls);
  for (const auto& header : routes.request_headers_to_add()) {
    text.push_back(absl::StrCat(
        header.header().key(),
        header.append_action() == envoy::config::core::v3::HeaderValueOption::ADD_IF_ABSENT
            ? " if absent"
            : ""));
  }
  return text;
}

TEST(RouteConfiguration, AClientsWordForItselfIsBelievedOnlyOfAProxyThatIsTrusted) {
  for (const bool tls : {false, true}) {
    EXPECT_THAT(HeadersAdded(/*trust=*/false, tls),
                ElementsAre("X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Ssl",
                            "X-Original-URI"));
  }
  EXPECT_THAT(HeadersAdded(/*trust=*/true, /*tls=*/true),
              ElementsAre("X-Real-IP", "X-Forwarded-Host if absent", "X-Forwarded-Port if absent",
                          "X-Forwarded-Ssl if absent", "X-Original-URI"));
  EXPECT_THAT(HeadersAdded(/*trust=*/true, /*tls=*/false),
              ElementsAre("X-Real-IP", "X-Forwarded-Host if absent", "X-Forwarded-Port if absent",
                          "X-Original-URI"));
  EXPECT_EQ(RouteConfigurationOf("http", {}, /*tls=*/false).request_headers_to_remove(0), "proxy");
}

TEST(Listener, HasWhatTheSettingsSay) {
  using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
  const auto manager_of = [](const envoy::config::listener::v3::Listener& listener) {
    HttpConnectionManager manager;
    EXPECT_TRUE(listener.filter_chains(0).filters(0).typed_config().UnpackTo(&manager));
    return manager;
  };
  const auto plain = HttpListenerOf("http", {}, 8080, "http");
  EXPECT_EQ(plain.listener_filters_size(), 0);
  EXPECT_FALSE(plain.address().socket_address().ipv4_compat());
  EXPECT_EQ(manager_of(plain).access_log_size(), 0);
  EXPECT_EQ(manager_of(plain).xff_num_trusted_hops(), 0u);

  const ListenerSettings settings{.ip = "::",
                                  .trust_downstream_proxy = true,
                                  .proxy_protocol = true,
                                  .access_log = ListenerSettings::AccessLog::kJson};
  const auto full = HttpListenerOf("http", settings, 8080, "http");
  EXPECT_EQ(full.listener_filters(0).name(), "envoy.filters.listener.proxy_protocol");
  EXPECT_TRUE(full.address().socket_address().ipv4_compat());
  EXPECT_EQ(manager_of(full).access_log_size(), 1);
  EXPECT_EQ(manager_of(full).xff_num_trusted_hops(), 1u);
}

}  // namespace
}  // namespace fairlead
