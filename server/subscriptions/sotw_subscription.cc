#include <utility>

#include "server/subscriptions/subscription.h"

namespace fairlead {
namespace {

class SotwSubscription final : public Subscription {
 public:
  using Subscription::Subscription;

  bool HasUpserts(const Snapshot& now) override {
    if (respond_) return true;
    DropSettled(now);
    for (const auto& [name, pending] : pending_) {
      if (MustSend(pending, now.Find(type_, name))) return true;
    }
    return false;
  }

  bool HasRemovals(const Snapshot& now) override {
    if (!IsFullState(type_)) return false;
    for (const auto& [name, pending] : pending_) {
      if (pending.had != nullptr && now.Find(type_, name) == nullptr) return true;
    }
    return false;
  }

  Content TakeUpserts(const Snapshot& now) override {
    return IsFullState(type_) ? TakeWholeState(now, /*with_removed=*/true) : TakeNews(now);
  }

  Content TakeRemovals(const Snapshot& now) override {
    return TakeWholeState(now, /*with_removed=*/false);
  }

 protected:
  size_t MostInFlight() const override { return 1; }
  bool OnlyLastNonceCounts() const override { return true; }

  void UpdateInterest(const XdsRequest& request, bool first, const Snapshot& now) override {
    absl::flat_hash_set<std::string> names(request.names.begin(), request.names.end());
    const bool asterisk = names.erase("*") > 0;
    named_anything_ |= asterisk || !names.empty();
    const bool wildcard = IsFullState(type_) && (asterisk || !named_anything_);

    // A name that leaves is forgotten: its return is owed again (SW9).
    names.swap(names_);
    if (wildcard && !wildcard_) {
      StartWildcard(now);
    } else if (!wildcard) {
      EndWildcard();
    }
    const bool grew = OweNewNames(/*before=*/names, now);
    if (first && IsFullState(type_)) AnswerFirst(request, now);
    // A client whose ACKs always cross our responses would wait for ever (SW7).
    if (grew) urgent_ = true;
  }

 private:
  // Names that were not in `before` are owed (SW8). Whether there is one that exists.
  bool OweNewNames(const absl::flat_hash_set<std::string>& before, const Snapshot& now) {
    bool grew = false;
    for (const std::string& name : names_) {
      if (before.contains(name) || now.Find(type_, name) == nullptr) continue;
      pending_[name].owed = true;
      grew = true;
    }
    return grew;
  }

  // The first answer is due even if it is empty (SW3), but for a client that comes back with the
  // very content: then Clusters need not be sent again (SW14). Listeners are, so that the stream
  // has a response (ST9).
  void AnswerFirst(const XdsRequest& request, const Snapshot& now) {
    if (type_ == Type::kCluster && wildcard_ && names_.empty() &&
        request.version_info == now.version(type_).ToString()) {
      pending_.clear();
    } else {
      respond_ = true;
    }
  }

  // What is missing or as the client has it needs no word: it is pending anew when it changes.
  void DropSettled(const Snapshot& now) {
    absl::erase_if(pending_, [&](const auto& entry) {
      const Resource* const content = now.Find(type_, entry.first);
      if (content == nullptr) return !IsFullState(type_) || entry.second.had == nullptr;
      return !MustSend(entry.second, content);
    });
  }

  Content TakeNews(const Snapshot& now) {
    Content taken;
    for (const auto& [name, pending] : pending_) {
      const Resource* const content = now.Find(type_, name);
      if (MustSend(pending, content)) taken.resources.push_back(content);
    }
    pending_.clear();
    respond_ = false;
    return taken;
  }

  // All that exist and, with `with_removed`, what is gone but still has to be there until nothing
  // refers to it (OR2).
  Content TakeWholeState(const Snapshot& now, bool with_removed) {
    Content taken;
    absl::flat_hash_map<std::string, Pending> gone;
    for (auto& [name, pending] : pending_) {
      const Resource* const content = now.Find(type_, name);
      if (content == nullptr) {
        if (with_removed && pending.had != nullptr) gone.emplace(name, pending);
      } else if (MustSend(pending, content)) {
        taken.news.push_back(name);
        taken.has_additions |= pending.had == nullptr;
      }
    }
    if (wildcard_) {
      now.Of(type_).ForEach([&](absl::string_view, const Snapshot::Map::Pointer& resource) {
        taken.resources.push_back(resource.get());
      });
    } else {
      for (const std::string& name : names_) {
        if (const Resource* const content = now.Find(type_, name))
          taken.resources.push_back(content);
      }
    }
    for (const auto& [name, pending] : gone) {
      taken.resources.push_back(pending.had.get());
      taken.kept.push_back(pending.had);
    }
    pending_ = std::move(gone);
    respond_ = false;
    return taken;
  }
};

}  // namespace

std::unique_ptr<Subscription> MakeSotwSubscription(Type type) {
  return std::make_unique<SotwSubscription>(type);
}

}  // namespace fairlead
