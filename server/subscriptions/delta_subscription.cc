#include <utility>

#include "absl/container/flat_hash_set.h"
#include "server/subscriptions/subscription.h"

namespace fairlead {
namespace {

class DeltaSubscription final : public Subscription {
 public:
  DeltaSubscription(Type type, bool answer_first)
      : Subscription(type), answer_first_(answer_first) {}

  bool HasUpserts(const Snapshot& now) override {
    if (respond_) return true;
    absl::erase_if(pending_, [&](const auto& entry) {
      const Resource* const content = now.Find(type_, entry.first);
      return content == nullptr ? entry.second.had == nullptr && !entry.second.owed
                                : !MustSend(entry.second, content);
    });
    for (const auto& [name, pending] : pending_) {
      // That an owed name is missing is an answer, not a removal: it goes out at once (DE4).
      if (pending.owed || now.Find(type_, name) != nullptr) return true;
    }
    return false;
  }

  bool HasRemovals(const Snapshot& now) override {
    for (const auto& [name, pending] : pending_) {
      if (pending.had != nullptr && now.Find(type_, name) == nullptr) return true;
    }
    return !unknown_.empty();
  }

  Content TakeUpserts(const Snapshot& now) override {
    Content taken;
    size_t size = 0;
    absl::erase_if(pending_, [&](auto& entry) {
      auto& [name, pending] = entry;
      const Resource* const content = now.Find(type_, name);
      if (content == nullptr) {
        if (pending.owed) taken.removed.push_back(name);
        return pending.owed || pending.had == nullptr;
      }
      if (!MustSend(pending, content)) return true;
      if (size > kMostBytes) return false;
      size += content->size();
      unknown_.erase(name);
      taken.resources.push_back(content);
      taken.news.push_back(name);
      taken.has_additions |= pending.had == nullptr;
      return true;
    });
    respond_ = false;
    return taken;
  }

  Content TakeRemovals(const Snapshot& now) override {
    Content taken;
    absl::erase_if(pending_, [&](const auto& entry) {
      if (now.Find(type_, entry.first) != nullptr) return false;
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

  void UpdateInterest(const XdsRequest& request, bool first, const Snapshot& now) override {
    if (first) {
      if (request.names.empty() && IsFullState(type_)) StartWildcard(now);
      respond_ = answer_first_;
    }
    // Added before dropped: a client may change its mind in one message, and the later word is
    // unsubscribe.
    for (const std::string& name : request.names) Subscribe(name, now);
    for (const std::string& name : request.unsubscribe) Unsubscribe(name, now);
    if (first) SettleInitialVersions(request, now);
    respond_ |= first && wildcard_;
  }

 private:
  // So that one client does not hog a connection (DE14).
  static constexpr size_t kMostBytes = size_t{1} << 20;

  void Subscribe(const std::string& name, const Snapshot& now) {
    if (name == "*") {
      if (IsFullState(type_)) StartWildcard(now);
      return;
    }
    const bool had = Wants(name);
    names_.insert(name);
    // Always answered, even if the client had it: it may have forgotten it (DE3).
    if (had) {
      MakePending(name, now).owed = true;
    } else {
      pending_[name].owed = true;
    }
  }

  void Unsubscribe(const std::string& name, const Snapshot& now) {
    if (name == "*") {
      EndWildcard();
      return;
    }
    if (names_.erase(name) == 0) return;
    if (wildcard_) {
      // What the wildcard still covers has to be told from what it does not (DE10).
      MakePending(name, now).owed = true;
    } else {
      pending_.erase(name);
    }
  }

  // What the client says that it has already (DE5); keys that it is not subscribed to are ignored.
  void SettleInitialVersions(const XdsRequest& request, const Snapshot& now) {
    for (const auto& [name, version] : request.initial_versions) {
      if (!Wants(name)) continue;
      const Resource* const content = now.Find(type_, name);
      if (content == nullptr) {
        pending_.erase(name);
        unknown_.insert(name);
      } else if (content->version().ToString() == version) {
        pending_.erase(name);
      }
    }
  }

  const bool answer_first_;
  // Names that the client came with and that do not exist.
  absl::flat_hash_set<std::string> unknown_;
};

}  // namespace

std::unique_ptr<Subscription> MakeDeltaSubscription(Type type, bool answer_first) {
  return std::make_unique<DeltaSubscription>(type, answer_first);
}

}  // namespace fairlead
