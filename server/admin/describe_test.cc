#include "server/admin/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/admin/timestamps.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNoon = absl::FromUnixSeconds(1'800'000'000);
using Health = Endpoint::Health;

// Of pairs of path and pool.
VirtualHost HostOf(const std::vector<std::pair<std::string, std::string>>& routes) {
  VirtualHost host;
  host.domain = "shop.example";
  for (const auto& [path, pool] : routes) {
    Route& route = host.routes.emplace_back();
    route.path = path;
    route.pool = pool;
  }
  return host;
}

Endpoint Web(int number, Health health = Health::kHealthy, std::string reason = "") {
  Endpoint endpoint;
  endpoint.container_id = absl::StrCat("id", number);
  endpoint.container_name = absl::StrCat("shop-web-", number);
  endpoint.service = "shop/web";
  endpoint.host_id = "h1";
  endpoint.started_at = kNoon;
  endpoint.port = 8000;
  endpoint.health = health;
  endpoint.reason = std::move(reason);
  endpoint.addresses = {{.from = Address::From::kHost,
                         .network = "shop_default",
                         .ip = absl::StrCat("172.20.0.", number),
                         .port = 8000}};
  return endpoint;
}

Pool PoolOf(const std::vector<Endpoint>& endpoints) {
  Pool pool;
  pool.name = "shop/web:8000";
  for (const Endpoint& endpoint : endpoints) {
    pool.endpoints.push_back(std::make_shared<const Endpoint>(endpoint));
  }
  return pool;
}

// "NAME: CHANGE" of each, all of which are at kNoon.
std::vector<std::string> Texts(const std::vector<v1::WatchResponse>& events) {
  std::vector<std::string> texts;
  for (const v1::WatchResponse& event : events) {
    EXPECT_EQ(event.time().seconds(), absl::ToUnixSeconds(kNoon));
    texts.push_back(absl::StrCat(event.name(), ": ", event.change()));
  }
  return texts;
}

struct ChangeCase {
  const char* name;
  std::vector<Endpoint> before;
  std::vector<Endpoint> after;
  std::vector<std::string> told;
};

class EndpointEventsTest : public testing::TestWithParam<ChangeCase> {};

TEST_P(EndpointEventsTest, TellsWhatDiffers) {
  const Pool before = PoolOf(GetParam().before);
  const Pool after = PoolOf(GetParam().after);
  EXPECT_EQ(Texts(EndpointEvents(&before, &after, kNoon)), GetParam().told);
}

Endpoint Restarted(Endpoint endpoint) {
  endpoint.started_at += absl::Minutes(1);
  return endpoint;
}

Endpoint Moved(Endpoint endpoint) {
  endpoint.addresses[0].ip = "172.20.0.99";
  return endpoint;
}

INSTANTIATE_TEST_SUITE_P(
    Changes, EndpointEventsTest,
    testing::Values(
        ChangeCase{"Nothing", {Web(1)}, {Web(1)}, {}},
        ChangeCase{"New", {}, {Web(1)}, {"shop/web:8000 shop-web-1: new, HEALTHY"}},
        ChangeCase{"NewStarting",
                   {},
                   {Web(1, Health::kStarting, "HEALTHCHECK is starting")},
                   {"shop/web:8000 shop-web-1: new, STARTING (HEALTHCHECK is starting)"}},
        ChangeCase{"Draining",
                   {Web(1)},
                   {Web(1, Health::kDraining, "stopping")},
                   {"shop/web:8000 shop-web-1: HEALTHY -> DRAINING (stopping)"}},
        ChangeCase{"Healthy",
                   {Web(1, Health::kUnhealthy, "paused")},
                   {Web(1)},
                   {"shop/web:8000 shop-web-1: UNHEALTHY -> HEALTHY"}},
        ChangeCase{"Reason",
                   {Web(1, Health::kUnhealthy, "paused")},
                   {Web(1, Health::kUnhealthy, "check fails")},
                   {"shop/web:8000 shop-web-1: still UNHEALTHY (check fails)"}},
        ChangeCase{"Restarted",
                   {Web(1)},
                   {Restarted(Web(1))},
                   {"shop/web:8000 shop-web-1: restarted, HEALTHY"}},
        ChangeCase{"Moved", {Web(1)}, {Moved(Web(1))}, {"shop/web:8000 shop-web-1: new addresses"}},
        ChangeCase{"Gone", {Web(1), Web(2)}, {Web(2)}, {"shop/web:8000 shop-web-1: gone"}}),
    [](const auto& info) { return info.param.name; });

TEST(EndpointEvents, APoolMayBeNewOrGone) {
  const Pool pool = PoolOf({Web(1)});
  EXPECT_THAT(Texts(EndpointEvents(nullptr, &pool, kNoon)),
              ElementsAre("shop/web:8000 shop-web-1: new, HEALTHY"));
  EXPECT_THAT(Texts(EndpointEvents(&pool, nullptr, kNoon)),
              ElementsAre("shop/web:8000 shop-web-1: gone"));
  EXPECT_THAT(EndpointEvents(nullptr, nullptr, kNoon), IsEmpty());
}

TEST(RouteEvents, TellEachPathThatDiffers) {
  const VirtualHost before = HostOf({{"/api", "a:1"}, {"/old", "o:1"}, {"/", "w:1"}});
  const VirtualHost after = HostOf({{"/api", "b:1"}, {"/new", "n:1"}, {"/", "w:1"}});
  EXPECT_THAT(Texts(RouteEvents(&before, &after, kNoon)),
              ElementsAre("shop.example: route /api now to b:1, was to a:1",
                          "shop.example: new route /new to n:1", "shop.example: route /old gone"));
  EXPECT_THAT(Texts(RouteEvents(&after, nullptr, kNoon)).size(), 3);
}

