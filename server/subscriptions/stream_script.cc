#include "server/subscriptions/stream_script.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

constexpr char kIdentifier[] = "test";
constexpr size_t kMostResponses = 100;  // of a client that ACKs, until something is wrong

DiscoveryRequest ToSotw(const ScriptRequest& from) {
  DiscoveryRequest request;
  if (!from.node.empty()) request.mutable_node()->set_id(from.node);
  request.set_type_url(from.type_url);
  request.set_response_nonce(from.nonce);
  request.set_version_info(from.version);
  if (!from.error.empty()) request.mutable_error_detail()->set_message(from.error);
  for (const std::string& name : from.names) request.add_resource_names(name);
  return request;
}

DeltaDiscoveryRequest ToDelta(const ScriptRequest& from) {
  DeltaDiscoveryRequest request;
  if (!from.node.empty()) request.mutable_node()->set_id(from.node);
  request.set_type_url(from.type_url);
  request.set_response_nonce(from.nonce);
  if (!from.error.empty()) request.mutable_error_detail()->set_message(from.error);
  for (const std::string& name : from.names) request.add_resource_names_subscribe(name);
  for (const std::string& name : from.unsubscribe) request.add_resource_names_unsubscribe(name);
  for (const auto& [name, version] : from.initial_versions) {
    (*request.mutable_initial_resource_versions())[name] = version;
  }
  return request;
}

std::string NameOf(const std::string& content) { return content.substr(0, content.find('=')); }

}  // namespace

std::string ScriptRequest::Bytes(Variant variant) const {
  return variant == Variant::kDelta ? ToDelta(*this).SerializeAsString()
                                    : ToSotw(*this).SerializeAsString();
}

Script::Script(Variant variant, absl::optional<Type> only)
    : variant_(variant), stream_(OptionsOf(variant, only), view_) {}

StreamState::Options Script::OptionsOf(Variant variant, absl::optional<Type> only) {
  StreamState::Options options;
  options.variant = variant;
  options.only = only;
  options.identifier = kIdentifier;
  return options;
}

void Script::Change(Type type, Contents upserts, const Names& removed) {
  std::vector<ResourceChange> changes;
  Add(changes, type, upserts, removed);
  Publish(changes);
}

void Script::Add(std::vector<ResourceChange>& changes, Type type, Contents upserts,
                 const Names& removed) {
  for (const auto& [name, content] : upserts) {
    changes.push_back({type, name, Resource::FromBytes(type, name, content)});
  }
  for (const std::string& name : removed) changes.push_back({type, name, nullptr});
}

void Script::Publish(const std::vector<ResourceChange>& changes) {
  view_->Publish(view_->snapshot().With(changes), changes, [](Subscription&) {});
}

void Script::PublishAs(Type type, Contents upserts, const std::string& version) {
  std::vector<ResourceChange> changes;
  Add(changes, type, upserts);
  view_->Publish(view_->snapshot().With(changes)->WithGivenVersion({type}, version), changes,
                 [](Subscription&) {});
}

absl::Status Script::Send(ScriptRequest request) {
  if (!std::exchange(said_node_, true) && request.node.empty()) request.node = "edge-1";
  return SendBytes(request.Bytes(variant_));
}

absl::Status Script::SendBytes(const std::string& bytes) {
  const absl::StatusOr<XdsRequest> parsed =
      variant_ == Variant::kDelta ? ParseDeltaRequest(bytes) : ParseSotwRequest(bytes);
  if (!parsed.ok()) return parsed.status();
  return stream_.OnRequest(*parsed, now_, {});
}

absl::Status Script::Send(Type type, const Names& names, const std::string& nonce,
                          const std::string& version) {
  ScriptRequest request(type);
  request.names = names;
  request.nonce = nonce;
  request.version = version;
  return Send(request);
}

absl::Status Script::Unsubscribe(Type type, const Names& names) {
  ScriptRequest request(type);
  request.unsubscribe = names;
  return Send(request);
}

void Script::Nack(const ScriptResponse& response, const Names& names, const std::string& error) {
  ScriptRequest request(response.type);
  request.nonce = response.nonce;
  request.error = error;
  request.names = names;
  EXPECT_TRUE(Send(request).ok());
}

void Script::Ack(const ScriptResponse& response) {
  EXPECT_TRUE(Send(response.type, variant_ == Variant::kSotw ? names_[response.type] : Names{},
                   response.nonce, response.version)
                  .ok());
}

Script& Script::Wants(Type type, Names names) {
  names_[type] = names;
  EXPECT_TRUE(Send(type, names).ok());
  return *this;
}

absl::optional<ScriptResponse> Script::Next() {
  const absl::optional<XdsResponse> response = stream_.Next(now_, {});
  if (!response.has_value()) return absl::nullopt;
  return Parse(*response);
}

std::vector<ScriptResponse> Script::AckAll() {
  std::vector<ScriptResponse> all;
  while (absl::optional<ScriptResponse> response = Next()) {
    Ack(*response);
    all.push_back(*response);
    if (all.size() > kMostResponses) break;
  }
  return all;
}

Names Script::Told() {
  Names told;
  for (const ScriptResponse& response : AckAll()) told.push_back(Short(response));
  return told;
}

std::string Script::Short(const ScriptResponse& response) {
  std::string text(ShortName(response.type));
  for (const std::string& name : response.names) absl::StrAppend(&text, " ", name);
  for (const std::string& name : response.removed) absl::StrAppend(&text, " -", name);
  return text;
}

ScriptResponse Script::Parse(const XdsResponse& response) const {
  std::string bytes;
  for (const grpc::Slice& slice : response.slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  ScriptResponse parsed{response.type, {}, {}, response.nonce, "", {}};
  if (variant_ == Variant::kDelta) {
    DeltaDiscoveryResponse message;
    EXPECT_TRUE(message.ParseFromString(bytes));
    EXPECT_EQ(message.type_url(), TypeUrl(response.type));
    EXPECT_EQ(message.control_plane().identifier(), kIdentifier);
    for (const auto& resource : message.resources()) {
      parsed.names.push_back(resource.name());
      parsed.contents.push_back(resource.resource().value());
    }
    for (const std::string& name : message.removed_resources()) parsed.removed.push_back(name);
    parsed.version = message.system_version_info();
  } else {
    DiscoveryResponse message;
    EXPECT_TRUE(message.ParseFromString(bytes));
    EXPECT_EQ(message.type_url(), TypeUrl(response.type));
    EXPECT_EQ(message.control_plane().identifier(), kIdentifier);
    for (const auto& any : message.resources()) {
      parsed.names.push_back(NameOf(any.value()));
      parsed.contents.push_back(any.value());
    }
    parsed.version = message.version_info();
  }
  EXPECT_FALSE(parsed.version.empty());
  EXPECT_FALSE(parsed.nonce.empty());
  std::sort(parsed.names.begin(), parsed.names.end());
  std::sort(parsed.removed.begin(), parsed.removed.end());
  std::sort(parsed.contents.begin(), parsed.contents.end());
  return parsed;
}

}  // namespace fairlead
