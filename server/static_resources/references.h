#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/snapshot/resource.h"

namespace fairlead {

// Another resource that one names: a listener its routes, a route its clusters, a cluster its
// assignment, any of them a secret. Also the name of a resource itself.
struct ResourceReference {
  Type type = Type::kCluster;
  std::string name;

  // "CDS shop/web:8000".
  std::string ToString() const;

  friend bool operator==(const ResourceReference& a, const ResourceReference& b) {
    return a.type == b.type && a.name == b.name;
  }
  friend bool operator<(const ResourceReference& a, const ResourceReference& b) {
    return std::tie(a.type, a.name) < std::tie(b.type, b.name);
  }
  template <typename Hash>
  friend Hash AbslHashValue(Hash state, const ResourceReference& of) {
    return Hash::combine(std::move(state), of.type, of.name);
  }
};

// The message of an xDS resource, empty.
std::unique_ptr<google::protobuf::Message> NewMessage(Type type);
// The name that the message of an xDS resource has within it.
std::string NameWithin(Type type, const google::protobuf::Message& message);

// What the serialized message of an xDS resource refers to over xDS, sorted, each once: also within
// configurations of filters and other extensions of Envoy. What it names from elsewhere (a file,
// another server) is left out, and so is the cluster of a gRPC service, which may be a bootstrap's.
std::vector<ResourceReference> ReferencesOf(Type type, absl::string_view bytes);

}  // namespace fairlead
