#include "server/subscriptions/answer_limit.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

constexpr auto C = Type::kCluster;
constexpr absl::Duration kNever = absl::InfiniteDuration();

constexpr absl::Duration At(int milliseconds) { return absl::Milliseconds(milliseconds); }

TEST(AnswerLimit, TheFirstWordsAreToldAtOnceAndOnce) {
  AnswerLimit limit;
  EXPECT_FALSE(limit.Take(C, "", At(0)));
  EXPECT_TRUE(limit.Take(C, "bad", At(0)));
  EXPECT_FALSE(limit.Take(C, "bad", At(10)));
  EXPECT_FALSE(limit.Take(C, "bad", At(5'000)));
  EXPECT_EQ(limit.WakeAt(), kNever);
}

TEST(AnswerLimit, TheLastWordsOfASecondComeAtItsEnd) {
  AnswerLimit limit;
  EXPECT_TRUE(limit.Take(C, "bad", At(0)));
  for (int i = 1; i < 100; ++i) EXPECT_FALSE(limit.Take(C, absl::StrCat("bad ", i), At(i * 10)));
  EXPECT_EQ(limit.WakeAt(), At(1'000));
  EXPECT_TRUE(limit.Take(C, "bad 99", At(1'000)));
  EXPECT_EQ(limit.WakeAt(), kNever);
  EXPECT_FALSE(limit.Take(C, "", At(1'999)));
  EXPECT_TRUE(limit.Take(C, "", At(2'000))) << "an ACK is told too";
}

TEST(AnswerLimit, WhatIsAsItWasAgainIsNotTold) {
  AnswerLimit limit;
  EXPECT_TRUE(limit.Take(C, "bad", At(0)));
  EXPECT_FALSE(limit.Take(C, "", At(10)));
  EXPECT_FALSE(limit.Take(C, "bad", At(20)));
  EXPECT_EQ(limit.WakeAt(), kNever);
}

TEST(AnswerLimit, EachTypeHasItsOwnSecond) {
  AnswerLimit limit;
  EXPECT_TRUE(limit.Take(C, "bad", At(0)));
  EXPECT_TRUE(limit.Take(Type::kRoute, "bad", At(400)));
  EXPECT_FALSE(limit.Take(Type::kRoute, "", At(500)));
  EXPECT_EQ(limit.WakeAt(), At(1'400));
  EXPECT_FALSE(limit.Take(C, "", At(600)));
  EXPECT_EQ(limit.WakeAt(), At(1'000));
}

}  // namespace
}  // namespace fairlead
