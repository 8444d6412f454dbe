#pragma once

#include "absl/random/random.h"
#include "absl/time/time.h"

namespace fairlead {

// How long to wait before the next try, with full jitter: anything from nothing to a bound that
// doubles with each failure, so that many who lost the same peer do not come back at the same
// moment. Not thread-safe.
class Backoff {
 public:
  // The bound is `first` for the first wait, and never more than `last`.
  Backoff(absl::Duration first, absl::Duration last) : first_(first), last_(last), bound_(first) {}

  // The next wait.
  absl::Duration Next();

  // The last try was good: the next wait is a first one.
  void Reset() { bound_ = first_; }

 private:
  const absl::Duration first_;
  const absl::Duration last_;
  absl::Duration bound_;
  absl::BitGen random_;
};

}  // namespace fairlead
