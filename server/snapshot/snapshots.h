#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "server/snapshot/snapshot.h"

namespace fairlead {

// A view's snapshot after a change, and what differs from the one before.
struct Publication {
  uint32_t view_id = 0;
  std::shared_ptr<const Snapshot> snapshot;
  std::shared_ptr<const std::vector<ResourceChange>> changes;
};

// The current snapshot of each view. What does not differ from what is there is left out, so that a
// resync or a restart that changed no content publishes nothing. Belongs to the control strand.
class Snapshots {
 public:
  // Resources of one view.
  struct Own {
    uint32_t view_id = 0;
    const std::vector<ResourceChange>* changes = nullptr;
  };

  // `shared` is for every view with derived routes. What one change did is one publication a view.
  std::vector<Publication> Apply(const std::vector<ResourceChange>& shared,
                                 const std::vector<Own>& own);

  // `derived`: whether the view has the shared resources.
  void OpenView(uint32_t view_id, bool derived);
  void CloseView(uint32_t view_id);

  // The view must be open.
  const std::shared_ptr<const Snapshot>& Of(uint32_t view_id) const;

 private:
  struct ViewState {
    bool derived = false;
    std::shared_ptr<const Snapshot> snapshot = Snapshot::Empty();
  };

  std::shared_ptr<const Snapshot> shared_ = Snapshot::Empty();
  absl::flat_hash_map<uint32_t, ViewState> views_;
};

}  // namespace fairlead
