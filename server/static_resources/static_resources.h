#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/snapshot/overlay.h"
#include "server/snapshot/view.h"
#include "server/static_resources/put.h"
#include "server/static_resources/scope.h"

namespace fairlead {

// The resources that people gave, by scope. Belongs to the control strand; no I/O.
//
// Who is sent what: of one name the resource for the node wins over the one for its group, that
// over the one for all, and that over a derived one. A node with resources of its own that names no
// group is sent these alone; a group without derived routes that has some is sent these (and those
// of the node) alone.
class StaticResources {
 public:
  struct Changed {
    uint32_t changed = 0;  // new, or other than before
    uint32_t deleted = 0;
  };

  // RESOURCE_EXHAUSTED: too many resources, bytes or scopes; nothing is put.
  absl::StatusOr<Changed> Put(const StaticPut& put);
  // NOT_FOUND: the scope lacks one of the names; nothing is deleted.
  absl::StatusOr<Changed> Delete(const StaticDelete& request);

  // `view` of a proxy as it says itself where it stands; with its node id if that has resources of
  // its own. `group_given`: the group is what the proxy named, not the default.
  View PlaceOf(const std::string& node_id, bool group_given, View view) const;
  // What lies over a view. `derived`: whether it has derived routes.
  Overlay OverlayOf(const View& view, bool derived) const;

  // One scope's resources; none: empty.
  std::shared_ptr<const Snapshot> Of(const StaticScope& scope) const;

  struct Listed {
    StaticScope scope;
    std::shared_ptr<const Resource> resource;
    std::string given_version;
  };
  // Sorted by scope, type, name.
  std::vector<Listed> All() const;

 private:
  absl::Status CheckRoom(const StaticScope& scope, const Snapshot& before,
                         const std::vector<ResourceChange>& changes) const;
  void Set(const StaticScope& scope, std::shared_ptr<const Snapshot> resources);

  absl::btree_map<StaticScope, std::shared_ptr<const Snapshot>> scopes_;  // none without resources
  size_t count_ = 0;
  size_t bytes_ = 0;
};

}  // namespace fairlead
