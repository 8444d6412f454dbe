#include "server/snapshot/snapshots.h"

#include <algorithm>
#include <set>
#include <utility>

namespace fairlead {
namespace {

bool IsDifferent(const Snapshot& snapshot, const ResourceChange& change) {
  const Resource* const before = snapshot.Find(change.type, change.name);
  if (before == nullptr || change.after == nullptr) {
    return (before == nullptr) != (change.after == nullptr);
  }
  return !(before->version() == change.after->version());
}

void AppendDifferences(const Snapshot& snapshot, const std::vector<ResourceChange>& changes,
                       std::vector<ResourceChange>& differences) {
  for (const ResourceChange& change : changes) {
    if (IsDifferent(snapshot, change)) differences.push_back(change);
  }
}

// Each type that `changes` touch, once.
std::vector<Type> TypesOf(const std::vector<ResourceChange>& changes) {
  std::vector<Type> types;
  for (const Type type : kTypes) {
    if (std::any_of(changes.begin(), changes.end(),
                    [&](const ResourceChange& change) { return change.type == type; })) {
      types.push_back(type);
    }
  }
  return types;
}

std::set<std::pair<Type, std::string>> NamesThatDiffer(const Overlay& before,
                                                       const Overlay& after) {
  std::set<std::pair<Type, std::string>> names;
  for (size_t i = 0; i < after.layers.size(); ++i) {
    for (const ResourceChange& change : Difference(*before.layers[i], *after.layers[i])) {
      names.emplace(change.type, change.name);
    }
  }
  return names;
}

}  // namespace

std::vector<Publication> Snapshots::Apply(const std::vector<ResourceChange>& shared,
                                          const std::vector<Own>& own) {
  shared_ = shared_->With(shared);
  absl::flat_hash_map<uint32_t, std::vector<ResourceChange>> differences;
  if (!shared.empty()) {
    for (const auto& [view_id, view] : views_) {
      if (view.derived) AppendDifferences(*view.base, shared, differences[view_id]);
    }
  }
  for (const Own& of_view : own) {
    AppendDifferences(*DerivedOf(of_view.view_id), *of_view.changes, differences[of_view.view_id]);
  }
  std::vector<Publication> publications;
  for (auto& [view_id, changes] : differences) {
    if (changes.empty()) continue;
    ViewState& view = views_.find(view_id)->second;
    const bool is_bare = view.overlay.empty();
    view.base = view.base->With(changes);
    if (is_bare) {
      view.snapshot = view.base;
      publications.push_back(
          {view_id, view.snapshot,
           std::make_shared<const std::vector<ResourceChange>>(std::move(changes))});
      continue;
    }
    std::erase_if(changes, [&](const ResourceChange& change) {
      return view.overlay.Find(change.type, change.name) != nullptr;
    });
    if (!changes.empty()) publications.push_back(Change(view_id, view, std::move(changes)));
  }
  return publications;
}

Publication Snapshots::Change(uint32_t view_id, ViewState& view,
                              std::vector<ResourceChange> changes) {
  view.snapshot = view.snapshot->With(changes);
  for (const Type type : TypesOf(changes)) {
    const std::string given = SoleGivenVersion(*view.base, view.overlay, type);
    if (!given.empty()) view.snapshot = view.snapshot->WithGivenVersion({type}, given);
  }
  return {view_id, view.snapshot,
          std::make_shared<const std::vector<ResourceChange>>(std::move(changes))};
}

absl::optional<Publication> Snapshots::Cover(uint32_t view_id, Overlay overlay,
                                             const GivenVersion& given) {
  ViewState& view = views_.find(view_id)->second;
  std::vector<ResourceChange> changes;
  for (auto& [type, name] : NamesThatDiffer(view.overlay, overlay)) {
    std::shared_ptr<const Resource> after = overlay.Find(type, name);
    const Snapshot::Map::Pointer* const below = view.base->Of(type).Find(name);
    if (after == nullptr && below != nullptr) after = *below;
    ResourceChange change{type, name, std::move(after)};
    if (IsDifferent(*view.snapshot, change)) changes.push_back(std::move(change));
  }
  view.overlay = std::move(overlay);
  const bool is_named_anew = std::any_of(given.types.begin(), given.types.end(), [&](Type type) {
    return view.snapshot->given_version(type) != given.text;
  });
  if (changes.empty() && !is_named_anew) return absl::nullopt;
  Publication publication = Change(view_id, view, std::move(changes));
  if (!given.types.empty()) {
    view.snapshot = view.snapshot->WithGivenVersion(given.types, given.text);
    publication.snapshot = view.snapshot;
  }
  return publication;
}

void Snapshots::OpenView(uint32_t view_id, bool derived, Overlay overlay) {
  ViewState& view = views_[view_id];
  view.derived = derived;
  if (derived) view.base = shared_;
  view.snapshot = Overlaid(view.base, overlay);
  view.overlay = std::move(overlay);
}

void Snapshots::CloseView(uint32_t view_id) { views_.erase(view_id); }

const std::shared_ptr<const Snapshot>& Snapshots::Of(uint32_t view_id) const {
  return views_.find(view_id)->second.snapshot;
}

const std::shared_ptr<const Snapshot>& Snapshots::DerivedOf(uint32_t view_id) const {
  return views_.find(view_id)->second.base;
}

}  // namespace fairlead
