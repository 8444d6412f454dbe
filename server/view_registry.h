#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/base/token_bucket.h"
#include "server/snapshot/view.h"

namespace fairlead {

// The views that proxies stand in, by number, and who stands there. Belongs to the control strand.
class ViewRegistry {
 public:
  // Views with derived routes cost an assignment a pool each, and a proxy says for itself where it
  // stands.
  static constexpr size_t kMostViews = 1'024;
  // As many new ones at once, so that a fleet may come back, and in the long run this many a
  // second: a client may open and close one view after the other.
  static constexpr size_t kMostNewPerSecond = 20;
  // Others have static resources alone.
  static constexpr size_t kMostStaticViews = 8'192;
  // Views without a proxy are kept up to this many; where there are too many views, new ones take
  // their place.
  static constexpr size_t kMostKept = 64;
  // That a proxy is gone has no effect before this, so that one that comes and goes costs nothing:
  // new words for who stands in a view cost a look at all that may be out of its reach, and a new
  // view an assignment a pool.
  static constexpr absl::Duration kLinger = absl::Seconds(10);

  struct Entered {
    uint32_t id = 0;
    bool is_new = false;
    // The view that had to go for it, which nobody stood in; 0: none.
    uint32_t closed_id = 0;
    // How the view's proxies are called now, if that is news: "edge-1, edge-2", or with "and
    // others" behind three.
    absl::optional<std::string> proxies;
  };
  // A view that somebody left, a while ago.
  struct Settled {
    uint32_t id = 0;
    bool is_closed = false;  // for good; nobody stands there
    std::string proxies;     // how they are called now; empty: nobody is left
  };

  // One more proxy stands there. `derived`: the view has derived routes; always the same of a view.
  // `now`: monotonic. Nothing: there are too many views of its kind, or new ones come too quickly.
  absl::optional<Entered> Enter(const View& view, bool derived, const std::string& node_id,
                                absl::Duration now);
  // One less does, which Settle says later. Nothing if it did not stand there.
  void Leave(const View& view, const std::string& node_id, absl::Duration now);
  // What the proxies that left kLinger ago, and did not come back, have changed. To be called every
  // now and then.
  std::vector<Settled> Settle(absl::Duration now);

 private:
  struct State {
    uint32_t id = 0;
    bool derived = false;
    absl::btree_map<std::string, size_t> streams;  // by node id
    std::string told;                              // how its proxies were called last
  };
  struct Loss {
    View view;
    absl::Duration at;
  };

  using Views = absl::flat_hash_map<View, State>;

  // A view of that kind in which nobody stands, or the end.
  Views::iterator FindEmpty(bool derived);
  void Close(Views::iterator view);
  // Of the first few alone, and without the number of the others: each new text is told to whoever
  // shows it, so that each stream of a big view would cost all that there is to show.
  static std::string NamesOf(const State& state);

  uint32_t last_id_ = 0;
  size_t derived_ = 0;  // of the views
  TokenBucket new_derived_{kMostViews, kMostNewPerSecond};
  Views views_;
  // Views whose proxies are called something else than was told since somebody left, by number.
  std::map<uint32_t, Loss> losses_;
};

}  // namespace fairlead
