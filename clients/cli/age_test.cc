#include "clients/cli/age.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

TEST(Age, IsAsShortAsItCanBe) {
  const std::pair<absl::Duration, const char*> cases[] = {
      {absl::Seconds(-5), "0s"},
      {absl::Milliseconds(999), "0s"},
      {absl::Seconds(119), "119s"},
      {absl::Minutes(2), "2m"},
      {absl::Minutes(3) + absl::Seconds(12), "3m12s"},
      {absl::Minutes(45) + absl::Seconds(12), "45m"},
      {absl::Hours(7) + absl::Minutes(5), "7h5m"},
      {absl::Hours(30), "30h"},
      {absl::Hours(24 * 4 + 3), "4d3h"},
      {absl::Hours(24 * 31), "31d"},
  };
  for (const auto& [duration, text] : cases) EXPECT_EQ(ShortDuration(duration), text);
}

TEST(Age, Timestamps) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(1'700'000'000);
  timestamp.set_nanos(5);
  EXPECT_EQ(TimeOf(timestamp), absl::FromUnixSeconds(1'700'000'000) + absl::Nanoseconds(5));
  google::protobuf::Duration duration;
  duration.set_nanos(2'500'000);
  EXPECT_EQ(DurationOf(duration), absl::Microseconds(2500));
}

}  // namespace
}  // namespace fairlead
