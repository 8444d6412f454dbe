#include "clients/cli/age.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

std::string TwoUnits(int64_t large, const char* large_unit, int64_t small, const char* small_unit) {
  if (small == 0) return absl::StrCat(large, large_unit);
  return absl::StrCat(large, large_unit, small, small_unit);
}

}  // namespace

std::string ShortDuration(absl::Duration duration) {
  const int64_t seconds = std::max<int64_t>(0, absl::ToInt64Seconds(duration));
  const int64_t minutes = seconds / 60;
  const int64_t hours = minutes / 60;
  const int64_t days = hours / 24;
  if (minutes < 2) return absl::StrCat(seconds, "s");
  if (minutes < 10) return TwoUnits(minutes, "m", seconds % 60, "s");
  if (hours < 3) return absl::StrCat(minutes, "m");
  if (hours < 8) return TwoUnits(hours, "h", minutes % 60, "m");
  if (days < 2) return absl::StrCat(hours, "h");
  if (days < 8) return TwoUnits(days, "d", hours % 24, "h");
  return absl::StrCat(days, "d");
}

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace fairlead
