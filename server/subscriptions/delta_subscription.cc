#include <utility>

#include "absl/container/flat_hash_set.h"
#include "server/subscriptions/subscription.h"

namespace fairlead {
namespace {

class DeltaSubscription final : public Subscription {
 public:
  DeltaSubscription(Type type, StreamState& stream, ViewStreams& view, bool answer_first)
      : Subscription(type, stream, view), answer_first_(answer_first) {}

  size_t kept_names() const override { return subscribed() + unknown_.size() + dropped_.size(); }

  Content TakeUpserts() override {
    respond_ = false;
    if (fresh_) {
      std::shared_ptr<const WholeContent> whole = Whole(Variant::kDelta);
      if (whole->resources.size() <= kMostBytes) return TakeFresh(std::move(whole));
      ExpandFresh();
    }
    return TakeSome();
  }

  Content TakeRemovals() override {
    Content taken;
    absl::erase_if(pending_, [&](const auto& entry) {
      if (Find(entry.first) != nullptr) return false;
      taken.removed.push_back(entry.first);
      return true;
    });
    for (const std::string& name : unknown_) taken.removed.push_back(name);
    unknown_.clear();
    return taken;
  }

 protected:
  // Several may be in flight, in order (DE14).
  size_t MostInFlight() const override { return 4; }
  bool OnlyLastNonceCounts() const override { return false; }

  bool FindUpserts() override {
    if (respond_) return true;
    // Whatever was named is answered, if only by that it is missing.
    if (fresh_ && interest_.size() > 0) return true;
    fresh_ = false;
    for (auto at = pending_.begin(); at != pending_.end();) {
      const auto entry = at++;
      const Pending& pending = entry->second;
      const Resource* const content = Find(entry->first);
      // That an owed name is missing is an answer, not a removal: it goes out at once (DE4).
      if (pending.owed || MustSend(pending, content)) return true;
      const bool gone = content == nullptr && pending.had != nullptr;
      if (!gone) pending_.erase(entry);
    }
    return false;
  }

  bool FindRemovals() override {
    if (!unknown_.empty()) return true;
    for (const auto& [name, pending] : pending_) {
      if (pending.had != nullptr && Find(name) == nullptr) return true;
    }
    return false;
  }

  bool UpdateInterest(const XdsRequest& request, bool first) override {
    if (!first && request.names.empty() && request.unsubscribe.empty()) return false;
    if (first) {
      if (request.names.empty() && IsFullState(type_)) StartWildcard();
      respond_ = answer_first_;
    }
    // Added before dropped: a client may change its mind in one message, and the later word is
    // unsubscribe.
    if (first) {
      const bool asterisk = interest_.Replace(request.names, [](absl::string_view) {});
      if (asterisk && IsFullState(type_)) StartWildcard();
    } else {
      request.names.ForEach([&](absl::string_view name) { Subscribe(name); });
    }
    request.unsubscribe.ForEach([&](absl::string_view name) { Unsubscribe(name); });
    interest_.Share();
    if (first && !request.initial_versions.empty()) SettleInitialVersions(request);
    respond_ |= first && interest_.wildcard();
    return true;
  }

 private:
  // So that one client does not hog a connection (DE14).
  static constexpr size_t kMostBytes = size_t{1} << 20;

  void Subscribe(absl::string_view name) {
    if (name == "*") {
      if (IsFullState(type_)) StartWildcard();
      return;
    }
    const bool had = Wants(name, Find(name));
    interest_.Insert(name);
    if (fresh_) return;
    // Always answered, even if the client had it: it may have forgotten it (DE3).
    if (had) {
      MakePending(name).owed = true;
    } else {
      pending_[std::string(name)].owed = true;
    }
  }

  void Unsubscribe(absl::string_view name) {
    if (name == "*") {
      EndWildcard();
      dropped_.clear();
      return;
    }
    if (interest_.wildcard()) ExpandFresh();
    if (!interest_.Erase(name)) return;
    if (interest_.wildcard()) {
      // What the wildcard still covers has to be told from what it does not (DE10).
      MakePending(name).owed = true;
      if (Find(name) == nullptr) dropped_.insert(std::string(name));
    } else {
      pending_.erase(name);
    }
  }

  // What is pending because nothing was sent yet, name by name.
  void ExpandFresh() {
    if (!std::exchange(fresh_, false)) return;
    ForEachWanted([&](const Resource& resource) { pending_.try_emplace(resource.name()); });
    interest_.ForEach([&](absl::string_view name) { pending_[std::string(name)].owed = true; });
  }

  // What the client says that it has already (DE5); keys that it is not subscribed to are ignored.
  void SettleInitialVersions(const XdsRequest& request) {
    if (HasAll(request)) {
      fresh_ = false;
      return;
    }
    ExpandFresh();
    for (const auto& [name, version] : request.initial_versions) {
      const Resource* const content = Find(name);
      if (!interest_.Wants(name)) continue;
      if (content == nullptr) {
        pending_.erase(name);
        unknown_.insert(std::string(name));
      } else if (content->version().Is(version)) {
        pending_.erase(name);
      } else {
        pending_.try_emplace(name);  // the last word counts of a name that comes twice
      }
    }
  }

  // Whether the client came with everything that it wants, as it is: the usual case, for which
  // nothing is kept.
  bool HasAll(const XdsRequest& request) const {
    size_t wanted = 0;
    ForEachWanted([&](const Resource&) { ++wanted; });
    if (request.initial_versions.size() != wanted) return false;
    size_t missing = 0;
    interest_.ForEach([&](absl::string_view name) { missing += Find(name) == nullptr; });
    if (missing > 0) return false;
    // A name may come twice, in place of another.
    absl::flat_hash_set<const Resource*> had;
    for (const auto& [name, version] : request.initial_versions) {
      const Resource* const content = Find(name);
      if (content == nullptr || !Wants(name, content) || !content->version().Is(version) ||
          !had.insert(content).second) {
        return false;
      }
    }
    return true;
  }

  Content TakeFresh(std::shared_ptr<const WholeContent> whole) {
    fresh_ = false;
    pending_.clear();
    dropped_.clear();
    Content taken;
    taken.removed = whole->missing;
    taken.whole = std::move(whole);
    taken.is_whole = true;
    taken.all_news = true;
    taken.has_additions = taken.whole->count > 0;
    return taken;
  }

  Content TakeSome() {
    dropped_.clear();  // that they are missing goes out with whatever fits
    Content taken;
    size_t size = 0;
    absl::erase_if(pending_, [&](auto& entry) {
      auto& [name, pending] = entry;
      const Resource* const content = Find(name);
      if (content == nullptr) {
        if (pending.owed) taken.removed.push_back(name);
        return pending.owed || pending.had == nullptr;
      }
      if (!MustSend(pending, content)) return true;
      if (size > kMostBytes) return false;
      size += content->size();
      unknown_.erase(name);
      taken.resources.push_back(content);
      taken.news.push_back(content);
      taken.has_additions |= pending.had == nullptr;
      taken.had.push_back(std::move(pending.had));
      return true;
    });
    return taken;
  }

  const bool answer_first_;
  // Names that the client came with and that do not exist.
  absl::flat_hash_set<std::string> unknown_;
  // Names that the client gave up beside its wildcard, that do not exist, and that it has not been
  // told of yet (DE10).
  absl::flat_hash_set<std::string> dropped_;
};

}  // namespace

std::unique_ptr<Subscription> MakeDeltaSubscription(Type type, StreamState& stream,
                                                    ViewStreams& view, bool answer_first) {
  return std::make_unique<DeltaSubscription>(type, stream, view, answer_first);
}

}  // namespace fairlead
