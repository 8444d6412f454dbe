#include "server/subscriptions/stream_state.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/snapshot/wire.h"
#include "server/subscriptions/join_slices.h"

namespace fairlead {
namespace {

// Field numbers of envoy.service.discovery.v3's DiscoveryResponse and DeltaDiscoveryResponse;
// `resources` (2) is in the resources' own slices.
constexpr int kVersion = 1;  // version_info, system_version_info
constexpr int kTypeUrl = 4;
constexpr int kNonce = 5;
constexpr int kSotwControlPlane = 6;
constexpr int kDeltaRemovedResources = 6;
constexpr int kDeltaControlPlane = 7;
constexpr int kControlPlaneIdentifier = 1;

// Envoy ACKs clusters only when they are warm. A route that changes meanwhile to one of them would
// find no cluster, so it waits for that ACK; not longer than this, for it may never come.
constexpr absl::Duration kMostRouteHold = absl::Seconds(1);

// For clusters that never warm Envoy sends no ACK at all; then whatever waits for it, and through
// it, would wait for ever. Clusters that warm take less than this; it is below the 15 s of
// initial_fetch_timeout (OR6), at which the first that get no endpoints go on.
constexpr absl::Duration kMostClusterAckWait = absl::Seconds(5);

}  // namespace

StreamState::StreamState(Options options, std::shared_ptr<ViewStreams> view)
    : options_(std::move(options)),
      view_(std::move(view)),
      bucket_(options_.burst, options_.per_second) {
  view_->Enter();
}

StreamState::~StreamState() {
  if (options_.budget != nullptr) options_.budget->Change(counted_names_, 0).IgnoreError();
  view_->Leave();
}

absl::Status StreamState::OnRequest(const XdsRequest& request, absl::Duration now,
                                    absl::Time wall) {
  if (!std::exchange(begun_, true)) {
    const absl::Status status = CheckSaysNode(request);
    if (!status.ok()) return status;
  }
  absl::optional<Type> type = TypeOf(request.type_url);
  if (options_.only.has_value()) {
    if (!request.type_url.empty() && type != options_.only) {
      return absl::InvalidArgumentError(absl::StrCat("type_url '", request.type_url.substr(0, 256),
                                                     "' on a stream for ", TypeUrl(*options_.only),
                                                     " alone; use ADS for several types"));
    }
    type = options_.only;
  } else if (request.type_url.empty()) {
    return absl::InvalidArgumentError("type_url is empty; on an ADS stream each request needs one");
  }
  // A type that is not served: the subscription is silent, and the stream's other types go on
  // (ST6).
  if (!type.has_value()) return absl::OkStatus();

  Subscription& subscription = SubscriptionOf(*type);
  subscription.OnRequest(request, wall);
  if (*type == Type::kCluster && subscription.state().answered) routes_held_until_ = now;
  return CountNames();
}

void StreamState::MoveTo(std::shared_ptr<ViewStreams> view) {
  for (const auto& subscription : subscriptions_) {
    if (subscription != nullptr) subscription->MoveTo(*view);
  }
  view_->Leave();
  view_ = std::move(view);
  view_->Enter();
}

absl::optional<XdsResponse> StreamState::Next(absl::Duration now, absl::Time wall) {
  wake_at_ = absl::InfiniteDuration();
  const absl::optional<Step> step = NextStep(now);
  if (!step.has_value()) return absl::nullopt;
  if (!bucket_.Take(now)) {
    wake_at_ = bucket_.NextAt(now);
    return absl::nullopt;
  }
  Subscription& subscription = SubscriptionOf(step->type);
  const Content content = step->removal ? subscription.TakeRemovals() : subscription.TakeUpserts();
  XdsResponse response = Encode(step->type, content, wall);
  if (step->type == Type::kCluster) {
    clusters_sent_at_ = now;
    AfterClusters(content, now);
  }
  return response;
}

// Make before break: a name appears after what it needs, and goes before what it needs (OR1, OR2).
absl::optional<StreamState::Step> StreamState::NextStep(absl::Duration now) {
  bool clusters_wait = false;
  bool something_waits = false;
  for (const Type type : kTypes) {
    const auto& subscription = subscriptions_[static_cast<size_t>(type)];
    if (subscription == nullptr || !subscription->HasUpserts()) continue;
    // Endpoints need nothing; listeners and routes may need a cluster that could not be sent yet.
    const bool needs_clusters = type == Type::kListener || type == Type::kRoute;
    const bool held =
        (needs_clusters && clusters_wait) || (type == Type::kRoute && HoldsRoutes(now));
    if (!held && !Blocked(*subscription, now)) return Step{type, /*removal=*/false};
    something_waits = true;
    clusters_wait |= type == Type::kCluster;
  }
  if (something_waits) return absl::nullopt;
  for (auto type = kTypes.rbegin(); type != kTypes.rend(); ++type) {
    const auto& subscription = subscriptions_[static_cast<size_t>(*type)];
    if (subscription == nullptr || !subscription->HasRemovals()) continue;
    if (Blocked(*subscription, now)) return absl::nullopt;
    return Step{*type, /*removal=*/true};
  }
  return absl::nullopt;
}

bool StreamState::Blocked(const Subscription& subscription, absl::Duration now) {
  if (!subscription.Blocked()) return false;
  if (subscription.type() != Type::kCluster) return true;
  const absl::Duration until = clusters_sent_at_ + kMostClusterAckWait;
  if (now >= until) return false;
  wake_at_ = std::min(wake_at_, until);
  return true;
}

bool StreamState::HoldsRoutes(absl::Duration now) {
  if (now >= routes_held_until_) return false;
  wake_at_ = std::min(wake_at_, routes_held_until_);
  return true;
}

// A cluster with new content warms again and needs its endpoints, changed or not (OR5).
void StreamState::AfterClusters(const Content& content, absl::Duration now) {
  const auto& endpoints = subscriptions_[static_cast<size_t>(Type::kEndpoint)];
  if (endpoints != nullptr) {
    for (const Resource* const cluster : content.news) endpoints->Owe(cluster->assignment());
    if (content.all_news) endpoints->OweAll(*subscriptions_[static_cast<size_t>(Type::kCluster)]);
  }
  const Subscription* const routes = subscription(Type::kRoute);
  if (content.has_additions && routes != nullptr && routes->state().responses > 0) {
    routes_held_until_ = now + kMostRouteHold;
  }
}

XdsResponse StreamState::Encode(Type type, const Content& content, absl::Time wall) {
  const bool delta = options_.variant == Variant::kDelta;
  XdsResponse response;
  response.type = type;
  response.nonce = absl::StrCat(++last_nonce_);
  response.resources = content.whole != nullptr ? content.whole->count : content.resources.size();
  response.removed = content.removed.size();
  const std::string version = SubscriptionOf(type).VersionText();

  std::string header;
  wire::AppendField(header, kVersion, version);
  wire::AppendField(header, kTypeUrl, TypeUrl(type));
  wire::AppendField(header, kNonce, response.nonce);
  for (const std::string& name : content.removed) {
    wire::AppendField(header, kDeltaRemovedResources, name);
  }
  std::string control_plane;
  wire::AppendField(control_plane, kControlPlaneIdentifier, options_.identifier);
  wire::AppendField(header, delta ? kDeltaControlPlane : kSotwControlPlane, control_plane);
  response.slices.reserve(2 + content.resources.size() * (delta ? 2 : 1));
  response.slices.emplace_back(header);
  if (content.whole != nullptr) response.slices.push_back(content.whole->resources);
  for (const Resource* const resource : content.resources) {
    if (delta) {
      resource->AppendDelta(response.slices);
    } else {
      resource->AppendSotw(response.slices);
    }
  }
  JoinIfManyAndSmall(response.slices);
  SubscriptionOf(type).OnSent(response.nonce, version, content, wall);
  return response;
}

Subscription& StreamState::SubscriptionOf(Type type) {
  auto& subscription = subscriptions_[static_cast<size_t>(type)];
  if (subscription == nullptr) {
    const bool first_on_stream = std::all_of(subscriptions_.begin(), subscriptions_.end(),
                                             [](const auto& other) { return other == nullptr; });
    subscription =
        options_.variant == Variant::kDelta
            ? MakeDeltaSubscription(type, *this, *view_, /*answer_first=*/first_on_stream)
            // On ADS something else is asked for too, and answered.
            : MakeSotwSubscription(type, *this, *view_,
                                   /*answer_first=*/options_.only.has_value());
  }
  return *subscription;
}

absl::Status StreamState::CountNames() {
  size_t names = 0;
  for (const auto& subscription : subscriptions_) {
    if (subscription != nullptr) names += subscription->kept_names();
  }
  const size_t before = std::exchange(counted_names_, names);
  const absl::Status status =
      options_.budget == nullptr ? absl::OkStatus() : options_.budget->Change(before, names);
  return names > options_.most_names ? TooManyNames(options_.most_names) : status;
}

}  // namespace fairlead
