#include "server/routing/health.h"

#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "server/routing/example_facts.h"

namespace fairlead {
namespace {

using Health = Endpoint::Health;

struct OwnCase {
  v1::Container::State state;
  v1::Container::Health check;
  bool stopping;
  std::optional<Health> health;
  std::string reason;
};

TEST(HealthOf, IsWhatTheContainerSaysOfItself) {
  using C = v1::Container;
  const OwnCase cases[] = {
      {C::RUNNING, C::NO_CHECK, false, Health::kHealthy, ""},
      {C::RUNNING, C::HEALTH_UNSPECIFIED, false, Health::kHealthy, ""},
      {C::RUNNING, C::HEALTHY, false, Health::kHealthy, ""},
      {C::RUNNING, C::STARTING, false, Health::kStarting, "its HEALTHCHECK has not passed yet"},
      {C::RUNNING, C::UNHEALTHY, false, Health::kUnhealthy, "its HEALTHCHECK fails"},
      {C::RUNNING, C::NO_CHECK, true, Health::kDraining, "stopping"},
      {C::RUNNING, C::HEALTHY, true, Health::kDraining, "stopping"},
      {C::RUNNING, C::STARTING, true, Health::kStarting, "its HEALTHCHECK has not passed yet"},
      {C::RUNNING, C::UNHEALTHY, true, Health::kDraining, "stopping, and its HEALTHCHECK fails"},
      {C::PAUSED, C::HEALTHY, false, Health::kUnhealthy, "paused"},
      {C::PAUSED, C::NO_CHECK, true, Health::kUnhealthy, "paused"},
      {C::CREATED, C::NO_CHECK, false, std::nullopt, ""},
      {C::RESTARTING, C::NO_CHECK, false, std::nullopt, ""},
      {C::EXITED, C::HEALTHY, false, std::nullopt, ""},
      {C::DEAD, C::NO_CHECK, false, std::nullopt, ""},
      {C::REMOVING, C::NO_CHECK, false, std::nullopt, ""},
      {C::STATE_UNSPECIFIED, C::NO_CHECK, false, std::nullopt, ""},
  };
  for (const OwnCase& c : cases) {
    SCOPED_TRACE(C::State_Name(c.state) + " " + C::Health_Name(c.check));
    ExampleContainer container;
    container.state = c.state;
    container.health = c.check;
    container.stopping = c.stopping;
    const auto own = HealthOf(*container.Facts());
    ASSERT_EQ(own.has_value(), c.health.has_value());
    if (!own.has_value()) continue;
    EXPECT_EQ(own->health, *c.health);
    EXPECT_EQ(own->reason, c.reason);
  }
}

// A letter a member: H(ealthy), U(nhealthy), D(raining), S(tarting), F: draining and its check
// fails, N: healthy without an address; lower case on a silent host.
std::vector<PoolMember> Members(const std::string& letters) {
  std::vector<PoolMember> members;
  for (const char letter : letters) {
    auto endpoint = std::make_shared<Endpoint>();
    if (letter != 'N') endpoint->addresses.push_back({Address::From::kHost, "n", "172.20.0.2", 80});
    const char upper = absl::ascii_toupper(letter);
    endpoint->health = upper == 'U'                   ? Health::kUnhealthy
                       : upper == 'D' || upper == 'F' ? Health::kDraining
                       : upper == 'S'                 ? Health::kStarting
                                                      : Health::kHealthy;
    PoolMember member;
    member.endpoint = std::move(endpoint);
    member.host_silent = upper != letter;
    member.fails_check = upper == 'F';
    members.push_back(std::move(member));
  }
  return members;
}

std::string Settled(const std::string& letters) {
  std::string settled;
  for (const auto& endpoint : SettleHealth(Members(letters))) {
    settled.push_back("HUDS"[static_cast<int>(endpoint->health)]);
  }
  return settled;
}

TEST(SettleHealth, TurnsToTheStoppingWhenThereIsNothingBetter) {
  EXPECT_EQ(Settled(""), "");
  EXPECT_EQ(Settled("HD"), "HD");
  EXPECT_EQ(Settled("D"), "H");
  EXPECT_EQ(Settled("DD"), "HH");
  EXPECT_EQ(Settled("DUS"), "HUS");
  EXPECT_EQ(Settled("F"), "D");
  EXPECT_EQ(Settled("DF"), "HD");
  EXPECT_EQ(Settled("ND"), "HH");
  EXPECT_EQ(Settled("U"), "U");
  EXPECT_EQ(Settled("S"), "S");
  EXPECT_EQ(SettleHealth(Members("D"))[0]->reason, "stopping, but the only one left");
}

TEST(SettleHealth, DistrustsASilentHostOnlyWhereThereAreOthers) {
  EXPECT_EQ(Settled("hH"), "UH");
  EXPECT_EQ(Settled("hh"), "HH");
  EXPECT_EQ(Settled("hhH"), "UUH");
  EXPECT_EQ(Settled("hU"), "HU");
  EXPECT_EQ(Settled("hD"), "HD");
  EXPECT_EQ(Settled("hN"), "HH");
  EXPECT_EQ(Settled("hS"), "HS");
  EXPECT_EQ(Settled("uH"), "UH");
  EXPECT_EQ(Settled("dH"), "DH");
  EXPECT_EQ(Settled("dD"), "UH");
  EXPECT_EQ(Settled("d"), "H");
  EXPECT_EQ(SettleHealth(Members("hH"))[0]->reason, "its host is silent");
}

TEST(SettleHealth, SharesWhatDoesNotChange) {
  const auto members = Members("HD");
  const auto settled = SettleHealth(members);
  EXPECT_EQ(settled[0], members[0].endpoint);
  EXPECT_EQ(settled[1], members[1].endpoint);
}

}  // namespace
}  // namespace fairlead
