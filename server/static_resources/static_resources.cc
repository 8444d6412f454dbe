#include "server/static_resources/static_resources.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/log.h"
#include "server/static_resources/limits.h"

namespace fairlead {
namespace {

bool IsEmpty(const Snapshot& snapshot) {
  return std::all_of(kTypes.begin(), kTypes.end(),
                     [&](Type type) { return snapshot.Of(type).empty(); });
}

size_t BytesOf(const Snapshot& snapshot) {
  size_t bytes = 0;
  for (const Type type : kTypes) {
    snapshot.Of(type).ForEach(
        [&](absl::string_view, const auto& resource) { bytes += resource->size(); });
  }
  return bytes;
}

size_t CountOf(const Snapshot& snapshot) {
  size_t count = 0;
  for (const Type type : kTypes) count += snapshot.Of(type).size();
  return count;
}

std::vector<ResourceChange> ChangesOf(const StaticPut& put, const Snapshot& before) {
  std::vector<ResourceChange> changes;
  std::set<ResourceReference> kept;
  std::set<Type> types;
  for (const StaticEntry& entry : put.entries) {
    const Resource& resource = *entry.resource;
    kept.insert({resource.type(), resource.name()});
    types.insert(resource.type());
    const Resource* const there = before.Find(resource.type(), resource.name());
    if (there != nullptr && there->version() == resource.version()) continue;
    changes.push_back({resource.type(), resource.name(), entry.resource});
  }
  if (!put.replace) return changes;
  for (const Type type : types) {
    before.Of(type).ForEach([&](absl::string_view name, const auto&) {
      if (kept.count({type, std::string(name)}) > 0) return;
      changes.push_back({type, std::string(name), nullptr});
    });
  }
  return changes;
}

std::vector<Type> TypesIn(const StaticPut& put) {
  std::set<Type> types;
  for (const StaticEntry& entry : put.entries) types.insert(entry.resource->type());
  return {types.begin(), types.end()};
}

}  // namespace

absl::StatusOr<StaticResources::Changed> StaticResources::Put(const StaticPut& put) {
  const std::shared_ptr<const Snapshot> before = Of(put.scope);
  const std::vector<ResourceChange> changes = ChangesOf(put, *before);
  const absl::Status room = CheckRoom(put.scope, *before, changes);
  if (!room.ok()) return room;
  std::shared_ptr<const Snapshot> after = before->With(changes);
  if (!put.version.empty()) after = after->WithGivenVersion(TypesIn(put), put.version);
  Set(put.scope, std::move(after));
  Changed changed;
  for (const ResourceChange& change : changes) {
    ++(change.after == nullptr ? changed.deleted : changed.changed);
  }
  return changed;
}

absl::StatusOr<StaticResources::Changed> StaticResources::Delete(const StaticDelete& request) {
  const std::shared_ptr<const Snapshot> before = Of(request.scope);
  std::set<std::string> names(request.names.begin(), request.names.end());
  std::vector<ResourceChange> changes;
  for (const std::string& name : names) {
    if (before->Find(request.type, name) == nullptr) {
      return absl::NotFoundError(
          absl::StrCat("the static resources of ", Quoted(request.scope.ToString()), " have no ",
                       ShortName(request.type), " resource '", Quoted(name),
                       "', so nothing is deleted; 'fairlead resources list' shows them"));
    }
    changes.push_back({request.type, name, nullptr});
  }
  Set(request.scope, before->With(changes));
  return Changed{0, static_cast<uint32_t>(changes.size())};
}

View StaticResources::PlaceOf(const std::string& node_id, bool group_given, View view) const {
  if (!scopes_.contains({StaticScope::Kind::kNode, node_id})) return view;
  // Without a group it is sent the same wherever it stands.
  if (!group_given) view = View();
  view.node = node_id;
  return view;
}

Overlay StaticResources::OverlayOf(const View& view, bool derived) const {
  Overlay overlay;
  auto& [node, group, all] = overlay.layers;
  if (!view.node.empty()) node = Of({StaticScope::Kind::kNode, view.node});
  if (!view.node.empty() && view.group.empty()) return overlay;
  group = Of({StaticScope::Kind::kGroup, view.group});
  if (derived || (IsEmpty(*node) && IsEmpty(*group))) all = Of({});
  return overlay;
}

std::shared_ptr<const Snapshot> StaticResources::Of(const StaticScope& scope) const {
  const auto found = scopes_.find(scope);
  return found == scopes_.end() ? Snapshot::Empty() : found->second;
}

std::vector<StaticResources::Listed> StaticResources::All() const {
  std::vector<Listed> all;
  for (const auto& [scope, snapshot] : scopes_) {
    for (const Type type : kTypes) {
      const std::string& given = snapshot->given_version(type);
      snapshot->Of(type).ForEach([&, &of_scope = scope](absl::string_view, const auto& resource) {
        all.push_back({of_scope, resource, given});
      });
    }
  }
  std::sort(all.begin(), all.end(), [](const Listed& a, const Listed& b) {
    const auto key = [](const Listed& of) {
      return std::make_tuple(of.scope, std::string(ShortName(of.resource->type())),
                             of.resource->name());
    };
    return key(a) < key(b);
  });
  return all;
}

absl::Status StaticResources::CheckRoom(const StaticScope& scope, const Snapshot& before,
                                        const std::vector<ResourceChange>& changes) const {
  const std::shared_ptr<const Snapshot> after = before.With(changes);
  if (!scopes_.contains(scope) && scopes_.size() >= kMostScopes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are static resources for ", kMostScopes,
                     " nodes and groups already; delete those of some, or put for a group"));
  }
  if (count_ - CountOf(before) + CountOf(*after) > kMostStaticResources) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "there would be more than ", kMostStaticResources, " static resources; delete some first"));
  }
  if (bytes_ - BytesOf(before) + BytesOf(*after) > kMostStaticBytes) {
    return absl::ResourceExhaustedError(absl::StrCat("the static resources would be more than ",
                                                     kMostStaticBytes >> 20,
                                                     " MiB; delete some first"));
  }
  return absl::OkStatus();
}

void StaticResources::Set(const StaticScope& scope, std::shared_ptr<const Snapshot> resources) {
  const std::shared_ptr<const Snapshot> before = Of(scope);
  count_ += CountOf(*resources) - CountOf(*before);
  bytes_ += BytesOf(*resources) - BytesOf(*before);
  if (IsEmpty(*resources)) {
    scopes_.erase(scope);
  } else {
    scopes_[scope] = std::move(resources);
  }
}

}  // namespace fairlead
