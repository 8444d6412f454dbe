#include "server/resources/http_listeners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "envoy/config/route/v3/route.pb.h"
#include "server/resources/admission_ground.h"
#include "server/resources/public_port.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

VirtualHostChange Claims(const std::string& domain, std::optional<uint16_t> port = {}) {
  auto host = std::make_shared<VirtualHost>();
  host->domain = domain;
  Route& route = host->routes.emplace_back();
  route.path = "/";
  route.pool = "shop/web:8000";
  host->settings.http_port = port;
  return {domain, host};
}

// With a gate before them, which lets clusters and problems be seen.
class Listeners {
 public:
  explicit Listeners(HttpListeners::Options options) : listeners_(std::move(options)) {
    ground.HasCluster("shop/web:8000");
  }
  HttpListeners::Changes Initial() {
    return ground.With([&](Admission& admission) { return listeners_.Initial(admission); });
  }
  HttpListeners::Changes Apply(const std::vector<VirtualHostChange>& changes,
                               HttpListeners::ServingOf serving_of) {
    return ground.With(
        [&](Admission& admission) { return listeners_.Apply(changes, serving_of, admission); });
  }

  AdmissionGround ground;

 private:
  HttpListeners listeners_;
};

// All of them as they are.
HttpListeners::Changes ApplyTo(Listeners& listeners,
                               const std::vector<VirtualHostChange>& changes) {
  return listeners.Apply(changes, [](const VirtualHost&) { return Serving(); });
}

std::vector<std::string> Names(const HttpListeners::Changes& changes) {
  std::vector<std::string> names;
  for (const ResourceChange& change : changes.resources) {
    names.push_back(
        absl::StrCat(change.after == nullptr ? "-" : "", ShortName(change.type), " ", change.name));
  }
  return names;
}

envoy::config::route::v3::RouteConfiguration RoutesIn(const HttpListeners::Changes& changes,
                                                      const std::string& name) {
  envoy::config::route::v3::RouteConfiguration routes;
  for (const ResourceChange& change : changes.resources) {
    if (change.type == Type::kRoute && change.name == name && change.after != nullptr) {
      EXPECT_TRUE(routes.ParseFromString(std::string(change.after->body())));
    }
  }
  return routes;
}

// "DOMAIN: what each route matches and where it leads".
std::vector<std::string> Text(const envoy::config::route::v3::RouteConfiguration& routes) {
  std::vector<std::string> text;
  for (const auto& host : routes.virtual_hosts()) {
    std::string line = absl::StrCat(host.domains(0), ":");
    for (const auto& route : host.routes()) {
      bool of_method = false;
      std::string authority;
      for (const auto& header : route.match().headers()) {
        of_method = of_method || header.name() == ":method";
        if (header.name() == ":authority") {
          authority = " at " + header.string_match().safe_regex().regex();
        }
      }
      if (of_method) continue;  // its twin for other methods says the rest
      absl::StrAppend(&line, " [", route.match().prefix(), authority, " ",
                      route.has_direct_response() ? absl::StrCat(route.direct_response().status())
                                                  : route.route().cluster(),
                      "]");
    }
    text.push_back(std::move(line));
  }
  return text;
}

TEST(HttpListeners, OneIsThereWithoutAnyDomain) {
  Listeners listeners({});
  const HttpListeners::Changes changes = listeners.Initial();
  EXPECT_THAT(Names(changes), ElementsAre("RDS http", "LDS http"));
  EXPECT_THAT(Text(RoutesIn(changes, "http")), IsEmpty());
}

TEST(HttpListeners, APublicPortIsAListenerWithItsFirstDomainAndUntilItsLast) {
  Listeners listeners({});
  EXPECT_THAT(Names(ApplyTo(listeners, {Claims("a.example", 8081)})),
              ElementsAre("RDS http@8081", "LDS http@8081"));
  const HttpListeners::Changes second = ApplyTo(listeners, {Claims("b.example", 8081)});
  EXPECT_THAT(Names(second), ElementsAre("RDS http@8081"));
  EXPECT_THAT(Text(RoutesIn(second, "http@8081")),
              ElementsAre("a.example: [/ shop/web:8000]", "b.example: [/ shop/web:8000]"));
  // Moves to the proxies' own port.
  const HttpListeners::Changes moved = ApplyTo(listeners, {Claims("a.example")});
  EXPECT_THAT(Names(moved), ElementsAre("RDS http", "RDS http@8081"));
  EXPECT_THAT(Names(ApplyTo(listeners, {{"b.example", nullptr}})),
              ElementsAre("-LDS http@8081", "-RDS http@8081"));
  EXPECT_THAT(Names(ApplyTo(listeners, {{"a.example", nullptr}})), ElementsAre("RDS http"));
}

