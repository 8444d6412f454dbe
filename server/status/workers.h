#pragma once

#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace fairlead {

// A few threads that run tasks, each as soon as one is free. The queue's bound is the caller's
// affair. Thread-safe.
class Workers {
 public:
  using Task = absl::AnyInvocable<void()>;

  explicit Workers(int threads);
  // Waits for the tasks that run; drops those that have not begun.
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void Run(Task task);

 private:
  void Work();
  bool IsDue() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return over_ || !tasks_.empty(); }

  absl::Mutex mutex_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace fairlead
