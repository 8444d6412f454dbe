#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
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
  // What one call did to a scope.
  struct Changed {
    StaticScope scope;
    std::shared_ptr<const Snapshot> before;  // none is null
    std::shared_ptr<const Snapshot> after;
    uint32_t changed = 0;  // resources that are new, or other than before
    uint32_t deleted = 0;
    // A node has resources of its own now and had none, or the other way: PlaceOf is another.
    bool moves_node = false;
  };

  // RESOURCE_EXHAUSTED: too many resources, bytes, references or scopes; nothing is put.
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

  // What the resources of a scope refer to, by resource; sorted.
  struct Reference {
    ResourceReference from;
    ResourceReference to;
  };
  std::vector<Reference> ReferencesOf(const StaticScope& scope) const;
  // Scopes with a resource that refers to `to`; sorted.
  std::vector<StaticScope> ReferrersOf(const ResourceReference& to) const;
  // Scopes that refer to anything; sorted.
  std::vector<StaticScope> Referrers() const;

  struct Listed {
    StaticScope scope;
    std::shared_ptr<const Resource> resource;
    std::string given_version;

    // By scope, type ("CDS", "EDS", ...), name.
    friend bool operator<(const Listed& a, const Listed& b);
  };
  // Those of `scope`, or of all scopes if there is none; in no order.
  std::vector<Listed> All(const absl::optional<StaticScope>& scope = absl::nullopt) const;

 private:
  // Of what all scopes have.
  struct Size {
    size_t count = 0;
    size_t bytes = 0;
  };
  // By resource; none without references.
  using References = absl::btree_map<ResourceReference, std::vector<ResourceReference>>;

  Size SizeAfter(const Snapshot& before, const std::vector<ResourceChange>& changes) const;
  Changed Change(const StaticScope& scope, std::shared_ptr<const Snapshot> before,
                 std::shared_ptr<const Snapshot> after, const std::vector<ResourceChange>& changes);
  absl::Status CheckRoom(const StaticScope& scope, const Size& size) const;
  absl::Status CheckReferences(const StaticPut& put) const;
  void SetReferences(const StaticScope& scope, const ResourceReference& from,
                     const std::vector<ResourceReference>& to);

  absl::btree_map<StaticScope, std::shared_ptr<const Snapshot>> scopes_;  // none without resources
  absl::btree_map<StaticScope, References> references_;                   // none without references
  // The other way round: how many resources of a scope refer to a name.
  absl::flat_hash_map<ResourceReference, absl::btree_map<StaticScope, size_t>> referrers_;
  size_t reference_count_ = 0;
  Size size_;
};

}  // namespace fairlead
