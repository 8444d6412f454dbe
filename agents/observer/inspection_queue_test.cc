#include "agents/observer/inspection_queue.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

using Urgency = InspectionQueue::Urgency;

constexpr absl::Duration kNow = absl::Seconds(100);

std::string Next(InspectionQueue& queue, absl::Duration now) {
  return queue.Next(now).value_or("none");
}

TEST(InspectionQueue, UrgentOnesFirstAndNoneBeforeItsTime) {
  InspectionQueue queue;
  queue.Add("routine", kNow, Urgency::kRoutine);
  queue.Add("urgent", kNow, Urgency::kUrgent);
  queue.Add("later", kNow + absl::Seconds(1), Urgency::kRoutine);
  EXPECT_EQ(Next(queue, kNow), "urgent");
  EXPECT_EQ(queue.NextUrgent(kNow), std::nullopt);
  EXPECT_EQ(Next(queue, kNow), "routine");
  EXPECT_EQ(Next(queue, kNow), "none");
  EXPECT_EQ(queue.NextDue(), kNow + absl::Seconds(1));
  EXPECT_EQ(Next(queue, kNow + absl::Seconds(1)), "later");
  EXPECT_EQ(queue.NextDue(), absl::InfiniteDuration());
}

TEST(InspectionQueue, TheEarlierTimeAndTheGreaterUrgencyWin) {
  InspectionQueue queue;
  queue.Add("a", kNow, Urgency::kUrgent);
  queue.Add("a", kNow + absl::Seconds(1), Urgency::kRoutine);
  EXPECT_EQ(queue.NextUrgent(kNow), "a");
  queue.Add("b", kNow + absl::Seconds(1), Urgency::kRoutine);
  queue.Add("b", kNow, Urgency::kUrgent);
  EXPECT_EQ(queue.NextUrgent(kNow), "b");
  EXPECT_EQ(queue.NextDue(), absl::InfiniteDuration());
}

TEST(InspectionQueue, OnceAtATimeAndOnceAgainForWhatCameMeanwhile) {
  InspectionQueue queue;
  queue.Add("a", kNow, Urgency::kUrgent);
  EXPECT_EQ(Next(queue, kNow), "a");
  EXPECT_TRUE(queue.UnderWay("a"));
  queue.Add("a", kNow, Urgency::kUrgent);
  queue.Add("a", kNow, Urgency::kUrgent);
  EXPECT_EQ(Next(queue, kNow), "none");
  queue.Done("a");
  EXPECT_FALSE(queue.UnderWay("a"));
  EXPECT_EQ(Next(queue, kNow), "a");
  queue.Done("a");
  EXPECT_EQ(Next(queue, kNow), "none");
}

TEST(InspectionQueue, AForgottenOneIsGone) {
  InspectionQueue queue;
  queue.Add("a", kNow, Urgency::kUrgent);
  queue.Add("b", kNow, Urgency::kUrgent);
  queue.Forget("a");
  EXPECT_EQ(Next(queue, kNow), "b");
  queue.Forget("b");
  queue.Done("b");
  EXPECT_EQ(Next(queue, kNow), "none");
}

TEST(InspectionQueue, ACrashLoopIsSlowedDownAndDelaysNoOther) {
  InspectionQueue queue;
  int inspections = 0;
  for (int millisecond = 0; millisecond < 10'000; ++millisecond) {
    const absl::Duration now = kNow + absl::Milliseconds(millisecond);
    queue.Add("loop", now, Urgency::kUrgent);
    while (queue.Next(now).has_value()) {
      ++inspections;
      queue.Done("loop");
    }
    if (millisecond == 5'000) {
      queue.Add("other", now, Urgency::kUrgent);
      EXPECT_EQ(Next(queue, now), "other");
    }
  }
  EXPECT_GE(inspections, 50);
  EXPECT_LE(inspections, 62);
}

}  // namespace
}  // namespace fairlead
