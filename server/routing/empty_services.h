#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace fairlead {

// A host and a path, as claimed by a service.
using Claim = std::pair<std::string, std::string>;

// Services without containers, whose routes stay and answer 503, and which of them is to be
// forgotten next: what has been empty for too long; and of what is too much, what emptied first.
//
// Those of an earlier run that are not told of yet are too many at no number: they were there when
// it ended, and their agents may come in any order.
class EmptyServices {
 public:
  struct Limits {
    absl::Duration retention = absl::Hours(24);
    // Of all such services together: routes, and the text of their hosts and paths.
    size_t most_routes = 10'000;
    size_t most_bytes = size_t{1} << 20;
  };

  explicit EmptyServices(const Limits& limits) : limits_(limits) {}

  // A service that is not among them, with what it claims. `awaited`: of an earlier run.
  void Add(const std::string& name, absl::Time since, const std::vector<Claim>& claims,
           bool awaited);
  // Does nothing if it is not among them.
  void Remove(const std::string& name);

  // The service to be forgotten first, if any is; it stays among them until it is removed.
  std::optional<std::string> Overdue(absl::Time now) const;

 private:
  using ByAge = absl::btree_set<std::pair<absl::Time, std::string>>;
  struct Entry {
    absl::Time since;
    size_t routes = 0;
    size_t bytes = 0;
    bool awaited = false;
  };

  ByAge& AmongWhich(const Entry& entry) { return entry.awaited ? awaited_ : counted_; }

  const Limits limits_;
  absl::flat_hash_map<std::string, Entry> entries_;
  ByAge awaited_;
  ByAge counted_;
  size_t routes_ = 0;  // of `counted_`
  size_t bytes_ = 0;
};

}  // namespace fairlead
