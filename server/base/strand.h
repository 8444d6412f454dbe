#pragma once

#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace fairlead {

// Runs tasks one at a time, in the order in which they were posted, on a thread of its own. State
// that only tasks of one strand touch needs no lock; annotate it with ABSL_GUARDED_BY(strand_), and
// the functions that touch it with ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_), and clang sees to it.
//
// Threads: Post, PostAt and Call from any thread (Call not from the strand itself). Tasks must not
// block and must not throw.
class ABSL_LOCKABLE Strand {
 public:
  using Task = absl::AnyInvocable<void()>;

  // `name` is shown by tools that list threads; at most 15 characters.
  explicit Strand(std::string name);
  // Runs what was posted before, drops what was to run later, and ends the thread.
  ~Strand();
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  // Takes effect after everything that was posted before. Never blocks. After the destructor has
  // begun: dropped.
  void Post(Task task);

  // As Post, but not before Clock::Real().Monotonic() reads `when`.
  void PostAt(absl::Duration when, Task task);

  // Runs `task` on the strand and returns when it has run.
  void Call(absl::AnyInvocable<void()> task);

 private:
  void Run();
  absl::Duration NextTimer() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const std::string name_;
  absl::Mutex mutex_;
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  absl::btree_multimap<absl::Duration, Task> timers_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace fairlead
