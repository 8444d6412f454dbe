// Whole resources as proxies are sent them, in golden files; test/e2e/test_goldens.py gives each to
// Envoy.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "server/resources/acme_responder.h"
#include "server/resources/admission_ground.h"
#include "server/resources/assignment.h"
#include "server/resources/cluster.h"
#include "server/resources/http_listeners.h"
#include "server/resources/https_listeners.h"
#include "server/resources/listener.h"
#include "server/resources/route_table.h"
#include "server/resources/tls.h"
#include "server/validation/validate.h"
#include "test/support/golden_message.h"

namespace fairlead {
namespace {

void ExpectGolden(const std::string& name, const google::protobuf::Message& message) {
  SCOPED_TRACE(name);
  EXPECT_EQ(Validate(message), absl::OkStatus());
  ExpectGoldenMessage(absl::StrCat("server/resources/golden/", name, ".json"), message);
}

// ---- listeners ----

TEST(Golden, HttpListeners) {
  const struct {
    const char* name;
    ListenerSettings settings;
  } cases[] = {
      {"plain", {}},
      {"ipv6", {.ip = "::"}},
      {"behind_a_proxy", {.trust_downstream_proxy = true, .proxy_protocol = true}},
      {"log_text", {.access_log = ListenerSettings::AccessLog::kText}},
      {"log_json", {.access_log = ListenerSettings::AccessLog::kJson}},
      {"pages", {.pages = {.error = "<p>sorry", .unavailable = "<p>closed"}}},
      {"unreachable_502", {.pages = {.unreachable_is_502 = true}}},
      {"unreachable_502_pages", {.pages = {.error = "<p>sorry", .unreachable_is_502 = true}}},
  };
  for (const auto& of : cases) {
    ExpectGolden(absl::StrCat("listener_http_", of.name),
                 HttpListenerOf("http", of.settings, 8080, "http"));
  }
}

TEST(Golden, HttpsListeners) {
  TlsSettings tls = {.certificate = "shop.example", .policy = FindTlsPolicy(kDefaultTlsPolicy)};
  TlsChain shop{{"shop.example", "*.shop.example"}, TlsSocketOf(tls), "https"};
  tls.certificate = "default";
  tls.http2 = false;
  const TlsChain others{{}, TlsSocketOf(tls), "https"};
  ExpectGolden("listener_https", HttpsListenerOf("https", {}, 8443, {shop, others}));
  ExpectGolden("listener_https_proxy_protocol",
               HttpsListenerOf("https", {.proxy_protocol = true}, 8443, {others}));
}

TEST(Golden, Http3Listener) {
  const TlsChain shop{{"shop.example"}, QuicSocketOf("shop.example"), "https"};
  const TlsChain others{{}, QuicSocketOf("default"), "https"};
  ExpectGolden("listener_http3", Http3ListenerOf("http3", {.ip = "::", .proxy_protocol = true},
                                                 8443, {shop, others}));
}

// ---- public ports of hosts ----

VirtualHostChange HostAt(const DomainSettings& settings) {
  auto host = std::make_shared<VirtualHost>();
  host->domain = "shop.example";
  Route& route = host->routes.emplace_back();
  route.path = "/";
  route.pool = "shop/web:8000";
  host->settings = settings;
  return {host->domain, host};
}

// Listener and routes of the public port, which have its name.
void ExpectGoldenPort(const std::string& name, const std::vector<ResourceChange>& changes) {
  int found = 0;
  for (const ResourceChange& change : changes) {
    if (change.name != name) continue;
    const std::string file = absl::StrReplaceAll(name, {{"@", "_port_"}});
    const std::string body(change.after->body());
    if (change.type == Type::kListener) {
      envoy::config::listener::v3::Listener listener;
      ASSERT_TRUE(listener.ParseFromString(body));
      ExpectGolden(absl::StrCat("listener_", file), listener);
    } else {
      envoy::config::route::v3::RouteConfiguration routes;
      ASSERT_TRUE(routes.ParseFromString(body));
      ExpectGolden(absl::StrCat("routes_", file), routes);
    }
    ++found;
  }
  EXPECT_EQ(found, 2) << name;
}

TEST(Golden, PublicPortOfAHost) {
  DomainSettings settings;
  settings.http_port = 8081;
  HttpListeners listeners({});
  const auto in_clear_text = [](const VirtualHost&) { return std::optional<Serving>(Serving()); };
  AdmissionGround ground;
  ground.HasCluster("shop/web:8000");
  ExpectGoldenPort("http@8081", ground.With([&](Admission& admission) {
    return listeners.Apply({HostAt(settings)}, in_clear_text, admission).resources;
  }));
}

TEST(Golden, PublicPortOfAHostForHttps) {
  DomainSettings settings;
  settings.https_port = 8444;
  HttpsListeners listeners({});
  auto certificate = std::make_shared<Certificate>();
  certificate->name = "shop.example";
  CertificateChanges certificates;
  certificates.certificates.push_back({certificate->name, certificate});
  AdmissionGround ground;
  ground.HasCluster("shop/web:8000");
  ground.HasCertificate("shop.example");
  ExpectGoldenPort("https@8444", ground.With([&](Admission& admission) {
    listeners.Apply(certificates, absl::nullopt, admission);
    return listeners.Apply({HostAt(settings)}, admission).resources;
  }));
}

// ---- clusters ----

TEST(Golden, Clusters) {
  const auto of = [](LoadBalancing::Policy policy) { return LoadBalancing{policy, {}, {}}; };
  const struct {
    const char* name;
    Upstream upstream;
  } cases[] = {
      {"http", {}},
      {"https", {.protocol = Protocol::kHttps}},
      {"grpc", {.protocol = Protocol::kGrpc}},
      {"grpcs", {.protocol = Protocol::kGrpcs}},
      {"keepalive_disabled", {.keep_alive = false}},
      {"grpc_keepalive_disabled", {.protocol = Protocol::kGrpc, .keep_alive = false}},
      {"least_conn", {.load_balancing = of(LoadBalancing::Policy::kLeastRequest)}},
      {"random", {.load_balancing = of(LoadBalancing::Policy::kRandom)}},
      {"hash", {.load_balancing = of(LoadBalancing::Policy::kHash)}},
  };
  for (const auto& cluster : cases) {
    ExpectGolden(absl::StrCat("cluster_", cluster.name),
                 ClusterOf("shop/web:8000", cluster.upstream));
  }
  ExpectGolden("cluster_acme_responder", AcmeResponderClusterOf({"127.0.0.1", 18003}));
}

// ---- endpoints ----

std::shared_ptr<const Endpoint> EndpointAt(const std::string& ip, const std::string& zone,
                                           Endpoint::Health health) {
  auto endpoint = std::make_shared<Endpoint>();
  endpoint->container_id = absl::StrCat("c-", ip);
  endpoint->container_name = absl::StrCat("web-", ip);
  endpoint->service = "shop/web";
  endpoint->host_id = "h1";
  endpoint->zone = zone;
  endpoint->port = 8000;
  endpoint->health = health;
  endpoint->addresses = {{Address::From::kPublished, "", ip, 32768}};
  return endpoint;
}

TEST(Golden, Assignments) {
  Pool pool;
  pool.name = "shop/web:8000";
  google::protobuf::Arena arena;
  ExpectGolden("assignment_empty", AssignmentOf(pool, {}, arena));
  pool.endpoints = {EndpointAt("192.0.2.1", "north", Endpoint::Health::kHealthy),
                    EndpointAt("192.0.2.2", "south", Endpoint::Health::kUnhealthy),
                    EndpointAt("2001:db8::3", "south", Endpoint::Health::kDraining)};
  ExpectGolden("assignment", AssignmentOf(pool, {}, arena));
  ExpectGolden("assignment_of_a_zone", AssignmentOf(pool, {"default", "", {}, "south", ""}, arena));
}

// ---- routes ----

Route RouteTo(const std::string& path, const std::string& pool) {
  Route route;
  route.path = path;
  route.pool = pool;
  return route;
}

std::shared_ptr<const VirtualHost> HostOf(const std::string& domain, std::vector<Route> routes) {
  auto host = std::make_shared<VirtualHost>();
  host->domain = domain;
  host->routes = std::move(routes);
  return host;
}

void ExpectGoldenRoutes(const std::string& name, const RouteTable& table) {
  envoy::config::route::v3::RouteConfiguration routes;
  ASSERT_TRUE(routes.ParseFromString(std::string(table.Change("http").after->body())));
  ExpectGolden(absl::StrCat("routes_", name), routes);
}

TEST(Golden, RoutesOfNoDomain) {
  ExpectGoldenRoutes("none", RouteTable({}));
  ExpectGoldenRoutes("none_503", RouteTable({.unknown_host_status = 503}));
}

TEST(Golden, RoutesOfHosts) {
  RouteTable table({.default_host = "shop.example", .settings = {.trust_downstream_proxy = true}});
  for (const char* domain :
       {"shop.example", "*.shop.example", "shop.*", "~^shop[0-9]+\\.example$", "~\\.test$"}) {
    table.Put(HostOf(domain, {RouteTo("/", "shop/web:8000")}), {});
  }
  table.PutMisdirected("closed.example");
  ExpectGoldenRoutes("hosts", table);
}

TEST(Golden, RoutesOfARegexThatIsTheDefaultHost) {
  RouteTable table({.default_host = "~^shop[0-9]+\\.example$", .unknown_host_status = 503});
  table.Put(HostOf("~^shop[0-9]+\\.example$", {RouteTo("/api/", "shop/api:80")}), {});
  table.Put(HostOf("~\\.test$", {RouteTo("/", "shop/web:8000")}), {});
  ExpectGoldenRoutes("default_regex", table);
}

TEST(Golden, RoutesOfPaths) {
  Route destination = RouteTo("/api/", "shop/api:9000");
  destination.destination = "/v1/";
  Route internal = RouteTo("/admin", "shop/web:8000");
  internal.internal = true;
  RouteTable table({});
  table.Put(
      HostOf("shop.example", {RouteTo("~^/(a|b)/", "shop/a:80"), RouteTo("~*\\.png$", "shop/a:80"),
                              destination, internal, RouteTo("/", "shop/web:8000")}),
      {});
  ExpectGoldenRoutes("paths", table);
}

TEST(Golden, RoutesOfHashes) {
  std::vector<Route> routes;
  for (const LoadBalancing::Key key :
       {LoadBalancing::Key::kClientAddress, LoadBalancing::Key::kHeader,
        LoadBalancing::Key::kCookie, LoadBalancing::Key::kQueryParameter}) {
    Route route = RouteTo(absl::StrCat("/", routes.size()), "shop/web:8000");
    route.load_balancing = {LoadBalancing::Policy::kHash, key, "name"};
    routes.push_back(route);
  }
  RouteTable table({});
  table.Put(HostOf("shop.example", routes), {});
  ExpectGoldenRoutes("hashes", table);
}

TEST(Golden, RoutesOfHttps) {
  RouteTable table({.tls = true});
  Serving serving;
  serving.hsts = "max-age=31536000; preload";
  serving.http3_port = 8443;
  table.Put(HostOf("shop.example", {RouteTo("/", "shop/web:8000")}), serving);
  ExpectGoldenRoutes("https", table);
}

TEST(Golden, RoutesOfRedirects) {
  RouteTable table({});
  const struct {
    const char* domain;
    Serving::Redirect redirect;
  } cases[] = {
      {"own-port.example", {}},
      {"other-port.example", {8443, 301, true}},
      {"no-challenges.example", {443, 301, false}},
      {"post-307.example", {443, 307, true}},
      {"post-308.example", {443, 308, true}},
      {"~^regex", {443, 308, true}},
      {"behind-a-proxy.example", {443, 308, true, true}},
  };
  for (const auto& of : cases) {
    Serving serving;
    serving.redirect = of.redirect;
    table.Put(HostOf(of.domain, {RouteTo("/", "shop/web:8000")}), serving);
  }
  ExpectGoldenRoutes("redirects", table);
}

TEST(Golden, RoutesOfAcmeChallenges) {
  RouteTable table({.unknown_host_status = 503, .unknown_hosts_have_acme_responder = true});
  Route internal = RouteTo("/", "shop/web:8000");
  internal.internal = true;
  Serving serving;
  serving.has_acme_responder = true;
  table.Put(HostOf("internal.example", {internal}), serving);
  table.Put(HostOf("~^regex[0-9]+$", {RouteTo("/", "shop/web:8000")}), serving);
  serving.redirect = Serving::Redirect{};
  table.Put(HostOf("redirected.example", {RouteTo("/", "shop/web:8000")}), serving);
  table.Put(HostOf("claims.example", {RouteTo("/.well-known/acme-challenge", "shop/own:8000"),
                                      RouteTo("/", "shop/web:8000")}),
            serving);
  ExpectGoldenRoutes("acme_challenges", table);
}

TEST(AcmeResponder, IsWeakerThanAContainersClaimOfThePath) {
  const struct {
    const char* path;
    bool claims;
  } cases[] = {
      {"/", false},
      {"/.well-known/", false},
      {"/.well-known/acme-challenge", true},
      {"/.well-known/acme-challenge/", true},
      {"/.well-known/acme-challenge/token", true},
      {"/.well-known/acme-challenges", false},
      {"~^/\\.well-known/acme-challenge/", false},
  };
  for (const auto& of : cases) {
    EXPECT_EQ(ClaimsChallenges(*HostOf("shop.example", {RouteTo(of.path, "shop/own:8000"),
                                                        RouteTo("/", "shop/web:8000")})),
              of.claims)
        << of.path;
  }
}

TEST(Golden, RoutesOfPasswords) {
  const auto file = [](std::string name, std::vector<PasswordUser> users) {
    return std::make_shared<const PasswordFile>(PasswordFile{std::move(name), std::move(users)});
  };
  const std::string sha = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";
  const std::string bcrypt = "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";
  Serving serving;
  serving.has_open_challenges = true;
  serving.passwords.host = file("shop.example", {{"alice", sha}, {"bob", sha}});
  serving.passwords.paths["/api"] = file("shop.example_1", {{"carol", bcrypt}});
  RouteTable table({});
  table.Put(HostOf("shop.example", {RouteTo("/api", "shop/api:80"), RouteTo("/", "shop/web:80")}),
            serving);
  serving.passwords.host = file("nobody.example", {});
  serving.passwords.paths.clear();
  table.Put(HostOf("nobody.example", {RouteTo("/", "shop/web:80")}), serving);
  // Whoever came to a proxy in front by https is asked too.
  serving.redirect = {443, 301, true, true};
  table.Put(HostOf("~^behind-a-proxy", {RouteTo("/", "shop/web:80")}), serving);
  ExpectGoldenRoutes("passwords", table);
}

}  // namespace
}  // namespace fairlead
