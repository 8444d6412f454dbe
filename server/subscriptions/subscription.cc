#include "server/subscriptions/subscription.h"

#include <algorithm>
#include <utility>

namespace fairlead {

Subscription::Subscription(Type type, StreamState& stream, ViewStreams& view)
    : type_(type), interest_(*this, view.index(type)), stream_(stream), view_(&view) {}

void Subscription::OnRequest(const XdsRequest& request, absl::Time time) {
  // The first message starts a subscription, whatever its nonce: that is of another stream (SW1).
  const bool first = std::exchange(first_, false);
  ++state_.requests;
  if (!first) OnAnswer(request, time);
  // Interest counts whatever the nonce and the error say (SW7, DE2).
  if (UpdateInterest(request, first)) Touch();
}

void Subscription::Touch() {
  has_upserts_.reset();
  has_removals_.reset();
}

bool Subscription::HasUpserts() {
  if (!has_upserts_.has_value()) has_upserts_ = FindUpserts();
  return *has_upserts_;
}

bool Subscription::HasRemovals() {
  if (!has_removals_.has_value()) has_removals_ = FindRemovals();
  return *has_removals_;
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
    refused_ = *answered;
  } else {
    state_.acked_version = answered->version;
    if (last) {
      state_.error.clear();
      refused_.reset();
    }
  }
  if (last) state_.answered = true;
  if (OnlyLastNonceCounts()) {
    in_flight_.clear();
  } else {
    in_flight_.erase(answered);
  }
}

void Subscription::OnChange(const std::string& name) {
  Touch();
  if (!fresh_) MakePending(name);
}

void Subscription::Owe(const std::string& name) {
  if (fresh_ || !interest_.Wants(name)) return;
  Touch();
  MakePending(name).owed = true;
  urgent_ = true;
}

void Subscription::OweAll(const Subscription& clusters) {
  if (fresh_) return;
  clusters.ForEachWanted([this](const Resource& cluster) { Owe(cluster.assignment()); });
}

void Subscription::MoveTo(ViewStreams& view) {
  Touch();
  const Snapshot& before = now();
  const Snapshot& after = view.snapshot();
  if (!fresh_) {
    const auto mark = [&](absl::string_view name, const Resource* here, const Resource* there) {
      if (!Wants(name, here)) here = nullptr;
      if (!Wants(name, there)) there = nullptr;
      if (here == there) return;
      const bool same = here != nullptr && there != nullptr && here->version() == there->version();
      if (!same) MakePending(name);
    };
    before.Of(type_).ForEach([&](absl::string_view name, const Snapshot::Map::Pointer& here) {
      mark(name, here.get(), after.Find(type_, name));
    });
    after.Of(type_).ForEach([&](absl::string_view name, const Snapshot::Map::Pointer& there) {
      if (before.Find(type_, name) == nullptr) mark(name, nullptr, there.get());
    });
  }
  view_ = &view;
  interest_.MoveTo(view.index(type_));
}

void Subscription::OnSent(const std::string& nonce, const std::string& version,
                          const Content& content, absl::Time time) {
  urgent_ = false;
  Touch();
  GiveBackRoom();
  InFlight response{nonce, version, time, content.whole != nullptr, {}};
  for (const Resource* const resource : content.resources) {
    response.names.push_back(resource->name());
  }
  in_flight_.push_back(std::move(response));
  // A client may go on without answering: what is urgent does not wait for it.
  if (in_flight_.size() > kMostUnanswered) in_flight_.pop_front();
  refused_.reset();
  ++state_.responses;
  state_.sent_version = version;
  state_.answered = false;
  state_.last_sent = time;
}

// The map keeps the room that it once needed, and looking through it costs as much as that.
void Subscription::GiveBackRoom() {
  constexpr size_t kWorthIt = 64;
  if (pending_.capacity() > kWorthIt && pending_.size() < pending_.capacity() / 8) {
    pending_.rehash(0);
  }
}

const Resource* Subscription::Find(absl::string_view name) const {
  const Resource* const content = now().Find(type_, name);
  const bool to_be_named = content != nullptr && content->on_request_only() && interest_.wildcard();
  return to_be_named && !interest_.Names(name) ? nullptr : content;
}

bool Subscription::Wants(absl::string_view name, const Resource* content) const {
  const bool covered = interest_.wildcard() && content != nullptr && !content->on_request_only();
  return covered || interest_.Names(name);
}

bool Subscription::MustSend(const Pending& pending, const Resource* content) const {
  return content != nullptr && (pending.owed || pending.had == nullptr ||
                                !(pending.had->version() == content->version()));
}

Subscription::Pending& Subscription::MakePending(absl::string_view name) {
  const auto [at, added] = pending_.try_emplace(name);
  if (added && Find(name) != nullptr) at->second.had = *now().Of(type_).Find(name);
  return at->second;
}

void Subscription::StartWildcard() {
  if (interest_.wildcard()) return;
  interest_.set_wildcard(true);
  if (fresh_) return;
  now().Of(type_).ForEach([&](absl::string_view name, const Snapshot::Map::Pointer& resource) {
    if (!resource->on_request_only() && !interest_.Names(name)) pending_.try_emplace(name);
  });
}

void Subscription::EndWildcard() {
  interest_.set_wildcard(false);
  ForgetUnwanted();
}

void Subscription::ForgetUnwanted() {
  absl::erase_if(pending_, [&](const auto& entry) { return !interest_.Wants(entry.first); });
}

void Subscription::ForEachWanted(absl::FunctionRef<void(const Resource&)> visit) const {
  if (interest_.wildcard()) {
    now().Of(type_).ForEach([&](absl::string_view, const Snapshot::Map::Pointer& resource) {
      if (!resource->on_request_only()) visit(*resource);
    });
  }
  interest_.ForEach([&](absl::string_view name) {
    const Resource* const resource = Find(name);
    if (resource != nullptr && (!interest_.wildcard() || resource->on_request_only())) {
      visit(*resource);
    }
  });
}

void Subscription::ForEachHeld(absl::FunctionRef<void(const HeldResource&)> visit) const {
  if (fresh_) return;
  // Of what is not in these; a later response says more than an earlier one.
  HeldResource::State others = HeldResource::State::kAcked;
  absl::flat_hash_map<absl::string_view, HeldResource::State> states;
  const auto take = [&](const InFlight& response, HeldResource::State state) {
    if (response.whole) {
      others = state;
      states.clear();
    }
    for (const std::string& name : response.names) states[name] = state;
  };
  if (refused_.has_value()) take(*refused_, HeldResource::State::kNacked);
  for (const InFlight& response : in_flight_) take(response, HeldResource::State::kSent);
  const auto state_of = [&](const Resource& resource) {
    const auto found = states.find(resource.name());
    return found == states.end() ? others : found->second;
  };
  ForEachWanted([&](const Resource& resource) {
    if (!pending_.contains(resource.name())) visit({&resource, state_of(resource)});
  });
  for (const auto& [name, pending] : pending_) {
    if (pending.had != nullptr) visit({pending.had.get(), state_of(*pending.had)});
  }
}

}  // namespace fairlead
