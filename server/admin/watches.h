#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// Hands events to all who watch. A watcher that reads too slowly loses its watch; it never costs
// the publisher more than a full queue. Thread-safe.
class Watches {
 public:
  static constexpr size_t kMostWatchers = 100;
  // Events that wait for one watcher.
  static constexpr size_t kMostQueued = 1'000;

  class Watcher;

  Watches() = default;
  // Every Watcher must be gone by then.
  ~Watches() = default;
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  // To all who watch now. Never waits for one of them.
  void Publish(v1::WatchResponse event);
  // The same of what may be missed, for the next one says it again: whoever has much to read
  // already is not sent it.
  void PublishIfRoom(v1::WatchResponse event);

  // Whether an event would reach anyone: ask before taking pains to describe one. Costs one load.
  bool HasWatchers() const { return count_.load(std::memory_order_relaxed) > 0; }

  // From now on what is published reaches the new watcher, which must not outlive this.
  // RESOURCE_EXHAUSTED: too many watch; UNAVAILABLE: after Shutdown.
  absl::StatusOr<std::unique_ptr<Watcher>> Open();

  // Ends all watches. Idempotent.
  void Shutdown();

 private:
  void Close(Watcher* watcher);

  absl::Mutex mutex_;
  absl::flat_hash_set<Watcher*> watchers_ ABSL_GUARDED_BY(mutex_);
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<size_t> count_{0};
};

// One who watches, until it is destroyed. One thread reads it.
class Watches::Watcher {
 public:
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // The next event; null if there is none within `patience`. An error ends the watch:
  // RESOURCE_EXHAUSTED if this watcher was too slow (at once, what had been queued is dropped),
  // UNAVAILABLE after Shutdown.
  absl::StatusOr<std::shared_ptr<const v1::WatchResponse>> Next(absl::Duration patience);

 private:
  friend class Watches;
  explicit Watcher(Watches& watches) : watches_(watches) {}

  void Push(std::shared_ptr<const v1::WatchResponse> event);
  void PushIfRoom(std::shared_ptr<const v1::WatchResponse> event);
  void End(absl::Status why);
  bool IsDue() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !queue_.empty() || !ended_.ok(); }

  Watches& watches_;
  absl::Mutex mutex_;
  std::deque<std::shared_ptr<const v1::WatchResponse>> queue_ ABSL_GUARDED_BY(mutex_);
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fairlead
