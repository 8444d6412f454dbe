#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace fairlead {

// Which services of this process serve, for grpc.health.v1. Thread-safe.
class ServingState {
 public:
  // Empty: the process as a whole. What was never set is not known.
  void Set(const std::string& service, bool serving);

  // Nothing: not known.
  std::optional<bool> Get(const std::string& service) const;

  // For good: nothing serves any more, whatever is set later. Watches end.
  void Shutdown();

  struct Seen {
    std::optional<bool> serving;
    bool over = false;  // Shutdown was called
  };
  // Returns as soon as `service` is otherwise than `known`, or after Shutdown, or when `patience`
  // is over.
  Seen Await(const std::string& service, std::optional<bool> known, absl::Duration patience) const;

 private:
  std::optional<bool> Find(const std::string& service) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  std::map<std::string, bool> serving_ ABSL_GUARDED_BY(mutex_);
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fairlead
