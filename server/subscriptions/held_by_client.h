#pragma once

#include <string>

#include "fairlead/v1/admin.pb.h"
#include "server/snapshot/resource.h"

namespace fairlead {

struct NamedResource {
  Type type = Type::kCluster;
  std::string name;
};

// A resource as the client of one stream has it.
struct HeldByClient {
  std::string node_id;
  NamedResource resource;
  std::string version;
  v1::SentResource::State state = v1::SentResource::STATE_UNSPECIFIED;
};

}  // namespace fairlead
