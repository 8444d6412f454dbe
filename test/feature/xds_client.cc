#include "test/feature/xds_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "test/feature/xds_sample.h"

namespace fairlead {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

constexpr absl::Duration kPatience = absl::Seconds(20);

// Source: the services of envoy/service/*/v3/*.proto.
std::string MethodOf(Variant variant, absl::optional<Type> only) {
  const bool delta = variant == Variant::kDelta;
  if (!only.has_value()) {
    return absl::StrCat("/envoy.service.discovery.v3.AggregatedDiscoveryService/",
                        delta ? "DeltaAggregatedResources" : "StreamAggregatedResources");
  }
  static const auto& names = *new std::map<Type, std::pair<std::string, std::string>>{
      {Type::kSecret, {"secret", "Secret"}},
      {Type::kCluster, {"cluster", "Cluster"}},
      {Type::kEndpoint, {"endpoint", "Endpoint"}},
      {Type::kListener, {"listener", "Listener"}},
      {Type::kRoute, {"route", "Route"}}};
  const auto& [package, name] = names.at(*only);
  return absl::StrCat("/envoy.service.", package, ".v3.", name, "DiscoveryService/",
                      delta ? "Delta" : "Stream", name, "s");
}

std::shared_ptr<grpc::Channel> ChannelTo(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  buffer.Dump(&slices);
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

void SetText(std::vector<std::string> resources, std::vector<std::string> removed, XdsTold& told) {
  told.resources = resources.size();
  told.removed = removed.size();
  std::sort(resources.begin(), resources.end());
  std::sort(removed.begin(), removed.end());
  for (const std::string& name : removed) resources.push_back(absl::StrCat("-", name));
  told.text = absl::StrJoin(resources, " ");
}

}  // namespace

XdsClient::XdsClient(Options options)
    : options_(std::move(options)), stub_(ChannelTo(options_.address)) {
  stream_ = stub_.PrepareCall(&context_, MethodOf(options_.variant, options_.only), &queue_);
  stream_->StartCall(&starting_);
  if (options_.reads) StartReading();
}

XdsClient::~XdsClient() {
  context_.TryCancel();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

void XdsClient::StartReading() {
  reads_ = true;
  if (!starting_) Read();
}

void XdsClient::Read() {
  reading_ = true;
  stream_->Read(&incoming_, &reading_);
}

bool XdsClient::Step(absl::Time deadline) {
  void* tag = nullptr;
  bool ok = false;
  if (queue_.AsyncNext(&tag, &ok, absl::ToChronoTime(deadline)) !=
      grpc::CompletionQueue::GOT_EVENT) {
    return false;
  }
  *static_cast<bool*>(tag) = false;
  if (tag == &writing_ && !ok) broken_ = true;
  if (tag == &starting_ && reads_) Read();
  if (tag == &reading_) OnRead(ok);
  if (tag == &finishing_) ended_ = true;
  return true;
}

void XdsClient::OnRead(bool ok) {
  if (!ok) {
    finishing_ = true;
    stream_->Finish(&status_, &finishing_);
    return;
  }
  XdsTold told = Parse(incoming_);
  ++responses_[told.type_url];
  for (const auto& [name, version] : told.versions) held_[told.type_url][name] = version;
  std::erase_if(held_[told.type_url], [](const auto& entry) { return entry.second.empty(); });
  ++total_.responses;
  total_.resources += told.resources;
  total_.removed += told.removed;
  total_.bytes += told.bytes;
  last_[told.type_url] = told;
  received_.push_back(std::move(told));
  Read();
}

bool XdsClient::SendBytes(const std::string& message) {
  const absl::Time deadline = absl::Now() + kPatience;
  while ((starting_ || writing_) && Step(deadline)) {
  }
  if (starting_ || writing_ || ended_ || broken_) return false;
  grpc::Slice slice(message);
  writing_ = true;
  stream_->Write(grpc::ByteBuffer(&slice, 1), &writing_);
  return true;
}

bool XdsClient::Send(const XdsAsk& ask) {
  const bool sent = SendBytes(Encode(ask));
  ++requests_[TypeOfStream(ask)];
  sends_node_ = false;
  return sent;
}

const std::string& XdsClient::TypeOfStream(const XdsAsk& ask) const {
  static const auto& urls =
      *new std::map<Type, std::string>{{Type::kSecret, std::string(TypeUrl(Type::kSecret))},
                                       {Type::kCluster, std::string(TypeUrl(Type::kCluster))},
                                       {Type::kEndpoint, std::string(TypeUrl(Type::kEndpoint))},
                                       {Type::kListener, std::string(TypeUrl(Type::kListener))},
                                       {Type::kRoute, std::string(TypeUrl(Type::kRoute))}};
  return options_.only.has_value() ? urls.at(*options_.only) : ask.type_url;
}

void XdsClient::Want(Type type, const std::vector<std::string>& names) {
  XdsAsk ask;
  ask.type_url = std::string(TypeUrl(type));
  ask.names = names;
  if (options_.variant == Variant::kSotw) {
    ask.nonce = last_[ask.type_url].nonce;
    ask.version = last_[ask.type_url].version;
    wanted_[ask.type_url] = names;
  }
  Send(ask);
}

void XdsClient::Unsubscribe(Type type, const std::vector<std::string>& names) {
  XdsAsk ask;
  ask.type_url = std::string(TypeUrl(type));
  ask.unsubscribe = names;
  Send(ask);
}

void XdsClient::Ack(const XdsTold& told) {
  XdsAsk ask;
  ask.type_url = told.type_url;
  ask.nonce = told.nonce;
  ask.version = told.version;
  if (options_.variant == Variant::kSotw) ask.names = wanted_[told.type_url];
  Send(ask);
}

void XdsClient::Nack(const XdsTold& told, const std::vector<std::string>& names) {
  if (options_.variant == Variant::kSotw && !names.empty()) wanted_[told.type_url] = names;
  XdsAsk ask;
  ask.type_url = told.type_url;
  ask.nonce = told.nonce;
  ask.error = "no good";
  ask.names = options_.variant == Variant::kSotw ? wanted_[told.type_url] : names;
  Send(ask);
}

XdsTold XdsClient::Next(absl::Duration deadline) {
  const absl::Time until = absl::Now() + deadline;
  while (received_.empty() && !ended_ && Step(until)) {
  }
  if (received_.empty()) return {};
  XdsTold told = std::move(received_.front());
  received_.pop_front();
  return told;
}

XdsTold XdsClient::NextAndAck() {
  const XdsTold told = Next();
  if (!told.nonce.empty()) Ack(told);
  return told;
}

grpc::Status XdsClient::Finish() {
  const absl::Time deadline = absl::Now() + kPatience;
  while ((starting_ || writing_) && Step(deadline)) {
  }
  if (!ended_ && !writing_) {
    writing_ = true;
    stream_->WritesDone(&writing_);
  }
  return AwaitEnd();
}

grpc::Status XdsClient::AwaitEnd() {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!ended_ && Step(deadline)) {
  }
  return ended_ ? status_ : grpc::Status(grpc::StatusCode::UNKNOWN, "the stream has not ended");
}

uint64_t XdsClient::requests(Type type) const {
  const auto found = requests_.find(std::string(TypeUrl(type)));
  return found == requests_.end() ? 0 : found->second;
}

uint64_t XdsClient::responses(Type type) const {
  const auto found = responses_.find(std::string(TypeUrl(type)));
  return found == responses_.end() ? 0 : found->second;
}

std::map<std::string, std::string> XdsClient::held(Type type) const {
  const auto found = held_.find(std::string(TypeUrl(type)));
  return found == held_.end() ? std::map<std::string, std::string>() : found->second;
}

XdsTold XdsClient::last(Type type) const {
  const auto found = last_.find(std::string(TypeUrl(type)));
  return found == last_.end() ? XdsTold() : found->second;
}

std::string XdsClient::Encode(const XdsAsk& ask) const {
  if (options_.variant == Variant::kSotw) {
    DiscoveryRequest request;
    if (sends_node_) *request.mutable_node() = options_.node;
    request.set_type_url(ask.type_url);
    request.set_response_nonce(ask.nonce);
    request.set_version_info(ask.version);
    if (!ask.error.empty()) request.mutable_error_detail()->set_message(ask.error);
    for (const std::string& name : ask.names) request.add_resource_names(name);
    return request.SerializeAsString();
  }
  DeltaDiscoveryRequest request;
  if (sends_node_) *request.mutable_node() = options_.node;
  request.set_type_url(ask.type_url);
  request.set_response_nonce(ask.nonce);
  if (!ask.error.empty()) request.mutable_error_detail()->set_message(ask.error);
  for (const std::string& name : ask.names) request.add_resource_names_subscribe(name);
  for (const std::string& name : ask.unsubscribe) request.add_resource_names_unsubscribe(name);
  for (const auto& [name, version] : ask.initial_versions) {
    (*request.mutable_initial_resource_versions())[name] = version;
  }
  return request.SerializeAsString();
}

XdsTold XdsClient::Parse(const grpc::ByteBuffer& message) const {
  const std::string bytes = BytesOf(message);
  XdsTold told;
  told.bytes = bytes.size();
  std::vector<std::string> resources;
  std::vector<std::string> removed;
  if (options_.variant == Variant::kSotw) {
    DiscoveryResponse response;
    if (!response.ParseFromString(bytes)) return told;
    told.type_url = response.type_url();
    told.nonce = response.nonce();
    told.version = response.version_info();
    for (const auto& any : response.resources()) {
      resources.push_back(any.type_url() == told.type_url ? TextOf(any) : "of another type");
    }
  } else {
    DeltaDiscoveryResponse response;
    if (!response.ParseFromString(bytes)) return told;
    told.type_url = response.type_url();
    told.nonce = response.nonce();
    told.version = response.system_version_info();
    for (const auto& resource : response.resources()) {
      const bool fits = resource.resource().type_url() == told.type_url &&
                        absl::StartsWith(TextOf(resource.resource()), resource.name());
      resources.push_back(fits ? TextOf(resource.resource()) : "of another type or name");
      told.versions[resource.name()] = resource.version();
    }
    for (const std::string& name : response.removed_resources()) {
      removed.push_back(name);
      told.versions[name] = "";
    }
  }
  SetText(std::move(resources), std::move(removed), told);
  return told;
}

}  // namespace fairlead
