#include "server/subscriptions/subscription.h"

#include <algorithm>
#include <utility>

namespace fairlead {

void Subscription::OnRequest(const XdsRequest& request, const Snapshot& now, absl::Time time) {
  // The first message starts a subscription, whatever its nonce: that is of another stream (SW1).
  const bool first = std::exchange(first_, false);
  if (!first) OnAnswer(request, time);
  // Interest counts whatever the nonce and the error say (SW7, DE2).
  UpdateInterest(request, first, now);
}

void Subscription::OnAnswer(const XdsRequest& request, absl::Time time) {
  const auto answered = std::find_if(in_flight_.begin(), in_flight_.end(),
                                     [&](const InFlight& r) { return r.nonce == request.nonce; });
  if (answered == in_flight_.end()) return;  // stale, or only a change of interest
  const bool last = answered + 1 == in_flight_.end();
  if (OnlyLastNonceCounts() && !last) return;
  state_.last_round_trip = time - answered->sent;
  if (request.error.has_value()) {
    ++state_.nacks;
    state_.error = *request.error;
  } else {
    state_.acked_version = answered->version;
    if (last) state_.error.clear();
  }
  if (last) state_.answered = true;
  if (OnlyLastNonceCounts()) {
    in_flight_.clear();
  } else {
    in_flight_.erase(answered);
  }
}

void Subscription::OnChange(const std::string& name, const Snapshot& before) {
  if (Wants(name)) MakePending(name, before);
}

void Subscription::Owe(const std::string& name, const Snapshot& now) {
  if (!Wants(name)) return;
  MakePending(name, now).owed = true;
  urgent_ = true;
}

void Subscription::OnSent(const std::string& nonce, const std::string& version, absl::Time time) {
  urgent_ = false;
  in_flight_.push_back({nonce, version, time});
  ++state_.responses;
  state_.sent_version = version;
  state_.answered = false;
  state_.last_sent = time;
}

bool Subscription::MustSend(const Pending& pending, const Resource* content) const {
  return content != nullptr && (pending.owed || pending.had == nullptr ||
                                !(pending.had->version() == content->version()));
}

Subscription::Pending& Subscription::MakePending(const std::string& name, const Snapshot& has) {
  const auto [at, added] = pending_.try_emplace(name);
  if (added) {
    if (const Snapshot::Map::Pointer* had = has.Of(type_).Find(name)) at->second.had = *had;
  }
  return at->second;
}

void Subscription::StartWildcard(const Snapshot& now) {
  if (wildcard_) return;
  wildcard_ = true;
  now.Of(type_).ForEach([&](absl::string_view name, const Snapshot::Map::Pointer&) {
    if (!names_.contains(name)) pending_.try_emplace(std::string(name));
  });
}

void Subscription::EndWildcard() {
  wildcard_ = false;
  ForgetUnwanted();
}

void Subscription::ForgetUnwanted() {
  absl::erase_if(pending_, [&](const auto& entry) { return !Wants(entry.first); });
}

}  // namespace fairlead
