#include "server/subscriptions/subscription.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

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
  if (!has_upserts_.has_value() && withheld_ != nullptr) SettleWithheld();
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
    OnRefused(*refused_, *request.error);
  } else {
    if (withheld_ != nullptr) OnAccepted(*answered);
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

std::vector<Suspect> Subscription::SuspectsOf(const InFlight& refused) const {
  std::vector<Suspect> suspects;
  const auto add = [&](absl::string_view name, const Version& version,
                       const std::shared_ptr<const Resource>& had) {
    const Snapshot::Map::Pointer* const content = now().Of(type_).Find(name);
    // What has changed since is sent anyway.
    if (content == nullptr || !((*content)->version() == version)) return;
    if (!Wants(name, content->get())) return;
    suspects.push_back({*content, had, had == nullptr && came_with_content_});
  };
  for (const News& news : refused.news) add(news.name, news.version, news.had);
  refused.everything.ForEach([&](absl::string_view name, const Snapshot::Map::Pointer& content) {
    add(name, content->version(), nullptr);
  });
  // Maps of hashes have another order in each process; which parts are tried is the same each time.
  std::sort(suspects.begin(), suspects.end(), [](const Suspect& one, const Suspect& other) {
    return one.content->name() < other.content->name();
  });
  return suspects;
}

void Subscription::OnRefused(const InFlight& refused, absl::string_view error) {
  std::vector<Suspect> suspects = SuspectsOf(refused);
  if (suspects.empty()) return;
  if (withheld_ == nullptr) withheld_ = std::make_unique<Withheld>();
  withheld_->OnRefused(std::move(suspects), error);
  Touch();
}

void Subscription::OnAccepted(const InFlight& accepted) {
  withheld_->OnAccepted([&](const Resource& content) {
    const Snapshot::Map::Pointer* const in_all = accepted.everything.Find(content.name());
    if (in_all != nullptr) return (*in_all)->version() == content.version();
    return std::any_of(accepted.news.begin(), accepted.news.end(), [&](const News& news) {
      return news.name == content.name() && news.version == content.version();
    });
  });
  Touch();
}

void Subscription::SettleWithheld() {
  const auto current = [&](absl::string_view name) {
    const Resource* const content = now().Find(type_, name);
    return Wants(name, content) ? content : nullptr;
  };
  for (Suspect& offered : withheld_->Settle(current)) {
    pending_[offered.content->name()] = {std::move(offered.had), /*owed=*/true};
  }
  if (withheld_->empty()) withheld_.reset();
}

std::string Subscription::VersionText() const {
  std::string version = now().VersionText(type_);
  if (withheld_ == nullptr) return version;
  return absl::StrCat(version, " without ", withheld_->Digest());
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
    const auto mark = [&](absl::string_view name, const Snapshot::Map::Pointer* is,
                          const Snapshot::Map::Pointer* will_be) {
      const Resource* here = is == nullptr ? nullptr : Shown(*is);
      const Resource* there = will_be == nullptr ? nullptr : Shown(*will_be);
      if (!Wants(name, here)) here = nullptr;
      if (!Wants(name, there)) there = nullptr;
      if (here == there) return;
      const bool same = here != nullptr && there != nullptr && here->version() == there->version();
      if (!same) MakePending(name);
    };
    before.Of(type_).ForEach([&](absl::string_view name, const Snapshot::Map::Pointer& here) {
      mark(name, &here, after.Of(type_).Find(name));
    });
    after.Of(type_).ForEach([&](absl::string_view name, const Snapshot::Map::Pointer& there) {
      if (before.Find(type_, name) == nullptr) mark(name, nullptr, &there);
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
  InFlight response{nonce, version, time, content.is_whole, {}, {}};
  if (content.all_news) response.everything = now().Of(type_);
  response.news.reserve(content.news.size());
  for (size_t i = 0; i < content.news.size(); ++i) {
    response.news.push_back({content.news[i]->name(), content.news[i]->version(), content.had[i]});
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
  const Snapshot::Map::Pointer* const content = now().Of(type_).Find(name);
  if (content == nullptr) return nullptr;
  const bool to_be_named = (*content)->on_request_only() && interest_.wildcard();
  return to_be_named && !interest_.Names(name) ? nullptr : Shown(*content);
}

const Resource* Subscription::Shown(const Snapshot::Map::Pointer& content) const {
  // What is in its place is kept by `withheld_`.
  return withheld_ == nullptr ? content.get() : withheld_->InPlaceOf(content).get();
}

std::shared_ptr<const WholeContent> Subscription::Whole(Variant variant) {
  return view_->Whole(type_, variant, interest_, withheld_.get());
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
  if (added && Find(name) != nullptr) {
    const Snapshot::Map::Pointer& content = *now().Of(type_).Find(name);
    at->second.had = withheld_ == nullptr ? content : withheld_->InPlaceOf(content);
  }
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
      const Resource* const shown = Shown(resource);
      if (shown != nullptr && !shown->on_request_only()) visit(*shown);
    });
  }
  interest_.ForEach([&](absl::string_view name) {
    const Resource* const resource = Find(name);
    if (resource != nullptr && (!interest_.wildcard() || resource->on_request_only())) {
      visit(*resource);
    }
  });
}

absl::optional<HeldResource> Subscription::FindHeld(absl::string_view name) const {
  absl::optional<HeldResource> found;
  ForEachHeld([&](const HeldResource& held) {
    if (held.resource->name() == name) found = held;
  });
  return found;
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
    for (const News& news : response.news) states[news.name] = state;
  };
  if (refused_.has_value()) take(*refused_, HeldResource::State::kNacked);
  for (const InFlight& response : in_flight_) take(response, HeldResource::State::kSent);
  const auto state_of = [&](const Resource& resource) {
    const auto found = states.find(resource.name());
    return found == states.end() ? others : found->second;
  };
  const auto is_culprit = [&](const std::string& name) {
    return withheld_ != nullptr && withheld_->IsCulprit(name);
  };
  ForEachWanted([&](const Resource& resource) {
    if (pending_.contains(resource.name()) || is_culprit(resource.name())) return;
    visit({&resource, state_of(resource)});
  });
  if (withheld_ != nullptr) {
    for (const Withheld::Culprit& culprit : withheld_->Culprits()) {
      visit({culprit.content.get(), HeldResource::State::kNacked});
    }
  }
  for (const auto& [name, pending] : pending_) {
    if (pending.had == nullptr || is_culprit(name)) continue;
    visit({pending.had.get(), state_of(*pending.had)});
  }
}

}  // namespace fairlead
