#include "server/static_resources/references.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "server/base/envoy_types.h"

namespace fairlead {
namespace {

using envoy::config::cluster::v3::Cluster;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Deeper than any configuration; a guard of the stack.
constexpr int kDeepest = 64;

// Texts that are clusters' names.
constexpr absl::string_view kClusterNames[] = {
    "envoy.config.route.v3.RouteAction.cluster",
    "envoy.config.route.v3.RouteAction.RequestMirrorPolicy.cluster",
    "envoy.config.route.v3.WeightedCluster.ClusterWeight.name",
    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.cluster",
    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight.name",
    "envoy.extensions.filters.udp.udp_proxy.v3.Route.cluster",
};

// Messages that name a resource, and say where it is from.
struct Sourced {
  absl::string_view message;
  const char* name;
  const char* source;
  Type type;
};
constexpr Sourced kSourced[] = {
    {"envoy.extensions.filters.network.http_connection_manager.v3.Rds", "route_config_name",
     "config_source", Type::kRoute},
    {"envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig", "name", "sds_config",
     Type::kSecret},
};

std::string TextOf(const Message& message, const char* field) {
  return message.GetReflection()->GetString(message,
                                            message.GetDescriptor()->FindFieldByName(field));
}

const Message& MessageOf(const Message& message, const char* field) {
  return message.GetReflection()->GetMessage(message,
                                             message.GetDescriptor()->FindFieldByName(field));
}

// Of an envoy.config.core.v3.ConfigSource.
bool IsOurs(const Message& source) {
  const auto has = [&](const char* field) {
    return source.GetReflection()->HasField(source, source.GetDescriptor()->FindFieldByName(field));
  };
  return has("ads") || has("self") || has("api_config_source");
}

class Walk {
 public:
  void Visit(const Message& message, int depth) {
    if (depth > kDeepest) return;
    if (message.GetDescriptor()->full_name() == "google.protobuf.Any") {
      const std::unique_ptr<Message> inner = NewEnvoyMessage(TextOf(message, "type_url"));
      if (inner != nullptr && inner->ParseFromString(TextOf(message, "value"))) {
        Visit(*inner, depth + 1);
      }
      return;
    }
    Take(message);
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
        TakeText(message, *field);
      } else if (!field->is_repeated()) {
        Visit(reflection.GetMessage(message, field), depth + 1);
      } else {
        for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
          Visit(reflection.GetRepeatedMessage(message, field, i), depth + 1);
        }
      }
    }
  }

  std::vector<ResourceReference> Found() const { return {found_.begin(), found_.end()}; }

 private:
  void Take(const Message& message) {
    const std::string& type = message.GetDescriptor()->full_name();
    if (type == "envoy.config.cluster.v3.Cluster") return TakeCluster(message);
    for (const Sourced& sourced : kSourced) {
      if (type == sourced.message && IsOurs(MessageOf(message, sourced.source))) {
        Add(sourced.type, TextOf(message, sourced.name));
      }
    }
  }

  void TakeCluster(const Message& message) {
    const Message& eds = MessageOf(message, "eds_cluster_config");
    const int type = message.GetReflection()->GetEnumValue(
        message, message.GetDescriptor()->FindFieldByName("type"));
    if (type != Cluster::EDS || !IsOurs(MessageOf(eds, "eds_config"))) return;
    const std::string name = TextOf(eds, "service_name");
    Add(Type::kEndpoint, name.empty() ? TextOf(message, "name") : name);
  }

  void TakeText(const Message& message, const FieldDescriptor& field) {
    if (std::find(std::begin(kClusterNames), std::end(kClusterNames), field.full_name()) ==
        std::end(kClusterNames)) {
      return;
    }
    Add(Type::kCluster, message.GetReflection()->GetString(message, &field));
  }

  void Add(Type type, const std::string& name) {
    if (!name.empty()) found_.insert({type, name});
  }

  std::set<ResourceReference> found_;
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

std::vector<ResourceReference> ReferencesOf(Type type, absl::string_view bytes) {
  const std::unique_ptr<Message> message = NewEnvoyMessage(TypeUrl(type));
  Walk walk;
  if (message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    walk.Visit(*message, 0);
  }
  return walk.Found();
}

}  // namespace fairlead
