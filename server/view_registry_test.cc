#include "server/view_registry.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

constexpr absl::Duration kNow = absl::Hours(1);
const absl::Duration kLater = kNow + ViewRegistry::kLinger;

View On(const std::string& host) { return {"default", host, {}, "", ""}; }

TEST(ViewRegistry, ProxiesOfOnePlaceShareAView) {
  ViewRegistry views;
  const auto first = views.Enter(On("h1"), true, "edge-1", kNow);
  const auto second = views.Enter(On("h1"), true, "edge-2", kNow);
  const auto other = views.Enter(On("h2"), true, "edge-3", kNow);
  EXPECT_TRUE(first->is_new);
  EXPECT_FALSE(second->is_new);
  EXPECT_EQ(first->id, second->id);
  EXPECT_NE(first->id, other->id);
  EXPECT_EQ(second->proxies, "edge-1, edge-2");
}

TEST(ViewRegistry, AViewThatNobodyStandsInIsKeptWhileThereAreFew) {
  ViewRegistry views;
  const uint32_t id = views.Enter(On("h1"), true, "edge", kNow)->id;
  views.Leave(On("h1"), "edge", kNow);
  const auto empty = views.Settle(kLater);
  ASSERT_EQ(empty.size(), 1u);
  EXPECT_EQ(empty[0].id, id);
  EXPECT_FALSE(empty[0].is_closed);
  EXPECT_EQ(empty[0].proxies, "");
  EXPECT_EQ(views.Enter(On("h1"), true, "edge", kLater)->id, id);
  for (size_t i = 0; i < ViewRegistry::kMostKept; ++i)
    views.Enter(On(absl::StrCat("x", i)), true, "e", kNow);
  views.Leave(On("h1"), "edge", kLater);
  const auto closed = views.Settle(kLater + ViewRegistry::kLinger);
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_TRUE(closed[0].is_closed);
  EXPECT_TRUE(views.Enter(On("h1"), true, "edge", kLater)->is_new);
}

TEST(ViewRegistry, AProxyThatComesAndGoesChangesNothing) {
  ViewRegistry views;
  for (size_t i = 0; i < ViewRegistry::kMostKept; ++i)
    views.Enter(On(absl::StrCat("x", i)), true, "e", kNow);
  views.Enter(On("h1"), true, "stays", kNow);
  EXPECT_EQ(views.Enter(On("h1"), true, "flaps", kNow)->proxies, "flaps, stays");
  EXPECT_EQ(views.Enter(On("h2"), true, "alone", kNow)->proxies, "alone");
  absl::Duration now = kNow;
  for (int i = 0; i < 100; ++i) {
    views.Leave(On("h1"), "flaps", now);
    views.Leave(On("h2"), "alone", now);
    now += ViewRegistry::kLinger / 2;
    EXPECT_TRUE(views.Settle(now).empty());
    EXPECT_FALSE(views.Enter(On("h1"), true, "flaps", now)->proxies.has_value());
    const auto alone = views.Enter(On("h2"), true, "alone", now);
    EXPECT_FALSE(alone->is_new);
    EXPECT_FALSE(alone->proxies.has_value());
    now += ViewRegistry::kLinger;
    EXPECT_TRUE(views.Settle(now).empty());
  }
}

TEST(ViewRegistry, ThatAProxyIsGoneIsToldWhenItDoesNotComeBack) {
  ViewRegistry views;
  const uint32_t id = views.Enter(On("h1"), true, "a", kNow)->id;
  views.Enter(On("h1"), true, "b", kNow);
  views.Leave(On("h1"), "b", kNow);
  views.Leave(On("h1"), "a", kNow + absl::Seconds(1));
  EXPECT_TRUE(views.Settle(kLater - absl::Seconds(1)).empty());
  const auto settled = views.Settle(kLater);
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].id, id);
  EXPECT_EQ(settled[0].proxies, "");
  EXPECT_TRUE(views.Settle(kLater + absl::Hours(1)).empty());
  // Somebody who comes says at once who has gone.
  views.Enter(On("h1"), true, "a", kLater);
  views.Leave(On("h1"), "a", kLater);
  EXPECT_EQ(views.Enter(On("h1"), true, "c", kLater)->proxies, "c");
  EXPECT_TRUE(views.Settle(kLater + absl::Hours(1)).empty());
}