TEST(HostEvents, TellWhatBecameOfAHost) {
  HostFacts host;
  host.id = "h1";
  HostFacts silent = host;
  silent.silent = true;
  HostFacts moved = host;
  moved.addresses = {"192.0.2.9"};
  EXPECT_THAT(Texts(HostEvents(nullptr, &host, kNoon)), ElementsAre("h1: new"));
  EXPECT_THAT(Texts(HostEvents(&host, &silent, kNoon)), ElementsAre("h1: silent"));
  EXPECT_THAT(Texts(HostEvents(&silent, &host, kNoon)), ElementsAre("h1: heard again"));
  EXPECT_THAT(Texts(HostEvents(&host, &moved, kNoon)), ElementsAre("h1: new facts"));
  EXPECT_THAT(Texts(HostEvents(&host, nullptr, kNoon)), ElementsAre("h1: forgotten"));
  EXPECT_THAT(HostEvents(&host, &host, kNoon), IsEmpty());
}

TEST(ProblemEvent, TellsPlaceAndCure) {
  Problem problem;
  problem.place.host = "h1";
  problem.place.container = "web";
  problem.place.word = "VIRTUAL_PORT";
  problem.what = "'80a' is not a port";
  problem.cure = "write a number";
  EXPECT_THAT(Texts({ProblemEvent(problem, true, kNoon), ProblemEvent(problem, false, kNoon)}),
              ElementsAre("h1 web VIRTUAL_PORT: '80a' is not a port; write a number",
                          "h1 web VIRTUAL_PORT: gone: '80a' is not a port"));
}

TEST(DescribeEndpoint, SaysFromWhereEachAddressIsReached) {
  Endpoint endpoint = Web(1, Health::kDraining, "stopping");
  endpoint.addresses = {{Address::From::kHost, "n1", "172.20.0.2", 8000},
                        {Address::From::kSpanningNetwork, "mesh", "10.0.0.2", 8000},
                        {Address::From::kPublished, "", "192.0.2.1", 32768},
                        {Address::From::kPublishedLoopback, "", "127.0.0.1", 32769},
                        {Address::From::kHostNetwork, "", "2001:db8::1", 8000}};
  const v1::Endpoint described = DescribeEndpoint("shop/web:8000", endpoint);
  EXPECT_EQ(described.cluster(), "shop/web:8000");
  EXPECT_EQ(described.container_name(), "shop-web-1");
  EXPECT_EQ(described.health(), v1::Endpoint::DRAINING);
  EXPECT_EQ(described.reason(), "stopping");
  std::vector<std::string> from;
  for (const auto& address : described.addresses()) from.push_back(address.from());
  EXPECT_THAT(from, ElementsAre("host", "network mesh", "published", "host", "host-network"));
  EXPECT_EQ(described.addresses(4).ip(), "2001:db8::1");
  EXPECT_EQ(described.addresses(2).port(), 32768u);
}

TEST(DescribeEndpoint, SaysThatThereIsNoAddress) {
  const auto reason_of = [](const Endpoint& endpoint) {
    return DescribeEndpoint("shop/web:8000", endpoint).reason();
  };
  Endpoint endpoint = Web(1, Health::kHealthy, "");
  endpoint.addresses.clear();
  EXPECT_EQ(reason_of(endpoint), "no reachable address: see the problems");
  endpoint.reason = "stopping";
  EXPECT_EQ(reason_of(endpoint), "stopping");
}

TEST(DescribeService, KeepsCountsAndNames) {
  ServiceSummary summary;
  summary.name = "shop/web";
  summary.routes = {"shop.example/"};
  summary.clusters = {"shop/web:8000"};
  summary.healthy = 3;
  summary.starting = 1;
  summary.hosts = {"h1", "h2"};
  const v1::Service service = DescribeService(summary);
  EXPECT_EQ(service.name(), "shop/web");
  EXPECT_EQ(service.routes(0), "shop.example/");
  EXPECT_EQ(service.clusters(0), "shop/web:8000");
  EXPECT_EQ(service.healthy(), 3u);
  EXPECT_EQ(service.starting(), 1u);
  EXPECT_EQ(service.hosts_size(), 2);
}

TEST(DescribeProblem, KeepsPlaceSeverityAndAge) {
  Problem known;
  known.place.proxy = "edge-1";
  known.place.service = "shop/web";
  known.severity = Problem::Severity::kNotice;
  const v1::Problem problem = DescribeProblem(known, kNoon);
  EXPECT_EQ(problem.proxy(), "edge-1");
  EXPECT_EQ(problem.service(), "shop/web");
  EXPECT_EQ(problem.severity(), v1::Problem::NOTICE);
  EXPECT_EQ(problem.since().seconds(), absl::ToUnixSeconds(kNoon));
}

TEST(ToTimestamp, CountsNanosecondsAndStaysInRange) {
  const auto exact = ToTimestamp(absl::FromUnixNanos(1'500'000'001));
  EXPECT_EQ(exact.seconds(), 1);
  EXPECT_EQ(exact.nanos(), 500'000'001);
  const auto before_epoch = ToTimestamp(absl::FromUnixNanos(-1));
  EXPECT_EQ(before_epoch.seconds(), -1);
  EXPECT_EQ(before_epoch.nanos(), 999'999'999);
  EXPECT_EQ(ToTimestamp(absl::InfinitePast()).seconds(), -62'135'596'800);
  EXPECT_EQ(ToTimestamp(absl::InfiniteFuture()).seconds(), 253'402'300'799);
}

}  // namespace
}  // namespace fairlead
