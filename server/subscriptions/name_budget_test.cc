#include "server/subscriptions/name_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace fairlead {
namespace {

TEST(NameBudget, IsForAllTogether) {
  NameBudget budget(10);
  EXPECT_TRUE(budget.Change(0, 6).ok());
  EXPECT_TRUE(budget.Change(0, 4).ok());
  const absl::Status status = budget.Change(4, 5);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("--max-xds-total-names"));
  // What is too much counts until the stream is gone.
  EXPECT_EQ(budget.names(), 11u);
  EXPECT_TRUE(budget.Change(5, 0).ok());
  EXPECT_TRUE(budget.Change(6, 10).ok());
  EXPECT_EQ(budget.names(), 10u);
}

TEST(NameBudget, WhoGivesUpNamesIsNeverRefused) {
  NameBudget budget(1);
  EXPECT_FALSE(budget.Change(0, 9).ok());
  EXPECT_TRUE(budget.Change(9, 8).ok());
  EXPECT_TRUE(budget.Change(8, 8).ok());
  EXPECT_FALSE(budget.Change(8, 9).ok());
}

TEST(NameBudget, LosesNothingBetweenThreads) {
  constexpr size_t kRounds = 10'000;
  NameBudget budget(1'000'000);
  std::vector<std::thread> threads;
  for (size_t thread = 1; thread <= 4; ++thread) {
    threads.emplace_back([&budget, thread] {
      for (size_t i = 0; i < kRounds; ++i) {
        EXPECT_TRUE(budget.Change(0, 2 * thread).ok());
        EXPECT_TRUE(budget.Change(2 * thread, 0).ok());
      }
      EXPECT_TRUE(budget.Change(0, thread).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget.names(), 1u + 2u + 3u + 4u);
}

}  // namespace
}  // namespace fairlead
