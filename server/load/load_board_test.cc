#include "server/load/load_board.h"

#include <gtest/gtest.h>

#include <string>

namespace fairlead {
namespace {

TEST(LoadBoard, SumsWhatAllProxiesReport) {
  LoadBoard board;
  board.Add(1, "shop/web:8000", 100, 1, absl::Seconds(10));
  board.Add(2, "shop/web:8000", 50, 0, absl::Seconds(5));
  board.Add(1, "shop/web:8000", 20, 2, absl::Seconds(10));
  const Load load = board.Of("shop/web:8000");
  EXPECT_EQ(load.requests, 170u);
  EXPECT_EQ(load.errors, 3u);
  EXPECT_DOUBLE_EQ(load.requests_per_second, 12);  // 20 in 10 s and 50 in 5 s
}

TEST(LoadBoard, AStreamThatEndedHasNoRate) {
  LoadBoard board;
  board.Add(1, "shop/web:8000", 100, 0, absl::Seconds(10));
  board.Forget(1);
  EXPECT_EQ(board.Of("shop/web:8000").requests, 100u);
  EXPECT_DOUBLE_EQ(board.Of("shop/web:8000").requests_per_second, 0);
}

TEST(LoadBoard, ANameThatNothingOfOursHasIsNotKept) {
  LoadBoard board;
  const std::string longest(LoadBoard::kLongestName, 'a');
  board.Add(1, longest, 1, 0, absl::Seconds(1));
  board.Add(1, longest + "a", 1, 0, absl::Seconds(1));
  EXPECT_EQ(board.Of(longest).requests, 1u);
  EXPECT_EQ(board.Of(longest + "a").requests, 0u);
}

TEST(LoadBoard, NamesThatNobodySendsRequestsToMakeRoom) {
  LoadBoard board;
  for (size_t i = 0; i < LoadBoard::kMostNames; ++i) {
    board.Add(1, std::to_string(i), 1, 0, absl::Seconds(1));
  }
  board.Add(2, "one too many", 1, 0, absl::Seconds(1));
  EXPECT_EQ(board.Of("one too many").requests, 0u);
  board.Forget(1);
  for (int i = 0; i < 100'000 && board.Of("after").requests == 0; ++i) {
    board.Add(2, "after", 1, 0, absl::Seconds(1));
  }
  EXPECT_GT(board.Of("after").requests, 0u);
  EXPECT_EQ(board.Of("17").requests, 0u);
}

TEST(LoadBoard, RatesAreBounded) {
  LoadBoard board;
  constexpr size_t kNames = 1'000;
  for (size_t stream = 0; stream <= LoadBoard::kMostRates / kNames; ++stream) {
    for (size_t i = 0; i < kNames; ++i) {
      board.Add(stream, std::to_string(i), 1, 0, absl::Seconds(1));
    }
  }
  EXPECT_DOUBLE_EQ(board.Of("0").requests_per_second, LoadBoard::kMostRates / kNames);
  EXPECT_EQ(board.Of("0").requests, LoadBoard::kMostRates / kNames + 1);
}

TEST(LoadBoard, AnIntervalOfNothingIsNoRate) {
  LoadBoard board;
  board.Add(1, "a", 100, 0, absl::ZeroDuration());
  EXPECT_DOUBLE_EQ(board.Of("a").requests_per_second, 0);
  EXPECT_EQ(board.Of("b").requests, 0u);
}

}  // namespace
}  // namespace fairlead
