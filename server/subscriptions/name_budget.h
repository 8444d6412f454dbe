#pragma once

#include <atomic>
#include <cstddef>

#include "absl/status/status.h"

namespace fairlead {

// How many resource names are kept because clients said them, over all streams of a server: each
// stream has its own limit, and many together could still ask for more than there is memory for. A
// name counts once for each stream that subscribes to it.
//
// Threads: any; no lock. Streams tell differences only, so that an ACK touches nothing shared.
class NameBudget {
 public:
  explicit NameBudget(size_t most) : most_(most) {}

  // A stream keeps `now` names, and kept `before`. RESOURCE_EXHAUSTED: that is too much for all
  // together, and the stream has to end; it counts all the same until it has said that it keeps
  // none.
  absl::Status Change(size_t before, size_t now);

  size_t names() const { return names_.load(std::memory_order_relaxed); }

 private:
  const size_t most_;
  std::atomic<size_t> names_{0};
};

}  // namespace fairlead
