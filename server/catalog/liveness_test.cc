#include "server/catalog/liveness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::IsEmpty;

std::string Name(int host) { return absl::StrCat("h", host); }

// Hosts h0, h1, ... under a clock of their own, ticked every 500 ms.
class Fleet {
 public:
  explicit Fleet(int hosts) : hosts_(hosts) {
    for (int host = 0; host < hosts; ++host) liveness_.Add(Name(host), now_);
  }

  void Silence(int host) { silent_.insert(host); }
  void SilenceAll(int from, int to) {
    for (int host = from; host < to; ++host) silent_.insert(host);
  }
  void Return(int host) {
    silent_.erase(host);
    liveness_.Reported(Name(host), now_);
  }

  // Time goes on; whoever is not silent reports with each tick. All that was decided is kept in
  // `decided`.
  void Pass(absl::Duration time) {
    for (const absl::Duration end = now_ + time; now_ < end;) {
      now_ += absl::Milliseconds(500);
      for (int host = 0; host < hosts_; ++host) {
        if (!silent_.contains(host)) liveness_.Reported(Name(host), now_);
      }
      Tick();
    }
  }

  // The server does nothing for a while.
  void Pause(absl::Duration time) {
    now_ += time;
    Tick();
  }

  Liveness::Mark MarkOf(int host) const { return liveness_.MarkOf(Name(host)); }
  int Marked() const {
    int marked = 0;
    for (int host = 0; host < hosts_; ++host) {
      if (MarkOf(host) != Liveness::Mark::kNone) ++marked;
    }
    return marked;
  }

  Liveness& liveness() { return liveness_; }
  absl::Duration now() const { return now_; }

  std::set<std::string> needed;  // hosts that the caller wants kept
  std::vector<std::pair<absl::Duration, std::string>> forgotten;
  int unmarked = 0;

 private:
  void Tick() {
    const Liveness::Decisions decisions =
        liveness_.Tick(now_, [this](const std::string& host) { return !needed.contains(host); });
    if (decisions.forgotten.has_value()) forgotten.emplace_back(now_, *decisions.forgotten);
    unmarked += static_cast<int>(decisions.unmarked.size());
  }

  const int hosts_;
  Liveness liveness_{Liveness::Options()};
  absl::Duration now_ = absl::Hours(1);
  std::set<int> silent_;
};

TEST(Liveness, OneOfManyIsMarkedAfterTheTimeoutAndForgottenAfterTenMinutes) {
  Fleet fleet(5);
  fleet.Silence(3);
  fleet.Pass(absl::Seconds(30));
  EXPECT_EQ(fleet.Marked(), 0);
  fleet.Pass(absl::Seconds(1));
  EXPECT_EQ(fleet.MarkOf(3), Liveness::Mark::kSilent);
  EXPECT_EQ(fleet.Marked(), 1);
  fleet.Pass(absl::Minutes(9));
  EXPECT_THAT(fleet.forgotten, IsEmpty());
  fleet.Pass(absl::Minutes(1));
  ASSERT_EQ(fleet.forgotten.size(), 1u);
  EXPECT_EQ(fleet.forgotten[0].second, "h3");
}

TEST(Liveness, AReportTakesTheMarkAwayButAGreetingDoesNot) {
  Fleet fleet(5);
  fleet.Silence(3);
  fleet.Pass(absl::Seconds(31));
  fleet.liveness().Heard("h3", fleet.now());
  EXPECT_EQ(fleet.MarkOf(3), Liveness::Mark::kSilent);
  EXPECT_FALSE(fleet.liveness().IsOverdue("h3", fleet.now()));
  EXPECT_TRUE(fleet.liveness().Reported("h3", fleet.now()));
  EXPECT_EQ(fleet.MarkOf(3), Liveness::Mark::kNone);
}

TEST(Liveness, AHostThatIsNeededIsKeptAsLongAsItIs) {
  Fleet fleet(5);
  fleet.needed.insert("h3");
  fleet.Silence(3);
  fleet.Pass(absl::Minutes(11));
  EXPECT_EQ(fleet.MarkOf(3), Liveness::Mark::kKept);
  EXPECT_THAT(fleet.forgotten, IsEmpty());
  fleet.needed.clear();
  fleet.Pass(absl::Seconds(11));
  EXPECT_EQ(fleet.forgotten.size(), 1u);
}

