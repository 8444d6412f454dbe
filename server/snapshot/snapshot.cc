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

std::string Snapshot::VersionText(Type type) const {
  const std::string& given = given_version(type);
  return given.empty() ? version(type).ToString() : given;
}

std::shared_ptr<const Snapshot> Snapshot::With(const std::vector<ResourceChange>& changes) const {
  auto next = std::make_shared<Snapshot>(*this);
  for (const ResourceChange& change : changes) {
    Map& map = next->maps_[static_cast<size_t>(change.type)];
    Version& version = next->versions_[static_cast<size_t>(change.type)];
    next->given_versions_[static_cast<size_t>(change.type)].clear();
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

std::shared_ptr<const Snapshot> Snapshot::WithGivenVersion(const std::vector<Type>& types,
                                                           const std::string& given) const {
  auto next = std::make_shared<Snapshot>(*this);
  for (const Type type : types) next->given_versions_[static_cast<size_t>(type)] = given;
  return next;
}

std::vector<ResourceChange> Difference(const Snapshot& before, const Snapshot& after) {
  std::vector<ResourceChange> changes;
  for (const Type type : kTypes) {
    Snapshot::Map::ForEachDifference(
        before.Of(type), after.Of(type),
        [&](absl::string_view name, const std::shared_ptr<const Resource>& was,
            const std::shared_ptr<const Resource>& is) {
          if (was != nullptr && is != nullptr && was->version() == is->version()) return;
          changes.push_back({type, std::string(name), is});
        });
  }
  return changes;
}

}  // namespace fairlead
