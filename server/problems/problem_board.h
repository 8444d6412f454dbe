#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "server/base/problem.h"

namespace fairlead {

// All problems that there are now, by the source that told them. What appears and what goes is
// logged, and told to one listener. Bounded: what is too much is counted, not kept.
//
// Belongs to the control strand: not thread-safe; no clock of its own.
class ProblemBoard {
 public:
  // Of one source. If there are more, the last one kept says how many more there are.
  static constexpr size_t kMostOfSource = 100;
  // In all. Beyond, problems are left out until their source is set again while there is room; All
  // says how many.
  static constexpr size_t kMost = 10'000;

  struct Entry {
    Problem problem;
    absl::Time since;  // the time of day at which it appeared
  };

  enum class Change { kAppeared, kGone };
  // Called once for each change, after the board has changed, in the order of the log. Must not
  // call the board's Set.
  using Listener = absl::AnyInvocable<void(Change change, const Problem& problem, absl::Time now)>;

  // An empty listener is none.
  explicit ProblemBoard(Listener listener = {});
  ProblemBoard(const ProblemBoard&) = delete;
  ProblemBoard& operator=(const ProblemBoard&) = delete;

  // These are all problems of `problems.source` now; none: it has no more. A problem that is equal
  // to one that the source had stays, with its `since`. Equal ones within `problems` are one.
  void Set(ProblemsOf problems, absl::Time now);

  // Sorted by place.
  std::vector<Entry> All() const;

 private:
  struct Source {
    std::vector<Entry> entries;
    size_t left_out = 0;  // because the board was full
  };

  void Tell(Change change, const Problem& problem, absl::Time now);

  Listener listener_;
  absl::flat_hash_map<std::string, Source> sources_;  // none without problems
  size_t kept_ = 0;                                   // entries of all sources
  size_t left_out_ = 0;                               // of all sources
  absl::Time full_since_ = absl::InfiniteFuture();    // while left_out_ > 0
};

}  // namespace fairlead
