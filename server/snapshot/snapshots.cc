#include "server/snapshot/snapshots.h"

#include <utility>

namespace fairlead {
namespace {

void AppendDifferences(const Snapshot& snapshot, const std::vector<ResourceChange>& changes,
                       std::vector<ResourceChange>& differences) {
  for (const ResourceChange& change : changes) {
    const Resource* const before = snapshot.Find(change.type, change.name);
    const bool same = before == nullptr || change.after == nullptr
                          ? (before == nullptr) == (change.after == nullptr)
                          : before->version() == change.after->version();
    if (!same) differences.push_back(change);
  }
}

}  // namespace

std::vector<Publication> Snapshots::Apply(const std::vector<ResourceChange>& shared,
                                          const std::vector<Own>& own) {
  shared_ = shared_->With(shared);
  absl::flat_hash_map<uint32_t, std::vector<ResourceChange>> differences;
  if (!shared.empty()) {
    for (const auto& [view_id, view] : views_) {
      if (view.derived) AppendDifferences(*view.snapshot, shared, differences[view_id]);
    }
  }
  for (const Own& of_view : own) {
    AppendDifferences(*Of(of_view.view_id), *of_view.changes, differences[of_view.view_id]);
  }
  std::vector<Publication> publications;
  for (auto& [view_id, changes] : differences) {
    if (changes.empty()) continue;
    ViewState& view = views_.find(view_id)->second;
    view.snapshot = view.snapshot->With(changes);
    publications.push_back(
        {view_id, view.snapshot,
         std::make_shared<const std::vector<ResourceChange>>(std::move(changes))});
  }
  return publications;
}

void Snapshots::OpenView(uint32_t view_id, bool derived) {
  ViewState& view = views_[view_id];
  view.derived = derived;
  if (derived) view.snapshot = shared_;
}

void Snapshots::CloseView(uint32_t view_id) { views_.erase(view_id); }

const std::shared_ptr<const Snapshot>& Snapshots::Of(uint32_t view_id) const {
  return views_.find(view_id)->second.snapshot;
}

}  // namespace fairlead
