#include "server/snapshot/snapshot.h"

namespace fairlead {

const std::shared_ptr<const Snapshot>& Snapshot::Empty() {
  static const auto& empty = *new std::shared_ptr<const Snapshot>(new Snapshot);
  return empty;
}

const Resource* Snapshot::Find(Type type, absl::string_view name) const {
  const Map::Pointer* found = Of(type).Find(name);
  return found == nullptr ? nullptr : found->get();
}

std::shared_ptr<const Snapshot> Snapshot::With(const std::vector<ResourceChange>& changes) const {
  auto next = std::make_shared<Snapshot>(*this);
  for (const ResourceChange& change : changes) {
    Map& map = next->maps_[static_cast<size_t>(change.type)];
    Version& version = next->versions_[static_cast<size_t>(change.type)];
    if (const Map::Pointer* before = map.Find(change.name)) version -= (*before)->version();
    if (change.after != nullptr) {
      version += change.after->version();
      map = map.With(change.name, change.after);
    } else {
      map = map.Without(change.name);
    }
  }
  return next;
}

}  // namespace fairlead
