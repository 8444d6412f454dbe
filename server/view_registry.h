#pragma once

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/types/optional.h"
#include "server/snapshot/view.h"

namespace fairlead {

// The views that proxies stand in, by number, and who stands there. Belongs to the control strand.
class ViewRegistry {
 public:
  // Views cost an assignment a pool each, and a proxy says for itself where it stands.
  static constexpr size_t kMostViews = 1'024;
  // Views without a proxy are kept up to this many, so that proxies that reconnect cost nothing.
  static constexpr size_t kMostKept = 64;

  struct Entered {
    uint32_t id = 0;
    bool is_new = false;
    // How the view's proxies are called now: "edge-1, edge-2", or with "and others" behind three.
    std::string proxies;
  };
  struct Left {
    uint32_t id = 0;
    bool is_closed = false;
    std::string proxies;  // empty: nobody is left
  };

  // One more proxy stands there. Nothing: there are too many views.
  absl::optional<Entered> Enter(const View& view, const std::string& node_id);
  // One less does. Nothing: it did not stand there.
  absl::optional<Left> Leave(const View& view, const std::string& node_id);

 private:
  struct State {
    uint32_t id = 0;
    absl::flat_hash_map<std::string, size_t> streams;  // by node id
  };

  static std::string NamesOf(const State& state);

  uint32_t last_id_ = 0;
  absl::flat_hash_map<View, State> views_;
};

}  // namespace fairlead
