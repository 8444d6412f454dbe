#include "server/resources/http_listeners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "envoy/config/route/v3/route.pb.h"
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

// All of them as they are.
HttpListeners::Changes ApplyTo(HttpListeners& listeners,
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
  HttpListeners listeners({});
  const HttpListeners::Changes changes = listeners.Initial();
  EXPECT_THAT(Names(changes), ElementsAre("RDS http", "LDS http"));
  EXPECT_THAT(Text(RoutesIn(changes, "http")), IsEmpty());
}

TEST(HttpListeners, APublicPortIsAListenerWithItsFirstDomainAndUntilItsLast) {
  HttpListeners listeners({});
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
  HttpListeners listeners({});
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
  HttpListeners listeners(options);
  const HttpListeners::Changes changes = ApplyTo(listeners, {Claims("a.example", 8443)});
  EXPECT_THAT(Names(changes), ElementsAre("RDS http"));
  ASSERT_EQ(changes.problems.size(), 1u);
  EXPECT_THAT(changes.problems[0].problems.at(0).what,
              HasSubstr("so the host is served at port 8080"));
}

TEST(HttpListeners, RegularExpressionsAndTheDefaultHostAreBehindTheCatchAllDomain) {
  HttpListeners::Options options;
  options.default_host = "a.example";
  HttpListeners listeners(options);
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
  HttpListeners listeners(options);
  EXPECT_THAT(Text(RoutesIn(listeners.Initial(), "http")), ElementsAre("*: [/ 503]"));
}

TEST(HttpListeners, ADomainThatIsNotServedInClearTextIsNone) {
  HttpListeners listeners({});
  EXPECT_THAT(Names(ApplyTo(listeners, {Claims("a.example")})), ElementsAre("RDS http"));
  const HttpListeners::Changes changes =
      listeners.Apply({Claims("a.example")},
                      [](const VirtualHost&) -> std::optional<Serving> { return std::nullopt; });
  EXPECT_THAT(Text(RoutesIn(changes, "http")), IsEmpty());
}

}  // namespace
}  // namespace fairlead
