#include <utility>

#include "server/subscriptions/subscription.h"

namespace fairlead {
namespace {

class SotwSubscription final : public Subscription {
 public:
  SotwSubscription(Type type, StreamState& stream, ViewStreams& view, bool answer_first)
      : Subscription(type, stream, view), answer_first_(answer_first) {}

  Content TakeUpserts() override {
    respond_ = false;
    if (std::exchange(fresh_, false)) return TakeFresh();
    return IsFullState(type_) ? TakeWholeState() : TakeNews();
  }

  Content TakeRemovals() override {
    pending_.clear();
    respond_ = false;
    Content taken;
    taken.whole = Whole(Variant::kSotw);
    taken.is_whole = true;
    return taken;
  }

 protected:
  size_t MostInFlight() const override { return 1; }
  bool OnlyLastNonceCounts() const override { return true; }

  bool FindUpserts() override {
    if (respond_) return true;
    if (fresh_ && !AnyExists()) fresh_ = false;
    if (fresh_) return true;
    for (auto at = pending_.begin(); at != pending_.end();) {
      const auto entry = at++;
      const Resource* const content = Find(entry->first);
      if (MustSend(entry->second, content)) return true;
      // What is missing or as the client has it needs no word: it is pending anew when it changes.
      const bool gone = content == nullptr && entry->second.had != nullptr;
      if (!gone || !IsFullState(type_)) pending_.erase(entry);
    }
    return false;
  }

  bool FindRemovals() override {
    if (!IsFullState(type_)) return false;
    for (const auto& [name, pending] : pending_) {
      if (pending.had != nullptr && Find(name) == nullptr) return true;
    }
    return false;
  }

  bool UpdateInterest(const XdsRequest& request, bool first) override {
    // Nearly every ACK repeats the list: that is seen without a look at any name.
    const uint64_t digest = request.names.Digest();
    if (!first && digest == digest_) return false;
    digest_ = digest;

    bool grew = false;
    const bool asterisk = interest_.Replace(request.names, [&](absl::string_view name) {
      // A name that joins is owed (SW8).
      if (fresh_ || now().Find(type_, name) == nullptr) return;
      pending_[std::string(name)].owed = true;
      grew = true;
    });
    named_anything_ |= asterisk || interest_.size() > 0;
    const bool wildcard = IsFullState(type_) && (asterisk || !named_anything_);
    // A name that leaves is forgotten: its return is owed again (SW9).
    if (wildcard) {
      StartWildcard();
    } else {
      EndWildcard();
    }
    if (first && IsFullState(type_)) AnswerFirst(request);
    // A client whose ACKs always cross our responses would wait for ever (SW7).
    if (grew) urgent_ = true;
    return true;
  }

 private:
  // The first answer is due even if it is empty (SW3), but for a client that comes back with the
  // very content: then Clusters need not be sent again (SW14). Listeners are, so that the stream
  // has a response (ST9). A version that people gave proves nothing: they may give it again.
  void AnswerFirst(const XdsRequest& request) {
    came_with_content_ = !request.version_info.empty();
    const bool has_content =
        now().given_version(type_).empty() && now().version(type_).Is(request.version_info);
    if (type_ == Type::kCluster && !answer_first_ && interest_.wildcard() &&
        interest_.size() == 0 && has_content) {
      fresh_ = false;
    } else {
      respond_ = true;
    }
  }

  bool AnyExists() const {
    bool any = false;
    interest_.ForEach([&](absl::string_view name) { any = any || Find(name) != nullptr; });
    return any;
  }

  Content TakeFresh() {
    pending_.clear();
    Content taken;
    taken.whole = Whole(Variant::kSotw);
    taken.is_whole = true;
    taken.all_news = true;
    taken.has_additions = taken.whole->count > 0;
    return taken;
  }

  Content TakeNews() {
    Content taken;
    for (auto& [name, pending] : pending_) {
      const Resource* const content = Find(name);
      if (!MustSend(pending, content)) continue;
      taken.resources.push_back(content);
      taken.news.push_back(content);
      taken.had.push_back(std::move(pending.had));
    }
    pending_.clear();
    return taken;
  }

  // All that exist and what is gone but still has to be there until nothing refers to it (OR2).
  Content TakeWholeState() {
    Content taken;
    absl::flat_hash_map<std::string, Pending> gone;
    for (auto& [name, pending] : pending_) {
      const Resource* const content = Find(name);
      if (content == nullptr) {
        if (pending.had != nullptr) gone.emplace(name, std::move(pending));
      } else if (MustSend(pending, content)) {
        taken.news.push_back(content);
        taken.has_additions |= pending.had == nullptr;
        taken.had.push_back(std::move(pending.had));
      }
    }
    taken.is_whole = true;
    if (gone.empty()) {
      taken.whole = Whole(Variant::kSotw);
    } else {
      ForEachWanted([&](const Resource& resource) { taken.resources.push_back(&resource); });
      for (const auto& [name, pending] : gone) {
        taken.resources.push_back(pending.had.get());
        taken.kept.push_back(pending.had);
      }
    }
    pending_ = std::move(gone);
    return taken;
  }

  const bool answer_first_;
  uint64_t digest_ = 0;  // of the names of the last request
};

}  // namespace

std::unique_ptr<Subscription> MakeSotwSubscription(Type type, StreamState& stream,
                                                   ViewStreams& view, bool answer_first) {
  return std::make_unique<SotwSubscription>(type, stream, view, answer_first);
}

}  // namespace fairlead