TEST(ViewRegistry, AViewThatNobodyStandsInMakesRoom) {
  ViewRegistry views;
  const uint32_t kept = views.Enter(On("kept"), true, "edge", kNow)->id;
  views.Leave(On("kept"), "edge", kNow);
  for (size_t i = 1; i < ViewRegistry::kMostViews; ++i) {
    ASSERT_EQ(views.Enter(On(absl::StrCat("h", i)), true, "a", kNow)->closed_id, 0u);
  }
  const absl::Duration later = kNow + absl::Seconds(1);
  const auto entered = views.Enter(On("one more"), true, "a", later);
  ASSERT_TRUE(entered.has_value());
  EXPECT_EQ(entered->closed_id, kept);
  EXPECT_FALSE(views.Enter(On("kept"), true, "edge", later).has_value());
  views.Leave(On("kept"), "edge", later);
  EXPECT_TRUE(views.Settle(kLater).empty());
}

TEST(ViewRegistry, NewViewsWithDerivedRoutesComeNoQuickerThanTheyMay) {
  ViewRegistry views;
  size_t place = 0;
  const auto pass = [&](absl::Duration now) {
    const View view = On(absl::StrCat("h", ++place));
    if (!views.Enter(view, true, "a", now).has_value()) return false;
    views.Leave(view, "a", now);
    return true;
  };
  for (size_t i = 0; i < ViewRegistry::kMostViews; ++i) ASSERT_TRUE(pass(kNow));
  EXPECT_FALSE(pass(kNow));
  EXPECT_TRUE(views.Enter(On("h1"), true, "a", kNow).has_value()) << "is there already";
  EXPECT_TRUE(views.Enter({"", "", {}, "", "n1"}, false, "n1", kNow).has_value());
  for (size_t i = 0; i < ViewRegistry::kMostNewPerSecond; ++i) {
    EXPECT_TRUE(pass(kNow + absl::Milliseconds(1'001)));
  }
  EXPECT_FALSE(pass(kNow + absl::Milliseconds(1'001)));
}

TEST(ViewRegistry, ANodeWithTwoStreamsLeavesWithTheLast) {
  ViewRegistry views;
  views.Enter(On("h1"), true, "edge", kNow);
  views.Enter(On("h1"), true, "edge", kNow);
  views.Leave(On("h1"), "edge", kNow);
  EXPECT_TRUE(views.Settle(kLater).empty());
  views.Leave(On("h1"), "edge", kNow);
  ASSERT_EQ(views.Settle(kLater).size(), 1u);
}

TEST(ViewRegistry, IsBoundedAndNamesFew) {
  ViewRegistry views;
  for (size_t i = 0; i < ViewRegistry::kMostViews; ++i) {
    EXPECT_TRUE(views.Enter(On(absl::StrCat("h", i)), true, "a", kNow).has_value());
  }
  EXPECT_FALSE(views.Enter(On("one more"), true, "a", kNow + absl::Seconds(1)).has_value());
  EXPECT_TRUE(views.Enter({"", "", {}, "", "n1"}, false, "n1", kNow).has_value())
      << "is of another kind";
  for (const char* node : {"b", "c"}) views.Enter(On("h1"), true, node, kNow);
  EXPECT_EQ(views.Enter(On("h1"), true, "d", kNow)->proxies, "a, b, c and others");
}

// Timed out when each stream that came or went cost a look at all others.
TEST(ViewRegistry, AFleetInOneViewComesAndGoes) {
  constexpr int kStreams = 16'384;
  ViewRegistry views;
  const std::string padding(1'000, 'x');
  const auto id = [&](int i) { return absl::StrCat(i + kStreams, padding); };
  for (int i = kStreams; i-- > 0;) views.Enter(On("h1"), true, id(i), kNow);
  const std::string first = absl::StrCat(id(0), ", ", id(1), ", ", id(2), " and others");
  EXPECT_FALSE(views.Enter(On("h1"), true, id(7), kNow)->proxies.has_value()) << "is called so";
  EXPECT_EQ(views.Enter(On("h1"), true, "0", kNow)->proxies->substr(0, 3), "0, ");
  views.Leave(On("h1"), "0", kNow);
  EXPECT_EQ(views.Settle(kLater).at(0).proxies, first);
  for (int i = kStreams; i-- > 3;) views.Leave(On("h1"), id(i), kNow);
  views.Leave(On("h1"), id(7), kNow);
  views.Leave(On("h1"), id(0), kNow);
  EXPECT_EQ(views.Settle(kLater).at(0).proxies, absl::StrCat(id(1), ", ", id(2)));
}

}  // namespace
}  // namespace fairlead