TEST(HttpListeners, TooManyPublicPortsAreAProblemAndServedAllTheSame) {
  Listeners listeners({});
  for (uint16_t i = 0; i < kMostPublicPorts; ++i) {
    ApplyTo(listeners, {Claims(absl::StrCat("d", i, ".example"), 10'000 + i)});
  }
  const HttpListeners::Changes changes = ApplyTo(listeners, {Claims("late.example", 9000)});
  EXPECT_THAT(Names(changes), ElementsAre("RDS http"));
  ASSERT_EQ(changes.problems.size(), 1u);
  EXPECT_THAT(changes.problems[0].problems.at(0).what, HasSubstr("port 9000 is one more than"));
  const HttpListeners::Changes cured = ApplyTo(listeners, {Claims("late.example")});
  ASSERT_EQ(cured.problems.size(), 1u);
  EXPECT_THAT(cured.problems[0].problems, IsEmpty());
}

TEST(HttpListeners, NoDomainTakesThePortOfTheHttpsListener) {
  HttpListeners::Options options;
  options.https_port = 8443;
  Listeners listeners(options);
  const HttpListeners::Changes changes = ApplyTo(listeners, {Claims("a.example", 8443)});
  EXPECT_THAT(Names(changes), ElementsAre("RDS http"));
  ASSERT_EQ(changes.problems.size(), 1u);
  EXPECT_THAT(changes.problems[0].problems.at(0).what,
              HasSubstr("so the host is served at port 8080"));
}

TEST(HttpListeners, RegularExpressionsAndTheDefaultHostAreBehindTheCatchAllDomain) {
  HttpListeners::Options options;
  options.default_host = "a.example";
  Listeners listeners(options);
  const HttpListeners::Changes changes =
      ApplyTo(listeners, {Claims("a.example"), Claims("~^b\\d$"), Claims("~^a\\d$")});
  EXPECT_THAT(Text(RoutesIn(changes, "http")),
              ElementsAre("a.example: [/ shop/web:8000]",
                          "*: [/ at (?i).*(?:^a\\d(?::[0-9]+)?$).* shop/web:8000]"
                          " [/ at (?i).*(?:^a\\d(?::[0-9]+)?$).* 404]"
                          " [/ at (?i).*(?:^b\\d(?::[0-9]+)?$).* shop/web:8000]"
                          " [/ at (?i).*(?:^b\\d(?::[0-9]+)?$).* 404]"
                          " [/ shop/web:8000]"));
  const HttpListeners::Changes gone =
      ApplyTo(listeners, {{"a.example", nullptr}, {"~^b\\d$", nullptr}, {"~^a\\d$", nullptr}});
  EXPECT_THAT(Text(RoutesIn(gone, "http")), IsEmpty());
}

TEST(HttpListeners, AHostThatNobodyClaimsMayAnswer503) {
  HttpListeners::Options options;
  options.unknown_host_status = 503;
  Listeners listeners(options);
  EXPECT_THAT(Text(RoutesIn(listeners.Initial(), "http")), ElementsAre("*: [/ 503]"));
}

TEST(HttpListeners, ADomainThatIsNotServedInClearTextIsNone) {
  Listeners listeners({});
  EXPECT_THAT(Names(ApplyTo(listeners, {Claims("a.example")})), ElementsAre("RDS http"));
  const HttpListeners::Changes changes =
      listeners.Apply({Claims("a.example")},
                      [](const VirtualHost&) -> std::optional<Serving> { return std::nullopt; });
  EXPECT_THAT(Text(RoutesIn(changes, "http")), IsEmpty());
}

// "field: what" of the problems that stand, and what stands no more.
std::vector<std::string> Standing(AdmissionGround& ground) {
  std::vector<std::string> text;
  for (const ProblemsOf& of : std::exchange(ground.problems, {})) {
    if (of.problems.empty()) text.push_back("none of " + of.source);
    for (const Problem& problem : of.problems) text.push_back(problem.place.word);
  }
  return text;
}

Serving WithHsts(const std::string& hsts) {
  Serving serving;
  serving.hsts = hsts;
  return serving;
}

TEST(HttpListeners, AHostThatCannotBeValidAsItIsServedStaysAsItWasAlone) {
  Listeners listeners({});
  std::string hsts = "max-age=1";
  const auto serving_of = [&](const VirtualHost& host) {
    return WithHsts(host.domain == "a.example" ? hsts : "");
  };
  listeners.Apply({Claims("a.example")}, serving_of);
  hsts = "max-age=2\n";
  VirtualHostChange other = Claims("a.example");
  const HttpListeners::Changes changes = listeners.Apply({other, Claims("b.example")}, serving_of);
  const auto routes = RoutesIn(changes, "http");
  ASSERT_EQ(routes.virtual_hosts_size(), 2);
  EXPECT_EQ(routes.virtual_hosts(0).routes(0).response_headers_to_add(0).header().value(),
            "max-age=1");
  EXPECT_THAT(Standing(listeners.ground),
              ElementsAre("routes[0].response_headers_to_add[0].header.value"));
  EXPECT_THAT(listeners.ground.unsettled, ElementsAre("a.example"));
  // It stays where it is asked to be.
  const HttpListeners::Changes moved = listeners.Apply({Claims("a.example", 8081)}, serving_of);
  EXPECT_THAT(Names(moved), ElementsAre("RDS http", "RDS http@8081", "LDS http@8081"));
  EXPECT_THAT(Text(RoutesIn(moved, "http@8081")), ElementsAre("a.example: [/ shop/web:8000]"));
  EXPECT_THAT(Standing(listeners.ground), ::testing::SizeIs(1));
  hsts = "max-age=3";
  const HttpListeners::Changes cured = listeners.Apply({other}, serving_of);
  EXPECT_EQ(RoutesIn(cured, "http")
                .virtual_hosts(0)
                .routes(0)
                .response_headers_to_add(0)
                .header()
                .value(),
            "max-age=3");
  EXPECT_THAT(Standing(listeners.ground), ElementsAre("none of validity of RDS a.example in http"));
}

TEST(HttpListeners, OneThatWasNeverValidIsNotThereUntilItIs) {
  Listeners listeners({});
  const HttpListeners::Changes changes = listeners.Apply(
      {Claims("a.example", 8081)}, [](const VirtualHost&) { return WithHsts("\n"); });
  EXPECT_THAT(Names(changes), IsEmpty());
  EXPECT_THAT(Standing(listeners.ground), ::testing::SizeIs(1));
  EXPECT_THAT(Names(ApplyTo(listeners, {{"a.example", nullptr}})), IsEmpty());
  EXPECT_THAT(Standing(listeners.ground), ElementsAre("none of validity of RDS a.example in http"));
}

TEST(HttpListeners, TheLastGoodOneLetsInWhomThePasswordsSayNow) {
  Listeners listeners({});
  ApplyTo(listeners, {Claims("a.example")});
  listeners.ground.passwords.host = std::make_shared<PasswordFile>(PasswordFile{"a.example", {}});
  const HttpListeners::Changes changes =
      listeners.Apply({Claims("a.example")}, [](const VirtualHost&) { return WithHsts("\n"); });
  const auto routes = RoutesIn(changes, "http");
  ASSERT_EQ(routes.virtual_hosts_size(), 1);
  EXPECT_EQ(routes.virtual_hosts(0).routes(0).response_headers_to_add_size(), 0);
  EXPECT_EQ(routes.virtual_hosts(0).routes(0).typed_per_filter_config_size(), 1);
}

TEST(HttpListeners, ARouteToAClusterThatIsNotThereIsNotSent) {
  Listeners listeners({});
  auto host = std::make_shared<VirtualHost>(*Claims("a.example").after);
  host->routes.insert(host->routes.begin(), host->routes[0]);
  host->routes[0].path = "/api";
  host->routes[0].pool = "shop/api:9000";
  EXPECT_THAT(Text(RoutesIn(ApplyTo(listeners, {{"a.example", host}}), "http")),
              ElementsAre("a.example: [/api 503] [/ shop/web:8000]"));
  EXPECT_THAT(listeners.ground.unsettled, ElementsAre("a.example"));
  listeners.ground.HasCluster("shop/api:9000");
  EXPECT_THAT(Text(RoutesIn(ApplyTo(listeners, {{"a.example", host}}), "http")),
              ElementsAre("a.example: [/api shop/api:9000] [/ shop/web:8000]"));
}

TEST(HttpListeners, AListenerThatCannotBeValidIsNotSentAndAProblem) {
  HttpListeners::Options options;
  options.settings.ip = "everywhere";
  Listeners listeners(options);
  EXPECT_THAT(Names(listeners.Initial()), ElementsAre("RDS http"));
  ASSERT_EQ(listeners.ground.problems.size(), 1u);
  const Problem& problem = listeners.ground.problems[0].problems.at(0);
  EXPECT_EQ(problem.place.service, "http");
  EXPECT_THAT(problem.what, HasSubstr("the server's settings"));
  EXPECT_THAT(problem.what, HasSubstr("'everywhere' is no IP address"));
}

}  // namespace
}  // namespace fairlead
