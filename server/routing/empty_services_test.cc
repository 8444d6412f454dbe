#include "server/routing/empty_services.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Time kStart = absl::FromUnixSeconds(1'000'000);

std::vector<Claim> Routes(int count) {
  std::vector<Claim> claims;
  for (int i = 0; i < count; ++i) claims.emplace_back(absl::StrCat(i, ".example"), "/");
  return claims;
}

// All that are to be forgotten, in order; they are.
std::vector<std::string> Forgotten(EmptyServices& services, absl::Time now) {
  std::vector<std::string> names;
  while (const auto name = services.Overdue(now)) {
    names.push_back(*name);
    services.Remove(*name);
  }
  return names;
}

TEST(EmptyServices, GoWhenTheirTimeIsOver) {
  EmptyServices services({absl::Hours(24), 100, 1000});
  services.Add("late", kStart + absl::Hours(1), Routes(1), false);
  services.Add("early", kStart, Routes(1), false);
  services.Add("awaited", kStart, Routes(1), true);
  services.Add("back", kStart, Routes(1), false);
  services.Remove("back");
  services.Remove("never");
  EXPECT_THAT(Forgotten(services, kStart + absl::Hours(24) - absl::Seconds(1)), IsEmpty());
  EXPECT_THAT(Forgotten(services, kStart + absl::Hours(24)), ElementsAre("early", "awaited"));
  EXPECT_THAT(Forgotten(services, kStart + absl::Hours(25)), ElementsAre("late"));
  EXPECT_THAT(Forgotten(services, kStart + absl::Hours(100)), IsEmpty());
}

TEST(EmptyServices, OfTooManyRoutesTheOldestGo) {
  EmptyServices services({absl::Hours(24), 5, 1000});
  services.Add("b", kStart, Routes(2), false);
  services.Add("a", kStart + absl::Seconds(1), Routes(2), false);
  services.Add("c", kStart + absl::Seconds(2), Routes(1), false);
  EXPECT_THAT(Forgotten(services, kStart), IsEmpty());
  services.Add("d", kStart + absl::Seconds(3), Routes(2), false);
  EXPECT_THAT(Forgotten(services, kStart), ElementsAre("b"));
  // One that is too much by itself has no place at all.
  services.Add("e", kStart + absl::Seconds(4), Routes(6), false);
  EXPECT_THAT(Forgotten(services, kStart), ElementsAre("a", "c", "d", "e"));
}

TEST(EmptyServices, OfTooMuchTextTheOldestGo) {
  EmptyServices services({absl::Hours(24), 100, 25});
  services.Add("a", kStart, {{"a.example", "/"}}, false);
  services.Add("b", kStart, {{"b.example", "/api"}}, false);
  EXPECT_THAT(Forgotten(services, kStart), IsEmpty());
  services.Add("c", kStart, {{"c", ""}, {"d", "/"}}, false);
  EXPECT_THAT(Forgotten(services, kStart), ElementsAre("a"));
}

TEST(EmptyServices, ThoseThatAreAwaitedAreNeverTooMany) {
  EmptyServices services({absl::Hours(24), 3, 100});
  for (int i = 0; i < 10; ++i) {
    services.Add(absl::StrCat("awaited", i), kStart, Routes(3), true);
  }
  services.Add("a", kStart, Routes(3), false);
  EXPECT_THAT(Forgotten(services, kStart), IsEmpty());
  services.Add("b", kStart + absl::Seconds(1), Routes(1), false);
  EXPECT_THAT(Forgotten(services, kStart), ElementsAre("a"));
}

}  // namespace
}  // namespace fairlead
