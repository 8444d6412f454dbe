#pragma once

#include <string>

#include "absl/container/btree_map.h"
#include "absl/time/time.h"
#include "server/base/problem.h"

namespace fairlead {

// Agents that were turned away at their Hello. An agent tries again every few seconds, so a problem
// that was not noted again for a minute is over. At most 100 are kept; more are refused all the
// same, but not shown. Not thread-safe.
class Refusals {
 public:
  // `key` tells one refused agent from another.
  void Note(const std::string& key, Problem problem, absl::Duration now);

  void Expire(absl::Duration now);

  // Sorted by key.
  Problems Current() const;

 private:
  struct Refusal {
    Problem problem;
    absl::Duration noted;
  };
  absl::btree_map<std::string, Refusal> refusals_;
};

}  // namespace fairlead
