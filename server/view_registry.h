#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/types/optional.h"
#include "server/snapshot/view.h"

namespace fairlead {

// The views that proxies stand in, by number. Belongs to the control strand.
class ViewRegistry {
 public:
  // Views cost an assignment a pool each, and a proxy says for itself where it stands.
  static constexpr size_t kMostViews = 1'024;
  // Views without a proxy are kept up to this many, so that proxies that reconnect cost nothing.
  static constexpr size_t kMostKept = 64;

  struct Entered {
    uint32_t id = 0;
    bool is_new = false;
  };

  // One more proxy stands there. Nothing: there are too many views.
  absl::optional<Entered> Enter(const View& view) {
    const auto found = views_.find(view);
    if (found != views_.end()) {
      ++found->second.proxies;
      return Entered{found->second.id, false};
    }
    if (views_.size() >= kMostViews) return absl::nullopt;
    const uint32_t id = ++last_id_;
    views_.emplace(view, State{id, 1});
    return Entered{id, true};
  }

  // One less does. The view's number, if it is to be closed.
  absl::optional<uint32_t> Leave(const View& view) {
    const auto found = views_.find(view);
    if (found == views_.end() || --found->second.proxies > 0 || views_.size() <= kMostKept) {
      return absl::nullopt;
    }
    const uint32_t id = found->second.id;
    views_.erase(found);
    return id;
  }

 private:
  struct State {
    uint32_t id = 0;
    size_t proxies = 0;
  };

  uint32_t last_id_ = 0;
  absl::flat_hash_map<View, State> views_;
};

}  // namespace fairlead