TEST(Liveness, HostsAreForgottenOneEachTenSeconds) {
  Fleet fleet(20);
  for (const int host : {3, 4, 5}) {
    fleet.Silence(host);
    fleet.Pass(absl::Seconds(1));
  }
  fleet.Pass(absl::Minutes(11));
  ASSERT_EQ(fleet.forgotten.size(), 3u);
  EXPECT_GE(fleet.forgotten[1].first - fleet.forgotten[0].first, absl::Seconds(10));
  EXPECT_GE(fleet.forgotten[2].first - fleet.forgotten[1].first, absl::Seconds(10));
}

// Who falls silent at once, and whether that is taken for our own fault.
struct GuardCase {
  std::string name;
  int hosts;
  int silent;
  absl::Duration spread;  // between one falling silent and the next
  bool preserved;
};

class GuardTest : public testing::TestWithParam<GuardCase> {};

TEST_P(GuardTest, MarksNothingIfTheFaultIsMostLikelyOurs) {
  const GuardCase& c = GetParam();
  Fleet fleet(c.hosts);
  for (int host = 0; host < c.silent; ++host) {
    fleet.Silence(host);
    fleet.Pass(c.spread);
  }
  fleet.Pass(absl::Minutes(1));
  EXPECT_EQ(fleet.liveness().self_preservation(), c.preserved);
  const int given_up = fleet.Marked() + static_cast<int>(fleet.forgotten.size());
  EXPECT_EQ(given_up, c.preserved ? 0 : c.silent);
  fleet.Pass(absl::Minutes(20));
  EXPECT_EQ(fleet.forgotten.empty(), c.preserved);
}

INSTANTIATE_TEST_SUITE_P(
    , GuardTest,
    testing::Values(GuardCase{"TheOnlyHost", 1, 1, absl::ZeroDuration(), true},
                    GuardCase{"OneOfTwo", 2, 1, absl::ZeroDuration(), false},
                    GuardCase{"BothOfTwo", 2, 2, absl::ZeroDuration(), true},
                    GuardCase{"OneOfThree", 3, 1, absl::ZeroDuration(), false},
                    GuardCase{"TwoOfThree", 3, 2, absl::ZeroDuration(), true},
                    GuardCase{"SeventeenOfFifty", 50, 17, absl::ZeroDuration(), false},
                    GuardCase{"EighteenOfFifty", 50, 18, absl::ZeroDuration(), true},
                    GuardCase{"TwentyOfFiftyWithinAMinute", 50, 20, absl::Milliseconds(2500), true},
                    GuardCase{"TwentyOfFiftyOverHours", 50, 20, absl::Minutes(10), false}),
    [](const auto& test) { return test.param.name; });

TEST(Liveness, AllOfThemIsOurFaultHoweverSlowlyTheyWent) {
  Fleet fleet(2);
  fleet.needed = {"h0", "h1"};
  fleet.Silence(0);
  fleet.Pass(absl::Hours(1));
  EXPECT_EQ(fleet.MarkOf(0), Liveness::Mark::kKept);
  fleet.Silence(1);
  fleet.Pass(absl::Hours(1));
  EXPECT_TRUE(fleet.liveness().self_preservation());
  EXPECT_EQ(fleet.MarkOf(0), Liveness::Mark::kKept);
  EXPECT_EQ(fleet.MarkOf(1), Liveness::Mark::kNone);
}

TEST(Liveness, MarksOfTheSameIncidentAreTakenBack) {
  Fleet fleet(10);
  // The first three are marked before the fourth is late enough to count.
  for (const int host : {0, 1, 2}) fleet.Silence(host);
  fleet.Pass(absl::Seconds(31));
  EXPECT_EQ(fleet.Marked(), 3);
  for (const int host : {3, 4}) fleet.Silence(host);
  fleet.Pass(absl::Seconds(31));
  EXPECT_TRUE(fleet.liveness().self_preservation());
  EXPECT_EQ(fleet.Marked(), 0);
  EXPECT_EQ(fleet.unmarked, 3);
}

TEST(Liveness, ThawsWhenMoreThanFourFifthsAreBackAndGivesTheOthersTheirTime) {
  Fleet fleet(50);
  fleet.SilenceAll(0, 20);
  fleet.Pass(absl::Minutes(5));
  for (int host = 0; host < 16; ++host) fleet.Return(host);
  fleet.Pass(absl::Seconds(5));
  EXPECT_TRUE(fleet.liveness().self_preservation());
  fleet.Return(16);
  fleet.Pass(absl::Seconds(5));
  EXPECT_FALSE(fleet.liveness().self_preservation());
  EXPECT_EQ(fleet.Marked(), 0);
  fleet.Pass(absl::Seconds(31));
  EXPECT_EQ(fleet.Marked(), 3);
}

