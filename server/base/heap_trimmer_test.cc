#include "server/base/heap_trimmer.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

TEST(HeapTrimmer, TrimsForWhatWasNotedAndAgainBehindIt) {
  int trims = 0;
  HeapTrimmer trimmer([&] {
    ++trims;
    return absl::ZeroDuration();
  });
  trimmer.Tick(absl::Seconds(10));
  EXPECT_EQ(trims, 0) << "nothing was noted";
  trimmer.Note();
  trimmer.Note();
  trimmer.Tick(absl::Seconds(20));
  EXPECT_EQ(trims, 1);
  int expected = 1;
  for (const absl::Duration after : HeapTrimmer::kAgainAfter) {
    trimmer.Tick(absl::Seconds(20) + after - absl::Milliseconds(1));
    EXPECT_EQ(trims, expected);
    trimmer.Tick(absl::Seconds(20) + after);
    EXPECT_EQ(trims, ++expected);
  }
  trimmer.Tick(absl::Seconds(60));
  EXPECT_EQ(trims, expected);
}

TEST(HeapTrimmer, TrimsRarelyWhereItTakesLong) {
  int trims = 0;
  HeapTrimmer trimmer([&] {
    ++trims;
    return absl::Milliseconds(30);
  });
  trimmer.Note();
  trimmer.Tick(absl::Seconds(40));
  trimmer.Note();
  trimmer.Tick(absl::Milliseconds(42'999));
  EXPECT_EQ(trims, 1) << "too early";
  trimmer.Tick(absl::Seconds(43));
  EXPECT_EQ(trims, 2) << "what was noted meanwhile is not forgotten";
}

}  // namespace
}  // namespace fairlead
