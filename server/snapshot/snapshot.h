#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/snapshot/persistent_map.h"
#include "server/snapshot/resource.h"
#include "server/snapshot/version.h"

namespace fairlead {

struct ResourceChange {
  Type type = Type::kCluster;
  std::string name;
  std::shared_ptr<const Resource> after;  // null: it is gone
};

// All resources as seen from one view. Immutable; shared by every stream of that view. A snapshot
// shares with the one that it was made from whatever did not change.
class Snapshot {
 public:
  using Map = PersistentMap<Resource>;

  // One without any resource.
  static const std::shared_ptr<const Snapshot>& Empty();

  // Null: there is none.
  const Resource* Find(Type type, absl::string_view name) const;
  const Map& Of(Type type) const { return maps_[static_cast<size_t>(type)]; }
  // Of the type's whole content. Equal content, equal version.
  const Version& version(Type type) const { return versions_[static_cast<size_t>(type)]; }
  // The version of the type as clients see it: the one that people gave with the content, or
  // version(type) in words.
  std::string VersionText(Type type) const;
  // The version that people gave for the type; empty: none, or the content is another since.
  const std::string& given_version(Type type) const {
    return given_versions_[static_cast<size_t>(type)];
  }

  // This snapshot after `changes`. Costs what the changes touch. A type that changes loses its
  // given version.
  std::shared_ptr<const Snapshot> With(const std::vector<ResourceChange>& changes) const;
  // The same content; these types' version is `given` from now on. Empty: the content's own.
  std::shared_ptr<const Snapshot> WithGivenVersion(const std::vector<Type>& types,
                                                   const std::string& given) const;

 private:
  std::array<Map, kTypes.size()> maps_;
  std::array<Version, kTypes.size()> versions_;
  std::array<std::string, kTypes.size()> given_versions_;
};

// What leads from `before` to `after`, by name within each type. What both share costs nothing.
std::vector<ResourceChange> Difference(const Snapshot& before, const Snapshot& after);

}  // namespace fairlead
