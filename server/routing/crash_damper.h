#pragma once

#include "absl/time/time.h"
#include "fairlead/v1/facts.pb.h"

namespace fairlead {

// Whether one container crashes again and again, and how long its next start is kept from proxies
// for it: each such start and end would make every proxy work, and send it requests that fail.
//
// A start counts if the run before ended and nobody had asked for that (no signal to stop: see
// Container.stopping), so whoever restarts a container by hand is never kept waiting. A few count
// for nothing, then one is let through each `spacing`. An end is never kept back.
//
// Pure: `now` is given, monotonic, and never goes back. Not thread-safe.
class CrashDamper {
 public:
  struct Options {
    // Starts after crashes that are let through at once, 1 or more.
    int at_once = 2;
    // Then one in this time, which is two changes for proxies: it comes and it goes.
    absl::Duration spacing = absl::Seconds(30);
  };

  // The container's facts are these, or still these at `due`.
  void Take(const v1::Container& facts, absl::Duration now, const Options& options);

  // It runs, and is to be treated as if it did not.
  bool held_back() const { return held_back_; }
  // It was held back, and has not yet gone without crashes for at_once * spacing since.
  bool crash_loops() const { return crash_loops_; }
  // When Take has to be called again with the same facts; infinite: it has not.
  absl::Duration due() const { return due_; }

 private:
  bool has_run_ = false;
  bool runs_ = false;
  bool stop_asked_ = false;  // of the last run
  absl::Time started_at_ = absl::InfinitePast();
  bool held_back_ = false;
  bool crash_loops_ = false;
  // When all starts that were let through are paid for, at one a spacing.
  absl::Duration paid_ = -absl::InfiniteDuration();
  absl::Duration due_ = absl::InfiniteDuration();
};

}  // namespace fairlead
