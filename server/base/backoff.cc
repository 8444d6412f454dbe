#include "server/base/backoff.h"

#include <algorithm>

namespace fairlead {

absl::Duration Backoff::Next() {
  const absl::Duration wait = bound_ * absl::Uniform(random_, 0.0, 1.0);
  bound_ = std::min(bound_ * 2, last_);
  return wait;
}

}  // namespace fairlead
