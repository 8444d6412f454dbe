#include "server/static_resources/static_resources.h"

#include <algorithm>
#include <set>
#include <tuple>
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

ResourceReference NameOf(const Resource& resource) { return {resource.type(), resource.name()}; }

std::vector<Type> TypesIn(const StaticPut& put) {
  std::set<Type> types;
  for (const StaticEntry& entry : put.entries) types.insert(entry.resource->type());
  return {types.begin(), types.end()};
}

}  // namespace

absl::StatusOr<StaticResources::Changed> StaticResources::Put(const StaticPut& put) {
  const std::shared_ptr<const Snapshot> before = Of(put.scope);
  const std::vector<ResourceChange> changes = ChangesOf(put, *before);
  const Size size = SizeAfter(*before, changes);
  absl::Status room = CheckRoom(put.scope, size);
  if (room.ok()) room = CheckReferences(put);
  if (!room.ok()) return room;
  std::shared_ptr<const Snapshot> after = before->With(changes);
  if (!put.version.empty()) after = after->WithGivenVersion(TypesIn(put), put.version);
  for (const StaticEntry& entry : put.entries) {
    SetReferences(put.scope, NameOf(*entry.resource), entry.references);
  }
  return Change(put.scope, before, std::move(after), changes);
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
  std::shared_ptr<const Snapshot> after = before->With(changes);
  return Change(request.scope, before, before->With(changes), changes);
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

bool operator<(const StaticResources::Listed& a, const StaticResources::Listed& b) {
  const auto key = [](const StaticResources::Listed& of) {
    return std::tuple<const StaticScope&, absl::string_view, const std::string&>(
        of.scope, ShortName(of.resource->type()), of.resource->name());
  };
  return key(a) < key(b);
}

std::vector<StaticResources::Listed> StaticResources::All(
    const absl::optional<StaticScope>& scope) const {
  std::vector<Listed> all;
  const auto add = [&all](const StaticScope& of_scope, const Snapshot& snapshot) {
    for (const Type type : kTypes) {
      const std::string& given = snapshot.given_version(type);
      snapshot.Of(type).ForEach([&](absl::string_view, const auto& resource) {
        all.push_back({of_scope, resource, given});
      });
    }
  };
  if (scope.has_value()) {
    add(*scope, *Of(*scope));
  } else {
    for (const auto& [of_scope, snapshot] : scopes_) add(of_scope, *snapshot);
  }
  return all;
}

StaticResources::Size StaticResources::SizeAfter(const Snapshot& before,
                                                 const std::vector<ResourceChange>& changes) const {
  Size size = size_;
  for (const ResourceChange& change : changes) {
    if (const Resource* const was = before.Find(change.type, change.name)) {
      --size.count;
      size.bytes -= was->size();
    }
    if (change.after != nullptr) {
      ++size.count;
      size.bytes += change.after->size();
    }
  }
  return size;
}

absl::Status StaticResources::CheckRoom(const StaticScope& scope, const Size& size) const {
  if (!scopes_.contains(scope) && scopes_.size() >= kMostScopes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are static resources for ", kMostScopes,
                     " nodes and groups already; delete those of some, or put for a group"));
  }
  if (size.count > kMostStaticResources) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "there would be more than ", kMostStaticResources, " static resources; delete some first"));
  }
  if (size.bytes > kMostStaticBytes) {
    return absl::ResourceExhaustedError(absl::StrCat("the static resources would be more than ",
                                                     kMostStaticBytes >> 20,
                                                     " MiB; delete some first"));
  }
  return absl::OkStatus();
}

absl::Status StaticResources::CheckReferences(const StaticPut& put) const {
  size_t count = reference_count_;
  for (const StaticEntry& entry : put.entries) count += entry.references.size();
  // What the put takes the place of is not counted twice.
  if (const auto scope = references_.find(put.scope); scope != references_.end()) {
    for (const StaticEntry& entry : put.entries) {
      const auto before = scope->second.find(NameOf(*entry.resource));
      if (before != scope->second.end()) count -= before->second.size();
    }
  }
  if (count <= kMostStaticReferences) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("the static resources would refer to others more than ", kMostStaticReferences,
                   " times; delete some first"));
}

void StaticResources::SetReferences(const StaticScope& scope, const ResourceReference& from,
                                    const std::vector<ResourceReference>& to) {
  std::vector<ResourceReference>& kept = references_[scope][from];
  for (const ResourceReference& was : kept) {
    const auto referrers = referrers_.find(was);
    const auto count = referrers->second.find(scope);
    if (--count->second == 0) referrers->second.erase(count);
    if (referrers->second.empty()) referrers_.erase(referrers);
  }
  for (const ResourceReference& is : to) ++referrers_[is][scope];
  reference_count_ += to.size();
  reference_count_ -= kept.size();
  kept = to;
  if (!kept.empty()) return;
  references_[scope].erase(from);
  if (references_[scope].empty()) references_.erase(scope);
}

std::vector<StaticResources::Reference> StaticResources::ReferencesOf(
    const StaticScope& scope) const {
  std::vector<Reference> references;
  const auto found = references_.find(scope);
  if (found == references_.end()) return references;
  for (const auto& [from, all] : found->second) {
    for (const ResourceReference& to : all) references.push_back({from, to});
  }
  return references;
}

std::vector<StaticScope> StaticResources::ReferrersOf(const ResourceReference& to) const {
  std::vector<StaticScope> scopes;
  const auto found = referrers_.find(to);
  if (found == referrers_.end()) return scopes;
  for (const auto& [scope, count] : found->second) scopes.push_back(scope);
  return scopes;
}

std::vector<StaticScope> StaticResources::Referrers() const {
  std::vector<StaticScope> scopes;
  for (const auto& [scope, references] : references_) scopes.push_back(scope);
  return scopes;
}

StaticResources::Changed StaticResources::Change(const StaticScope& scope,
                                                 std::shared_ptr<const Snapshot> before,
                                                 std::shared_ptr<const Snapshot> after,
                                                 const std::vector<ResourceChange>& changes) {
  Changed changed;
  for (const ResourceChange& change : changes) {
    ++(change.after == nullptr ? changed.deleted : changed.changed);
    if (change.after == nullptr) SetReferences(scope, {change.type, change.name}, {});
  }
  size_ = SizeAfter(*before, changes);
  if (IsEmpty(*after)) {
    scopes_.erase(scope);
  } else {
    scopes_[scope] = after;
  }
  changed.moves_node =
      scope.kind == StaticScope::Kind::kNode && IsEmpty(*before) != IsEmpty(*after);
  changed.scope = scope;
  changed.before = std::move(before);
  changed.after = std::move(after);
  return changed;
}

}  // namespace fairlead
