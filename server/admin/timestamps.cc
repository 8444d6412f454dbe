#include "server/admin/timestamps.h"

#include <algorithm>

namespace fairlead {

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  // 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z: google/protobuf/timestamp.proto.
  const absl::Time first = absl::FromUnixSeconds(-62'135'596'800);
  const absl::Time last = absl::FromUnixSeconds(253'402'300'800) - absl::Nanoseconds(1);
  time = std::clamp(time, first, last);
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  timestamp.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(absl::ToUnixSeconds(time)))));
  return timestamp;
}

}  // namespace fairlead
