#pragma once

#include <google/protobuf/timestamp.pb.h>

#include "absl/time/time.h"

namespace fairlead {

// To the nanosecond. A time that no Timestamp can tell (before year 1, after 9999, infinite) is the
// nearest that it can.
google::protobuf::Timestamp ToTimestamp(absl::Time time);

}  // namespace fairlead
