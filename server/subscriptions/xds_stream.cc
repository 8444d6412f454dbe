#include "server/subscriptions/xds_stream.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/clock.h"
#include "server/base/grpc_status.h"
#include "server/subscriptions/node.h"
#include "server/subscriptions/xds_request.h"

namespace fairlead {
namespace {

struct Method {
  absl::string_view path;
  Variant variant;
  absl::optional<Type> only;
};

// Source: the services of envoy/service/*/v3/*.proto.
const Method kMethods[] = {
    {"/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources",
     Variant::kSotw, absl::nullopt},
    {"/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
     Variant::kDelta, absl::nullopt},
    {"/envoy.service.cluster.v3.ClusterDiscoveryService/StreamClusters", Variant::kSotw,
     Type::kCluster},
    {"/envoy.service.cluster.v3.ClusterDiscoveryService/DeltaClusters", Variant::kDelta,
     Type::kCluster},
    {"/envoy.service.endpoint.v3.EndpointDiscoveryService/StreamEndpoints", Variant::kSotw,
     Type::kEndpoint},
    {"/envoy.service.endpoint.v3.EndpointDiscoveryService/DeltaEndpoints", Variant::kDelta,
     Type::kEndpoint},
    {"/envoy.service.listener.v3.ListenerDiscoveryService/StreamListeners", Variant::kSotw,
     Type::kListener},
    {"/envoy.service.listener.v3.ListenerDiscoveryService/DeltaListeners", Variant::kDelta,
     Type::kListener},
    {"/envoy.service.route.v3.RouteDiscoveryService/StreamRoutes", Variant::kSotw, Type::kRoute},
    {"/envoy.service.route.v3.RouteDiscoveryService/DeltaRoutes", Variant::kDelta, Type::kRoute},
    {"/envoy.service.secret.v3.SecretDiscoveryService/StreamSecrets", Variant::kSotw,
     Type::kSecret},
    {"/envoy.service.secret.v3.SecretDiscoveryService/DeltaSecrets", Variant::kDelta,
     Type::kSecret},
};

// Of what is withheld of one type; the problem board takes no more of one source either.
constexpr size_t kMostTold = 100;

const Method* FindMethod(absl::string_view path) {
  for (const Method& method : kMethods) {
    if (method.path == path) return &method;
  }
  return nullptr;
}

v1::TypeSync::State StateOf(const SyncState& state) {
  if (state.responses == 0) return v1::TypeSync::NOT_SENT;
  if (!state.error.empty()) return v1::TypeSync::NACKED;
  return state.answered ? v1::TypeSync::ACKED : v1::TypeSync::SENT;
}

v1::SentResource::State StateOf(HeldResource::State state) {
  switch (state) {
    case HeldResource::State::kSent:
      return v1::SentResource::SENT;
    case HeldResource::State::kAcked:
      return v1::SentResource::ACKED;
    case HeldResource::State::kNacked:
      return v1::SentResource::NACKED;
  }
  return v1::SentResource::STATE_UNSPECIFIED;
}

void Set(absl::Time time, google::protobuf::Timestamp& timestamp) {
  const int64_t nanoseconds = absl::ToUnixNanos(time);
  timestamp.set_seconds(nanoseconds / 1'000'000'000);
  timestamp.set_nanos(static_cast<int32_t>(nanoseconds % 1'000'000'000));
}

v1::TypeSync Describe(const Subscription& subscription) {
  const SyncState& state = subscription.state();
  v1::TypeSync sync;
  sync.set_type(std::string(ShortName(subscription.type())));
  sync.set_state(StateOf(state));
  sync.set_sent_version(state.sent_version);
  sync.set_acked_version(state.acked_version);
  sync.set_error(state.error);
  sync.set_requests(state.requests);
  sync.set_responses(state.responses);
  sync.set_nacks(state.nacks);
  sync.set_subscribed(static_cast<uint32_t>(subscription.subscribed()));
  sync.set_wildcard(subscription.wildcard());
  if (state.responses > 0) Set(state.last_sent, *sync.mutable_last_sent());
  const int64_t round_trip = absl::ToInt64Nanoseconds(state.last_round_trip);
  sync.mutable_last_round_trip()->set_seconds(round_trip / 1'000'000'000);
  sync.mutable_last_round_trip()->set_nanos(static_cast<int32_t>(round_trip % 1'000'000'000));
  return sync;
}

}  // namespace

void XdsStream::Step::Complete(bool ok) {
  XdsStream& stream = stream_;
  --stream.under_way_;
  (stream.*done_)(ok);
  if (stream.under_way_ == 0) stream.queue_.Remove(stream);
}

XdsStream::XdsStream(XdsQueue& queue, uint64_t number) : queue_(queue), number_(number) {}

void XdsStream::Accept() {
  ++under_way_;
  context_.AsyncNotifyWhenDone(&over_);
  queue_.service().RequestCall(&context_, &stream_, &queue_.completions(), &queue_.completions(),
                               &call_);
}

void XdsStream::OnCall(bool ok) {
  if (!ok) return;  // the server is shutting down
  ++under_way_;     // for `over_`, which comes for every call that has begun
  queue_.AcceptNext();
  connected_at_ = Clock::Real().Wall();
  counted_ = true;
  if (queue_.open_streams().fetch_add(1) >= queue_.options().most_streams) {
    End(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED,
                     absl::StrCat("more than ", queue_.options().most_streams,
                                  " xDS streams at once; raise --max-xds-streams")));
    return;
  }
  const Method* const method = FindMethod(context_.method());
  if (method == nullptr) {
    End(grpc::Status(
        grpc::StatusCode::UNIMPLEMENTED,
        absl::StrCat("this port serves xDS v3, not ", context_.method().substr(0, 256))));
    return;
  }
  variant_name_ =
      absl::StrCat(method->only.has_value() ? std::string(ShortName(*method->only)) : "ADS",
                   method->variant == Variant::kDelta ? " delta" : " state of the world");
  options_.variant = method->variant;
  options_.only = method->only;
  options_.number = number_;
  options_.identifier = queue_.options().identifier;
  options_.most_names = queue_.options().most_names;
  options_.budget = &queue_.names();
  AwaitFirstMessage();
  Read();
}

void XdsStream::Read() {
  ++under_way_;
  stream_.Read(&incoming_, &read_);
}

void XdsStream::OnRead(bool ok) {
  if (!ok) {
    // Half-closed (finish with OK, ST7), or gone.
    End(grpc::Status::OK);
    return;
  }
  if (end_.has_value()) return;
  TakeIncoming();
}

void XdsStream::TakeIncoming() {
  grpc::Slice message;
  grpc::Status received = incoming_.TrySingleSlice(&message);
  if (!received.ok()) received = incoming_.DumpToSingleSlice(&message);
  incoming_.Clear();
  const absl::Status status =
      received.ok() ? Take(message) : absl::InternalError(received.error_message());
  if (!status.ok()) {
    End(ToGrpc(status));
    return;
  }
  // The first message waits for the view, and so does whatever comes behind it.
  if (first_message_.has_value()) return;
  WriteNext();
  Read();
}

absl::StatusOr<XdsRequest> XdsStream::Parse(const grpc::Slice& message) const {
  const absl::string_view bytes(reinterpret_cast<const char*>(message.begin()), message.size());
  const auto parse = options_.variant == Variant::kDelta ? ParseDeltaRequest : ParseSotwRequest;
  return parse(bytes, options_.most_names);
}

absl::Status XdsStream::Take(const grpc::Slice& message) {
  const absl::StatusOr<XdsRequest> request = Parse(message);
  if (!request.ok()) return request.status();
  if (proxy_.has_value()) {
    return state_->OnRequest(*request, Clock::Real().Monotonic(), Clock::Real().Wall());
  }
  // The state machine says so too, but needs the node's view before there is one.
  const absl::Status says_node = CheckSaysNode(*request);
  if (!says_node.ok()) return says_node;
  first_message_ = message;
  return TakeNode(*request->node);
}

absl::Status XdsStream::TakeNode(const std::string& bytes) {
  constexpr size_t kLongestId = 1024;
  envoy::config::core::v3::Node node;
  if (!node.ParseFromString(bytes)) {
    return absl::InvalidArgumentError("`node` is no envoy.config.core.v3.Node");
  }
  if (node.id().size() > kLongestId) {
    return absl::InvalidArgumentError(
        absl::StrCat("node.id is longer than ", kLongestId, " bytes"));
  }
  absl::StatusOr<View> view = ViewOf(node);
  if (!view.ok()) return view.status();
  absl::StatusOr<std::string> container = ContainerOf(node);
  if (!container.ok()) return container.status();
  proxy_.emplace(
      ProxyIdentity{node.id(), *std::move(view), NamesGroup(node), *std::move(container)});
  user_agent_ = UserAgentOf(node);
  SetTimer(absl::InfiniteDuration());
  queue_.observer().OnStream({queue_.index(), number_}, *proxy_);
  return absl::OkStatus();
}

void XdsStream::Attach(std::shared_ptr<ViewStreams> view) {
  if (end_.has_value()) return;
  if (state_.has_value()) {
    state_->MoveTo(std::move(view));
    WriteNext();
    return;
  }
  if (!first_message_.has_value()) return;
  const grpc::Slice message = *std::exchange(first_message_, absl::nullopt);
  state_.emplace(options_, std::move(view));
  const absl::Status status = Take(message);
  if (!status.ok()) {
    End(ToGrpc(status));
    return;
  }
  WriteNext();
  Read();
}

void XdsStream::Refuse(const absl::Status& status) { End(ToGrpc(status)); }

// A stream whose client says nothing costs memory and is of no use to anybody.
void XdsStream::AwaitFirstMessage() {
  SetTimer(Clock::Real().Monotonic() + queue_.options().first_message_timeout);
}

void XdsStream::SetTimer(absl::Duration when) {
  if (when == timer_) return;
  queue_.SetTimer(*this, timer_, when);
  timer_ = when;
}

void XdsStream::OnTimer() {
  timer_ = absl::InfiniteDuration();
  if (!proxy_.has_value()) {
    End(grpc::Status(
        grpc::StatusCode::DEADLINE_EXCEEDED,
        absl::StrCat(
            "no message came within ", absl::FormatDuration(queue_.options().first_message_timeout),
            " of the stream's begin (--xds-first-message-timeout); the first one has `node` "
            "and what is wanted")));
    return;
  }
  WriteNext();
}

void XdsStream::WriteNext() {
  if (broken_ || finishing_ || end_.has_value() || !state_.has_value()) return;
  if (writing_) {
    // What may be written is asked for when this is; what was answered does not wait for it.
    ReportAnswers();
    SetTimer(std::min(answers_.WakeAt(), withheld_.WakeAt()));
    return;
  }
  absl::optional<XdsResponse> response =
      state_->Next(Clock::Real().Monotonic(), Clock::Real().Wall());
  // What is withheld follows what there is, which Next has looked at.
  ReportAnswers();
  SetTimer(std::min({state_->WakeAt(), answers_.WakeAt(), withheld_.WakeAt()}));
  if (!response.has_value()) return;
  const grpc::ByteBuffer bytes(response->slices.data(), response->slices.size());
  writing_ = true;
  ++under_way_;
  grpc::WriteOptions options;
  // A shared slab would be compressed again for each stream.
  options.set_no_compression();
  stream_.Write(bytes, options, &write_);
}

void XdsStream::OnWritten(bool ok) {
  writing_ = false;
  if (!ok) broken_ = true;
  FinishIfIdle();
  WriteNext();
}

void XdsStream::End(grpc::Status status) {
  if (!end_.has_value()) end_ = std::move(status);
  // What the client wanted is given up now: it may never read that the stream has ended.
  state_.reset();
  FinishIfIdle();
}

void XdsStream::FinishIfIdle() {
  if (!end_.has_value() || writing_ || finishing_) return;
  finishing_ = true;
  ++under_way_;
  stream_.Finish(*end_, &finish_);
}

void XdsStream::OnFinished(bool /*ok*/) {
  queue_.SetTimer(*this, timer_, absl::InfiniteDuration());
  if (counted_) queue_.open_streams().fetch_sub(1);
  if (proxy_.has_value()) queue_.observer().OnStreamEnd({queue_.index(), number_}, *proxy_);
}

// The client is gone, or the call was finished.
void XdsStream::OnOver(bool /*ok*/) {
  if (context_.IsCancelled()) End(grpc::Status::CANCELLED);
}

void XdsStream::ReportAnswers() {
  const absl::Duration now = Clock::Real().Monotonic();
  for (const Type type : kTypes) {
    const Subscription* const subscription = state_->subscription(type);
    if (subscription == nullptr) continue;
    ReportWithheld(*subscription, now);
    const std::string& error = subscription->state().error;
    if (!answers_.Take(type, error, now)) continue;
    queue_.observer().OnAnswer({queue_.index(), number_}, *proxy_, type, error);
  }
}

void XdsStream::ReportWithheld(const Subscription& subscription, absl::Duration now) {
  std::vector<RefusedResource> refused;
  std::string all;
  if (subscription.withheld() != nullptr) {
    for (const Withheld::Culprit& culprit : subscription.withheld()->Culprits(kMostTold)) {
      refused.push_back({culprit.content->name(), culprit.error});
      absl::StrAppend(&all, culprit.content->name(), "\n", culprit.error, "\n");
    }
  }
  if (!withheld_.Take(subscription.type(), all, now)) return;
  queue_.observer().OnWithheld({queue_.index(), number_}, *proxy_, subscription.type(), refused);
}

void XdsStream::FindHeld(const std::vector<NamedResource>& resources,
                         std::vector<HeldByClient>& held) const {
  if (!state_.has_value()) return;
  for (const NamedResource& of : resources) {
    const Subscription* const subscription = state_->subscription(of.type);
    if (subscription == nullptr) continue;
    const absl::optional<HeldResource> found = subscription->FindHeld(of.name);
    if (!found.has_value()) continue;
    held.push_back(
        {proxy_->node_id, of, found->resource->version().ToString(), StateOf(found->state)});
  }
}

absl::optional<v1::Proxy> XdsStream::Describe() const {
  if (!proxy_.has_value()) return absl::nullopt;
  v1::Proxy proxy;
  proxy.set_node_id(proxy_->node_id);
  proxy.set_group(proxy_->view.group);
  proxy.set_host(proxy_->view.host);
  for (const std::string& network : proxy_->view.networks) proxy.add_networks(network);
  proxy.set_peer(context_.peer());
  proxy.set_user_agent(user_agent_);
  proxy.set_variant(variant_name_);
  Set(connected_at_, *proxy.mutable_connected_at());
  if (!state_.has_value()) return proxy;
  for (const Type type :
       {Type::kCluster, Type::kEndpoint, Type::kListener, Type::kRoute, Type::kSecret}) {
    if (const Subscription* const subscription = state_->subscription(type)) {
      *proxy.add_types() = fairlead::Describe(*subscription);
    }
  }
  return proxy;
}

void XdsStream::DescribeConfig(const std::vector<Type>& types,
                               v1::GetProxyConfigResponse& response) const {
  if (!state_.has_value()) return;
  for (const Type type : types) {
    const Subscription* const subscription = state_->subscription(type);
    if (subscription == nullptr) continue;
    subscription->ForEachHeld([&](const HeldResource& held) {
      v1::SentResource& sent = *response.add_resources();
      sent.set_type(std::string(ShortName(type)));
      sent.set_name(held.resource->name());
      sent.set_version(held.resource->version().ToString());
      sent.set_state(StateOf(held.state));
      Set(subscription->state().last_sent, *sent.mutable_last_sent());
      sent.mutable_resource()->set_type_url(std::string(TypeUrl(type)));
      sent.mutable_resource()->set_value(std::string(held.resource->body()));
      sent.set_peer(context_.peer());
    });
  }
}

}  // namespace fairlead
