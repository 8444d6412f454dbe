#include "server/static_resources/references.h"

#include <google/protobuf/any.pb.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "server/static_resources/known_any.h"

namespace fairlead {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::core::v3::ConfigSource;
using envoy::config::route::v3::RouteAction;
using envoy::config::route::v3::WeightedCluster;
using envoy::extensions::filters::network::http_connection_manager::v3::Rds;
using envoy::extensions::transport_sockets::tls::v3::SdsSecretConfig;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Deeper than any configuration; a guard of the stack.
constexpr int kDeepest = 64;

bool IsOurs(const ConfigSource& source) {
  return source.has_ads() || source.has_self() || source.has_api_config_source();
}

class Walk {
 public:
  explicit Walk(std::set<ResourceReference>& found) : found_(found) {}

  void Visit(const Message& message, int depth) {
    if (depth > kDeepest) return;
    Take(message);
    if (const auto* any = dynamic_cast<const google::protobuf::Any*>(&message)) {
      const std::unique_ptr<Message> inner = UnpackedIfKnown(*any);
      if (inner != nullptr) Visit(*inner, depth + 1);
      return;
    }
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      if (!field->is_repeated()) {
        Visit(reflection.GetMessage(message, field), depth + 1);
        continue;
      }
      for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
        Visit(reflection.GetRepeatedMessage(message, field, i), depth + 1);
      }
    }
  }

 private:
  void Take(const Message& message) {
    if (const auto* cluster = dynamic_cast<const Cluster*>(&message)) {
      const auto& eds = cluster->eds_cluster_config();
      if (cluster->type() == Cluster::EDS && IsOurs(eds.eds_config())) {
        Add(Type::kEndpoint, eds.service_name().empty() ? cluster->name() : eds.service_name());
      }
    } else if (const auto* rds = dynamic_cast<const Rds*>(&message)) {
      if (IsOurs(rds->config_source())) Add(Type::kRoute, rds->route_config_name());
    } else if (const auto* action = dynamic_cast<const RouteAction*>(&message)) {
      Add(Type::kCluster, action->cluster());
    } else if (const auto* weight = dynamic_cast<const WeightedCluster::ClusterWeight*>(&message)) {
      Add(Type::kCluster, weight->name());
    } else if (const auto* mirror =
                   dynamic_cast<const RouteAction::RequestMirrorPolicy*>(&message)) {
      Add(Type::kCluster, mirror->cluster());
    } else if (const auto* secret = dynamic_cast<const SdsSecretConfig*>(&message)) {
      if (IsOurs(secret->sds_config())) Add(Type::kSecret, secret->name());
    }
  }

  void Add(Type type, const std::string& name) {
    if (!name.empty()) found_.insert({type, name});
  }

  std::set<ResourceReference>& found_;
};

}  // namespace

std::string ResourceReference::ToString() const { return absl::StrCat(ShortName(type), " ", name); }

std::unique_ptr<Message> NewMessage(Type type) {
  switch (type) {
    case Type::kSecret:
      return std::make_unique<envoy::extensions::transport_sockets::tls::v3::Secret>();
    case Type::kCluster:
      return std::make_unique<Cluster>();
    case Type::kEndpoint:
      return std::make_unique<envoy::config::endpoint::v3::ClusterLoadAssignment>();
    case Type::kListener:
      return std::make_unique<envoy::config::listener::v3::Listener>();
    case Type::kRoute:
      return std::make_unique<envoy::config::route::v3::RouteConfiguration>();
  }
  return nullptr;
}

std::string NameWithin(Type type, const Message& message) {
  const FieldDescriptor* const field =
      message.GetDescriptor()->FindFieldByName(type == Type::kEndpoint ? "cluster_name" : "name");
  return message.GetReflection()->GetString(message, field);
}

std::vector<ResourceReference> ReferencesOf(const Message& message) {
  std::set<ResourceReference> found;
  Walk(found).Visit(message, 0);
  return {found.begin(), found.end()};
}

}  // namespace fairlead
