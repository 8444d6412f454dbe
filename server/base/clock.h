#pragma once

#include "absl/time/time.h"

namespace fairlead {

// When something happens. `monotonic` (Clock::Monotonic) decides; `wall` is only shown.
struct Moment {
  absl::Duration monotonic;
  absl::Time wall;
};

// Where time comes from; a parameter of whatever measures it, so that tests can move it.
// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Time since an arbitrary moment. Only grows, whatever is done to the machine's clock. Everything
  // that decides uses this one.
  virtual absl::Duration Monotonic() const = 0;

  // The time of day: for people to read, never for a decision.
  virtual absl::Time Wall() const = 0;

  // The machine's own.
  static const Clock& Real();
};

}  // namespace fairlead
