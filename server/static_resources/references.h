#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/snapshot/resource.h"

namespace fairlead {

// Another resource that one names: a listener its routes, a route its clusters, a cluster its
// assignment, any of them a secret.
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
};

// The message of an xDS resource, empty.
std::unique_ptr<google::protobuf::Message> NewMessage(Type type);
// The name that the message of an xDS resource has within it.
std::string NameWithin(Type type, const google::protobuf::Message& message);

// What `message` refers to over xDS, sorted, each once: also within configurations of a filter or
// another extension whose message is known here. What it names from elsewhere (a file, another
// server) is left out.
std::vector<ResourceReference> ReferencesOf(const google::protobuf::Message& message);

}  // namespace fairlead
