#include "server/base/backoff.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace fairlead {
namespace {

TEST(Backoff, StaysBelowABoundThatDoubles) {
  absl::Duration longest = absl::ZeroDuration();
  for (int run = 0; run < 200; ++run) {
    Backoff backoff(absl::Milliseconds(100), absl::Seconds(5));
    absl::Duration bound = absl::Milliseconds(100);
    for (int attempt = 0; attempt < 10; ++attempt) {
      const absl::Duration wait = backoff.Next();
      EXPECT_GE(wait, absl::ZeroDuration());
      EXPECT_LT(wait, bound);
      bound = std::min(bound * 2, absl::Seconds(5));
      longest = std::max(longest, wait);
    }
    backoff.Reset();
    EXPECT_LT(backoff.Next(), absl::Milliseconds(100));
  }
  EXPECT_GT(longest, absl::Seconds(4)) << "the whole range is used";
}

}  // namespace
}  // namespace fairlead
