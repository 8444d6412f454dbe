#pragma once

#include <cstddef>
#include <iterator>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace fairlead {

// Gives memory back to the system after much was allocated and freed at once. glibc keeps what is
// free for what comes; where that is scattered, larger pieces do not fit in, and each burst makes
// the process grow though it holds no more. Not thread-safe.
class HeapTrimmer {
 public:
  static constexpr absl::Duration kAgainAfter[] = {absl::Milliseconds(500), absl::Seconds(4)};

  // Trims for a hundredth of the time at most. `trim` gives back whatever is free, of all threads,
  // such as malloc_trim(3), and returns how long it took: some milliseconds for a heap of 100 MB,
  // in which other threads that allocate wait.
  explicit HeapTrimmer(absl::AnyInvocable<absl::Duration()> trim);

  // Something of the kind is going on: a host tells of all its containers, a proxy has come.
  void Note() { noted_ = true; }

  // To be called again and again. Trims when something was noted, and again at these times after
  // it: most of what a burst needed is freed behind it. `now` is monotonic.
  void Tick(absl::Duration now);

 private:
  absl::AnyInvocable<absl::Duration()> trim_;
  bool noted_ = false;
  absl::Duration not_before_;
  absl::Duration noted_at_;
  size_t trimmed_again_ = std::size(kAgainAfter);
};

}  // namespace fairlead
