#include "server/subscriptions/xds_request.h"

#include <iterator>
#include <utility>

namespace fairlead {
namespace {

std::vector<std::string> Take(google::protobuf::RepeatedPtrField<std::string>& names) {
  return {std::make_move_iterator(names.begin()), std::make_move_iterator(names.end())};
}

}  // namespace

XdsRequest RequestOf(envoy::service::discovery::v3::DiscoveryRequest&& message) {
  XdsRequest request;
  request.type_url = std::move(*message.mutable_type_url());
  request.nonce = std::move(*message.mutable_response_nonce());
  request.version_info = std::move(*message.mutable_version_info());
  if (message.has_error_detail()) request.error = message.error_detail().message();
  request.names = Take(*message.mutable_resource_names());
  return request;
}

XdsRequest RequestOf(envoy::service::discovery::v3::DeltaDiscoveryRequest&& message) {
  XdsRequest request;
  request.type_url = std::move(*message.mutable_type_url());
  request.nonce = std::move(*message.mutable_response_nonce());
  if (message.has_error_detail()) request.error = message.error_detail().message();
  request.names = Take(*message.mutable_resource_names_subscribe());
  request.unsubscribe = Take(*message.mutable_resource_names_unsubscribe());
  for (auto& [name, version] : *message.mutable_initial_resource_versions()) {
    request.initial_versions.emplace(name, version);
  }
  return request;
}

}  // namespace fairlead
