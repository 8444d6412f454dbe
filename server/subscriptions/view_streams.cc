#include "server/subscriptions/view_streams.h"

#include <utility>

#include "server/subscriptions/join_slices.h"
#include "server/subscriptions/subscription.h"
#include "server/subscriptions/withheld.h"

namespace fairlead {
namespace {

// Contents of one view that are kept for the next stream that asks for the same.
constexpr size_t kMostKept = 8;

}  // namespace

ViewStreams::ViewStreams(std::shared_ptr<const Snapshot> snapshot,
                         std::shared_ptr<KeptContents> kept)
    : snapshot_(std::move(snapshot)), kept_(std::move(kept)) {}

ViewStreams::~ViewStreams() { DropAllMade(); }

void ViewStreams::Leave() {
  if (--streams_ <= 1) DropAllMade();
}

void ViewStreams::DropMade(absl::FunctionRef<bool(const Key&, const Made&)> which) {
  absl::erase_if(made_, [&](const auto& entry) {
    if (!which(entry.first, entry.second)) return false;
    kept_->Drop(entry.second.content.lock().get());
    return true;
  });
}

void ViewStreams::DropAllMade() {
  DropMade([](const Key&, const Made&) { return true; });
}

void ViewStreams::Publish(std::shared_ptr<const Snapshot> next,
                          const std::vector<ResourceChange>& changes,
                          absl::FunctionRef<void(Subscription&)> touched) {
  for (const ResourceChange& change : changes) {
    const Resource* const before = snapshot_->Find(change.type, change.name);
    // Also what a wildcard covers no more, or from now on.
    const auto covered = [](const Resource* r) { return r != nullptr && !r->on_request_only(); };
    const bool for_wildcards = covered(before) || covered(change.after.get());
    index(change.type).ForEach(change.name, for_wildcards, [&](Subscription& subscription) {
      subscription.OnChange(change.name);
      touched(subscription);
    });
  }
  snapshot_ = std::move(next);
}

std::shared_ptr<const WholeContent> ViewStreams::Whole(Type type, Variant variant,
                                                       const Interest& interest,
                                                       const Withheld* withheld) {
  const uint64_t list = interest.ListId();
  const bool is_shared = streams_ > 1 && (list != 0 || interest.size() == 0);
  if (!is_shared || withheld != nullptr) return Make(type, variant, interest, withheld);
  const Key key(type, variant, interest.wildcard(), list);
  DropMade([&](const Key& made_key, const Made& made) {
    return made.content.expired() ||
           !(made.version == snapshot_->version(std::get<Type>(made_key)));
  });
  const auto found = made_.find(key);
  std::shared_ptr<const WholeContent> content =
      found != made_.end() ? found->second.content.lock() : Make(type, variant, interest, withheld);
  if (found == made_.end()) {
    if (made_.size() >= kMostKept) DropAllMade();
    made_[key] = {snapshot_->version(type), content};
  }
  kept_->Use(content);
  return content;
}

std::shared_ptr<const WholeContent> ViewStreams::Make(Type type, Variant variant,
                                                      const Interest& interest,
                                                      const Withheld* withheld) const {
  auto content = std::make_shared<WholeContent>();
  std::vector<grpc::Slice> pieces;
  const auto append = [&](const Resource& resource) {
    ++content->count;
    if (variant == Variant::kDelta) {
      resource.AppendDelta(pieces);
    } else {
      resource.AppendSotw(pieces);
    }
  };
  // Kept until its bytes are joined.
  std::vector<std::shared_ptr<const Resource>> in_place;
  const auto shown = [&](const Snapshot::Map::Pointer& resource) -> const Resource* {
    if (withheld == nullptr) return resource.get();
    in_place.push_back(withheld->InPlaceOf(resource));
    return in_place.back().get();
  };
  if (interest.wildcard()) {
    snapshot_->Of(type).ForEach([&](absl::string_view, const Snapshot::Map::Pointer& resource) {
      const Resource* const shown_resource = shown(resource);
      if (shown_resource != nullptr && !shown_resource->on_request_only()) append(*shown_resource);
    });
  }
  interest.ForEach([&](absl::string_view name) {
    const Snapshot::Map::Pointer* const found = snapshot_->Of(type).Find(name);
    const Resource* const resource = found == nullptr ? nullptr : shown(*found);
    if (resource == nullptr) {
      content->missing.emplace_back(name);
    } else if (!interest.wildcard() || resource->on_request_only()) {
      append(*resource);
    }
  });
  content->resources = JoinSlices(pieces);
  content->bytes = sizeof(WholeContent) + content->resources.size();
  for (const std::string& name : content->missing) content->bytes += sizeof(name) + name.size();
  return content;
}

}  // namespace fairlead
