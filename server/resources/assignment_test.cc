#include "server/resources/assignment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using From = Address::From;
using testing::ElementsAre;
using testing::IsEmpty;

Endpoint WithAddresses(std::vector<Address> addresses) {
  Endpoint endpoint;
  endpoint.container_id = "c1";
  endpoint.host_id = "h1";
  endpoint.port = 8000;
  endpoint.addresses = std::move(addresses);
  return endpoint;
}

const Address kBridge = {From::kHost, "shop_default", "172.18.0.2", 8000};
const Address kOtherBridge = {From::kHost, "back", "172.19.0.2", 8000};
const Address kOverlay = {From::kSpanningNetwork, "mesh", "10.0.1.5", 8000};
const Address kPublished = {From::kPublished, "", "192.0.2.1", 32768};
const Address kLoopback = {From::kPublishedLoopback, "", "127.0.0.1", 18080};
const Address kHostMode = {From::kHostNetwork, "", "192.0.2.1", 8000};

const View kOutside = {"default", "", {}, "", ""};
const View kOnHost = {"default", "h1", {}, "", ""};
const View kOnOtherHost = {"default", "h2", {}, "", ""};
const View kInBack = {"default", "h1", {"back"}, "", ""};
const View kInMesh = {"default", "h2", {"mesh"}, "", ""};

struct ReachCase {
  const char* name;
  View view;
  std::vector<Address> addresses;
  const char* reached;  // IP:PORT; empty: none
};

const ReachCase kReachCases[] = {
    {"on the host: its bridge", kOnHost, {kBridge, kPublished}, "172.18.0.2:8000"},
    {"outside: the published port", kOutside, {kBridge, kPublished}, "192.0.2.1:32768"},
    {"on another host: the published port", kOnOtherHost, {kBridge, kPublished}, "192.0.2.1:32768"},
    {"outside: nothing of a bridge alone", kOutside, {kBridge}, ""},
    {"in a network: only that bridge", kInBack, {kBridge, kOtherBridge}, "172.19.0.2:8000"},
    {"in a network: not another one", kInBack, {kBridge}, ""},
    {"in a network that spans hosts", kInMesh, {kBridge, kOverlay}, "10.0.1.5:8000"},
    {"on the host: a network that spans hosts", kOnHost, {kOverlay}, "10.0.1.5:8000"},
    {"outside: not a network that spans hosts", kOutside, {kOverlay}, ""},
    {"loopback: on the host", kOnHost, {kLoopback}, "127.0.0.1:18080"},
    {"loopback: from nowhere else", kOutside, {kLoopback}, ""},
    {"loopback: not from a container", kInBack, {kLoopback}, ""},
    {"host network mode: from anywhere", kOutside, {kHostMode}, "192.0.2.1:8000"},
};

TEST(ReachableAddress, IsTheFirstThatTheViewReaches) {
  for (const ReachCase& c : kReachCases) {
    const Endpoint endpoint = WithAddresses(c.addresses);
    const Address* const address = ReachableAddress(endpoint, c.view);
    EXPECT_EQ(address == nullptr ? "" : absl::StrCat(address->ip, ":", address->port), c.reached)
        << c.name;
  }
}

std::shared_ptr<const Endpoint> Container(const std::string& ip, Endpoint::Health health,
                                          const std::string& zone = "") {
  Endpoint endpoint = WithAddresses({{From::kHost, "n", ip, 8000}});
  endpoint.health = health;
  endpoint.zone = zone;
  return std::make_shared<const Endpoint>(endpoint);
}

// "IP HEALTH", in order, "| zone pN" before each locality.
std::vector<std::string> Text(const Pool& pool, const View& view) {
  std::vector<std::string> lines;
  google::protobuf::Arena arena;
  const auto& assignment = AssignmentOf(pool, view, arena);
  for (const auto& locality : assignment.endpoints()) {
    lines.push_back(absl::StrCat("| ", locality.locality().zone(), " p", locality.priority()));
    EXPECT_EQ(locality.load_balancing_weight().value(),
              static_cast<uint32_t>(locality.lb_endpoints_size()));
    for (const auto& endpoint : locality.lb_endpoints()) {
      lines.push_back(
          absl::StrCat(endpoint.endpoint().address().socket_address().address(), " ",
                       envoy::config::core::v3::HealthStatus_Name(endpoint.health_status())));
    }
  }
  return lines;
}

TEST(Assignment, HasEachContainerWithItsHealthButThoseThatStart) {
  const Pool pool = {"shop/web:8000",
                     {},
                     {Container("172.18.0.2", Endpoint::Health::kHealthy),
                      Container("172.18.0.3", Endpoint::Health::kDraining),
                      Container("172.18.0.4", Endpoint::Health::kUnhealthy),
                      Container("172.18.0.5", Endpoint::Health::kStarting)}};
  EXPECT_THAT(Text(pool, kOnHost), ElementsAre("|  p0", "172.18.0.2 HEALTHY", "172.18.0.3 DRAINING",
                                               "172.18.0.4 UNHEALTHY"));
  EXPECT_THAT(Text(pool, kOutside), IsEmpty());
}

TEST(Assignment, NamesAnAddressOnce) {
  const Pool pool = {"p",
                     {},
                     {Container("172.18.0.2", Endpoint::Health::kHealthy),
                      Container("172.18.0.2", Endpoint::Health::kHealthy)}};
  EXPECT_THAT(Text(pool, kOnHost), ElementsAre("|  p0", "172.18.0.2 HEALTHY"));
}

TEST(Assignment, PrefersTheProxysZoneWhereThereIsSomethingInIt) {
  const Pool pool = {"p",
                     {},
                     {Container("172.18.0.2", Endpoint::Health::kHealthy, "a"),
                      Container("172.18.0.3", Endpoint::Health::kHealthy, "b")}};
  View view = kOnHost;
  view.zone = "b";
  EXPECT_THAT(Text(pool, view),
              ElementsAre("| a p1", "172.18.0.2 HEALTHY", "| b p0", "172.18.0.3 HEALTHY"));
  view.zone = "c";
  EXPECT_THAT(Text(pool, view),
              ElementsAre("| a p0", "172.18.0.2 HEALTHY", "| b p0", "172.18.0.3 HEALTHY"));
}

}  // namespace
}  // namespace fairlead
