#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "fairlead/v1/admin.pb.h"
#include "server/snapshot/resource.h"
#include "server/static_resources/references.h"
#include "server/static_resources/scope.h"

namespace fairlead {

// A resource that people gave, with what it refers to.
struct StaticEntry {
  std::shared_ptr<const Resource> resource;
  std::vector<ResourceReference> references;
};

// PutResourcesRequest, after it was found right.
struct StaticPut {
  StaticScope scope;
  std::vector<StaticEntry> entries;  // at least one; no name of a type twice
  std::string version;
  bool replace = false;
};

// DeleteResourcesRequest, after it was found right.
struct StaticDelete {
  StaticScope scope;
  Type type = Type::kCluster;
  std::vector<std::string> names;  // at least one
};

// Pure; parses every resource, so better not on the control strand. INVALID_ARGUMENT: something is
// missing, does not parse, has no name or the name of another, is of a type that is not served, or
// is not valid (server/validation), with the path of the field; RESOURCE_EXHAUSTED: a name or the
// version is too long. Each says which resource.
absl::StatusOr<StaticPut> CheckedPut(const v1::PutResourcesRequest& request);
absl::StatusOr<StaticDelete> CheckedDelete(const v1::DeleteResourcesRequest& request);
// INVALID_ARGUMENT: as in CheckedPut, for a message without an Any around it, but that what is not
// valid is taken: once put, it outlives a server that knew less.
absl::StatusOr<StaticEntry> CheckedEntry(const StaticScope& scope, Type type,
                                         absl::string_view bytes);

// "CDS" or "type.googleapis.com/envoy.config.cluster.v3.Cluster". INVALID_ARGUMENT: neither.
absl::StatusOr<Type> TypeNamed(absl::string_view text);

}  // namespace fairlead
