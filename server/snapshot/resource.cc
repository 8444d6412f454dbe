#include "server/snapshot/resource.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <utility>

#include "server/snapshot/wire.h"

namespace fairlead {
namespace {

// Field numbers of google.protobuf.Any and of envoy.service.discovery.v3's Resource,
// DiscoveryResponse and DeltaDiscoveryResponse (`resources` has the same number in both).
constexpr int kAnyTypeUrl = 1;
constexpr int kAnyValue = 2;
constexpr int kResourceVersion = 1;
constexpr int kResourceBody = 2;
constexpr int kResourceName = 3;
constexpr int kResponseResources = 2;

constexpr absl::string_view kTypeUrls[] = {
    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
    "type.googleapis.com/envoy.config.cluster.v3.Cluster",
    "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
    "type.googleapis.com/envoy.config.listener.v3.Listener",
    "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
};
constexpr absl::string_view kShortNames[] = {"SDS", "CDS", "EDS", "LDS", "RDS"};

}  // namespace

absl::string_view TypeUrl(Type type) { return kTypeUrls[static_cast<size_t>(type)]; }

absl::optional<Type> TypeOf(absl::string_view type_url) {
  for (const Type type : kTypes) {
    if (TypeUrl(type) == type_url) return type;
  }
  return absl::nullopt;
}

absl::string_view ShortName(Type type) { return kShortNames[static_cast<size_t>(type)]; }

std::shared_ptr<const Resource> Resource::Of(Type type, std::string name,
                                             const google::protobuf::Message& message, Offer offer,
                                             std::string assignment) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    message.SerializeToCodedStream(&coded);
  }
  return FromBytes(type, std::move(name), bytes, offer, std::move(assignment));
}

std::shared_ptr<const Resource> Resource::FromBytes(Type type, std::string name,
                                                    const std::string& bytes, Offer offer,
                                                    std::string assignment) {
  return std::shared_ptr<const Resource>(
      new Resource(type, std::move(name), bytes, offer, std::move(assignment)));
}

Resource::Resource(Type type, std::string name, const std::string& bytes, Offer offer,
                   std::string assignment)
    : type_(type),
      name_(std::move(name)),
      version_(Version::Of(name_, bytes)),
      offer_(offer),
      assignment_(std::move(assignment)),
      body_size_(bytes.size()) {
  std::string any;
  wire::AppendField(any, kAnyTypeUrl, TypeUrl(type));
  wire::AppendField(any, kAnyValue, bytes);

  std::string sotw;
  wire::AppendHeader(sotw, kResponseResources, any.size());
  const size_t any_begin = sotw.size();
  sotw += any;
  sotw_ = grpc::Slice(sotw);
  any_ = sotw_.sub(any_begin, sotw_.size());

  std::string inner;
  wire::AppendField(inner, kResourceVersion, version_.ToString());
  wire::AppendField(inner, kResourceName, name_);
  wire::AppendHeader(inner, kResourceBody, any.size());
  std::string prefix;
  wire::AppendHeader(prefix, kResponseResources, inner.size() + any.size());
  prefix += inner;
  delta_prefix_ = grpc::Slice(prefix);
}

absl::string_view Resource::body() const {
  const char* const end = reinterpret_cast<const char*>(sotw_.end());
  return absl::string_view(end - body_size_, body_size_);
}

void Resource::AppendDelta(std::vector<grpc::Slice>& response) const {
  response.push_back(delta_prefix_);
  response.push_back(any_);
}

}  // namespace fairlead
