#pragma once

#include <google/protobuf/message.h>
#include <grpcpp/support/slice.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/snapshot/version.h"

namespace fairlead {

// The resource types that are served, in the order in which additions are sent: a name appears
// after what it needs. Source: xDS protocol, "Eventual consistency considerations".
enum class Type { kSecret, kCluster, kEndpoint, kListener, kRoute };
inline constexpr std::array<Type, 5> kTypes = {Type::kSecret, Type::kCluster, Type::kEndpoint,
                                               Type::kListener, Type::kRoute};

// "type.googleapis.com/envoy.config.cluster.v3.Cluster", ...
absl::string_view TypeUrl(Type type);
// Nothing for a type that is not served.
absl::optional<Type> TypeOf(absl::string_view type_url);
// "SDS", "CDS", "EDS", "LDS", "RDS".
absl::string_view ShortName(Type type);
// Under state-of-the-world, Listener and Cluster are always sent whole, and they alone have a
// wildcard. Source: xDS protocol, "How the client specifies what resources to return".
constexpr bool IsFullState(Type type) { return type == Type::kCluster || type == Type::kListener; }

// One xDS resource, serialized once in the forms in which it goes out. Immutable; shared by every
// snapshot that has it and every response that carries it.
class Resource {
 public:
  // Who is sent it: with kOnRequest only clients that name it, not those with a wildcard.
  enum class Offer { kAlways, kOnRequest };

  // `message` is serialized deterministically; the version is a hash of its bytes and its name.
  // `assignment`: of a cluster, how its ClusterLoadAssignment is called, if not as itself.
  static std::shared_ptr<const Resource> Of(Type type, std::string name,
                                            const google::protobuf::Message& message,
                                            Offer offer = Offer::kAlways,
                                            std::string assignment = "");
  // As Of, from the serialized message.
  static std::shared_ptr<const Resource> FromBytes(Type type, std::string name,
                                                   const std::string& bytes,
                                                   Offer offer = Offer::kAlways,
                                                   std::string assignment = "");

  Type type() const { return type_; }
  const std::string& name() const { return name_; }
  const Version& version() const { return version_; }
  // Of a cluster: how the assignment is called that it needs.
  const std::string& assignment() const { return assignment_.empty() ? name_ : assignment_; }
  bool on_request_only() const { return offer_ == Offer::kOnRequest; }

  // The serialized message, without an Any around it. Lives as long as this.
  absl::string_view body() const;

  // Field `resources` of a DiscoveryResponse: one Any. A reference, no copy.
  void AppendSotw(std::vector<grpc::Slice>& response) const { response.push_back(sotw_); }
  // Field `resources` of a DeltaDiscoveryResponse: one Resource with name, version and Any.
  // References, no copy.
  void AppendDelta(std::vector<grpc::Slice>& response) const;
  // What AppendSotw and AppendDelta add to a response, in bytes.
  size_t size() const { return sotw_.size(); }

 private:
  Resource(Type type, std::string name, const std::string& bytes, Offer offer,
           std::string assignment);

  const Type type_;
  const std::string name_;
  const Version version_;
  const Offer offer_;
  const std::string assignment_;  // empty: as `name_`
  grpc::Slice sotw_;              // tag, length, Any
  grpc::Slice delta_prefix_;      // tag, length, version, name, tag and length of the Any
  grpc::Slice any_;               // the end of sotw_
  size_t body_size_;
};

}  // namespace fairlead
