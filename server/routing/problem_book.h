#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/base/problem.h"

namespace fairlead {

// What was last said of each source, so that only what differs is said again.
class ProblemBook {
 public:
  // `problems` are all that `source` has now.
  void Set(const std::string& source, Problems problems) {
    const auto found = last_.find(source);
    if (found == last_.end() ? problems.empty() : found->second == problems) return;
    changes_.push_back({source, problems});
    if (problems.empty()) {
      last_.erase(found);
    } else {
      last_[source] = std::move(problems);
    }
  }

  // What Set changed since the last call.
  std::vector<ProblemsOf> TakeChanges() { return std::exchange(changes_, {}); }

 private:
  absl::flat_hash_map<std::string, Problems> last_;  // none is empty
  std::vector<ProblemsOf> changes_;
};

}  // namespace fairlead