TEST(Liveness, OfTwoHostsTheOneThatStaysAwayIsItsOwnFault) {
  Fleet fleet(2);
  fleet.SilenceAll(0, 2);
  fleet.Pass(absl::Minutes(1));
  EXPECT_TRUE(fleet.liveness().self_preservation());
  fleet.Return(1);
  fleet.Pass(absl::Seconds(32));
  EXPECT_FALSE(fleet.liveness().self_preservation());
  EXPECT_EQ(fleet.MarkOf(0), Liveness::Mark::kSilent);
}

TEST(Liveness, HostsThatAreGivenUpDoNotKeepItFrozen) {
  Fleet fleet(5);
  fleet.SilenceAll(0, 3);
  fleet.Pass(absl::Minutes(1));
  for (int host = 0; host < 3; ++host) fleet.liveness().Remove(Name(host));
  fleet.Pass(absl::Seconds(1));
  EXPECT_FALSE(fleet.liveness().self_preservation());
}

TEST(Liveness, OwnPauseRestartsAllTimers) {
  Fleet fleet(5);
  fleet.Silence(0);
  fleet.Pass(absl::Seconds(29));
  fleet.Pause(absl::Hours(1));
  fleet.Pass(absl::Seconds(29));
  EXPECT_EQ(fleet.Marked(), 0);
  EXPECT_FALSE(fleet.liveness().self_preservation());
  fleet.Pass(absl::Seconds(2));
  EXPECT_EQ(fleet.Marked(), 1);
}

TEST(Liveness, OwnPauseIsNoticedByWhoeverAsksFirst) {
  Fleet fleet(2);
  fleet.Pass(absl::Seconds(5));
  EXPECT_FALSE(fleet.liveness().IsOverdue("h0", fleet.now() + absl::Minutes(1)));
}

TEST(Liveness, WhoIsNotWatchedIsNotJudged) {
  Liveness liveness{Liveness::Options()};
  EXPECT_FALSE(liveness.Reported("x", absl::Seconds(1)));
  EXPECT_FALSE(liveness.IsOverdue("x", absl::Hours(1)));
  EXPECT_EQ(liveness.MarkOf("x"), Liveness::Mark::kNone);
  EXPECT_TRUE(liveness.Tick(absl::Seconds(1), [](const std::string&) { return true; }).empty());
}

// Whatever happens: no mark before host_timeout, none forgotten before forget_after or while
// frozen, at most one in ten seconds, and none that is needed.
TEST(Liveness, RandomFaultsNeverBreakTheRules) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    const int hosts = 1 + static_cast<int>(random() % 8);
    Liveness liveness{Liveness::Options()};
    absl::Duration now = absl::Hours(1);
    absl::Duration last_forgotten = -absl::InfiniteDuration();
    std::vector<absl::Duration> heard(hosts, now);
    std::vector<bool> silent(hosts, false);
    for (int host = 0; host < hosts; ++host) liveness.Add(Name(host), now);
    for (int step = 0; step < 3000; ++step) {
      const bool paused = random() % 400 == 0;
      now += paused ? absl::Minutes(15) : absl::Milliseconds(500 + random() % 1500);
      if (paused) std::fill(heard.begin(), heard.end(), now);
      const int touched = static_cast<int>(random() % hosts);
      if (random() % 30 == 0) silent[touched] = !silent[touched];
      for (int host = 0; host < hosts; ++host) {
        if (silent[host]) continue;
        liveness.Add(Name(host), now);
        liveness.Reported(Name(host), now);
        heard[host] = now;
      }
      const bool was_frozen = liveness.self_preservation();
      const std::string needed = Name(static_cast<int>(random() % hosts));
      const Liveness::Decisions decisions =
          liveness.Tick(now, [&](const std::string& host) { return host != needed; });
      for (int host = 0; host < hosts; ++host) {
        const std::string id = Name(host);
        if (std::count(decisions.marked.begin(), decisions.marked.end(), id) > 0) {
          ASSERT_GT(now - heard[host], absl::Seconds(30)) << "seed " << seed;
          ASSERT_FALSE(liveness.self_preservation()) << "seed " << seed;
        }
        if (decisions.forgotten != id) continue;
        ASSERT_GT(now - heard[host], absl::Minutes(10)) << "seed " << seed;
        ASSERT_FALSE(was_frozen) << "seed " << seed;
        ASSERT_GE(now - last_forgotten, absl::Seconds(10)) << "seed " << seed;
        ASSERT_NE(id, needed) << "seed " << seed;
        last_forgotten = now;
      }
    }
  }
}

}  // namespace
}  // namespace fairlead
