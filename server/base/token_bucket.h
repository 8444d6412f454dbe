#pragma once

#include <algorithm>

#include "absl/time/time.h"

namespace fairlead {

// Lets `burst` events through at once and `per_second` in the long run. Time is given, not read.
// Threads: none.
class TokenBucket {
 public:
  TokenBucket(double burst, double per_second)
      : burst_(burst), per_second_(per_second), tokens_(burst) {}

  // Takes a token if there is one at `now`.
  bool Take(absl::Duration now) {
    Fill(now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

  // When there will be one.
  absl::Duration NextAt(absl::Duration now) {
    Fill(now);
    return tokens_ >= 1 ? now : now + absl::Seconds((1 - tokens_) / per_second_);
  }

 private:
  void Fill(absl::Duration now) {
    tokens_ = std::min(burst_, tokens_ + absl::ToDoubleSeconds(now - filled_) * per_second_);
    filled_ = now;
  }

  const double burst_;
  const double per_second_;
  double tokens_;
  absl::Duration filled_ = absl::ZeroDuration();
};

}  // namespace fairlead
