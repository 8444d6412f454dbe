#include "server/base/heap_trimmer.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

TEST(HeapTrimmer, TrimsOnceForWhatWasNotedAndNotTooOften) {
  int trims = 0;
  absl::Duration took = absl::Milliseconds(1);
  HeapTrimmer trimmer(absl::Seconds(1), [&] {
    ++trims;
    return took;
  });
  trimmer.Tick(absl::Seconds(10));
  EXPECT_EQ(trims, 0) << "nothing was noted";
  trimmer.Note();
  trimmer.Note();
  trimmer.Tick(absl::Seconds(20));
  trimmer.Tick(absl::Seconds(30));
  EXPECT_EQ(trims, 1);
  trimmer.Note();
  trimmer.Tick(absl::Seconds(40));
  trimmer.Note();
  trimmer.Tick(absl::Milliseconds(40'999));
  EXPECT_EQ(trims, 2) << "too early";
  trimmer.Tick(absl::Seconds(41));
  EXPECT_EQ(trims, 3) << "what was noted meanwhile is not forgotten";
  took = absl::Milliseconds(30);
  trimmer.Note();
  trimmer.Tick(absl::Seconds(50));
  trimmer.Note();
  trimmer.Tick(absl::Seconds(79));
  EXPECT_EQ(trims, 4) << "it takes long, so it is done rarely";
  trimmer.Tick(absl::Seconds(80));
  EXPECT_EQ(trims, 5);
}

}  // namespace
}  // namespace fairlead
