#pragma once

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/time/time.h"

namespace fairlead {

// A duration as short as kubectl says it: "5s", "3m12s", "45m", "7h5m", "4d3h", "31d". Below zero:
// "0s" (clocks of two machines differ).
std::string ShortDuration(absl::Duration duration);

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp);
absl::Duration DurationOf(const google::protobuf::Duration& duration);

}  // namespace fairlead
