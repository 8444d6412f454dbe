#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/optional.h"
#include "server/snapshot/overlay.h"
#include "server/snapshot/snapshot.h"

namespace fairlead {

// A view's snapshot after a change, and what differs from the one before. `changes` is empty if
// only a version that people gave is another.
struct Publication {
  uint32_t view_id = 0;
  std::shared_ptr<const Snapshot> snapshot;
  std::shared_ptr<const std::vector<ResourceChange>> changes;
};

// A version that people gave for the types of what they put.
struct GivenVersion {
  std::vector<Type> types;
  std::string text;
};

// The current snapshot of each view: the derived resources, and the static ones over them. What
// does not differ from what is there is left out, so that a resync or a restart that changed no
// content publishes nothing. Belongs to the control strand.
//
// The version of a type in a view (Snapshot::VersionText) is the given one of a layer if that alone
// has resources of the type; else the one that Cover was told last, until the content changes.
class Snapshots {
 public:
  // Resources of one view.
  struct Own {
    uint32_t view_id = 0;
    const std::vector<ResourceChange>* changes = nullptr;
  };

  // Derived resources changed; `shared` is for every view with derived routes. What one change did
  // is one publication a view.
  std::vector<Publication> Apply(const std::vector<ResourceChange>& shared,
                                 const std::vector<Own>& own);

  // `derived`: whether the view has the shared resources.
  void OpenView(uint32_t view_id, bool derived, Overlay overlay = {});
  void CloseView(uint32_t view_id);

  // `overlay` takes the place of the one that the view had; `given` (no types: none) is the version
  // of what was put. Nothing: the view's proxies see no difference.
  absl::optional<Publication> Cover(uint32_t view_id, Overlay overlay, const GivenVersion& given);

  // The view must be open.
  const std::shared_ptr<const Snapshot>& Of(uint32_t view_id) const;
  // Without the overlay.
  const std::shared_ptr<const Snapshot>& DerivedOf(uint32_t view_id) const;
  // What every view with derived routes has.
  const std::shared_ptr<const Snapshot>& shared() const { return shared_; }

 private:
  struct ViewState {
    bool derived = false;
    Overlay overlay;
    std::shared_ptr<const Snapshot> base = Snapshot::Empty();      // what is derived
    std::shared_ptr<const Snapshot> snapshot = Snapshot::Empty();  // with the overlay
  };

  static Publication Change(uint32_t view_id, ViewState& view, std::vector<ResourceChange> changes);

  std::shared_ptr<const Snapshot> shared_ = Snapshot::Empty();
  absl::flat_hash_map<uint32_t, ViewState> views_;
};

}  // namespace fairlead
