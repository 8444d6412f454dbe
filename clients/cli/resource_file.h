#pragma once

#include <google/protobuf/any.pb.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// A resource in a file.
struct ResourceInFile {
  google::protobuf::Any resource;
  int line = 0;  // 0: not known
};

// Reads a list of xDS resources, YAML or JSON, each with its "@type": as Envoy's own files have
// them. `name` is the file's. INVALID_ARGUMENT says which file, line, resource and field, and what
// to write.
absl::StatusOr<std::vector<ResourceInFile>> ParseResources(const std::string& text,
                                                           absl::string_view name);

// What the server says of a put of `resources` ("resource 2: it has no name ..."), with the place
// in the file `name`.
absl::Status WithPlace(const absl::Status& status, const std::vector<ResourceInFile>& resources,
                       absl::string_view name);

// A list that ParseResources reads, without secrets.
absl::StatusOr<std::string> ResourcesAsYaml(const v1::ListResourcesResponse& response);
absl::StatusOr<std::string> ResourcesAsJson(const v1::ListResourcesResponse& response);

// A list of what a proxy was sent, each with its state and content.
absl::StatusOr<std::string> ProxyConfigAsYaml(const v1::GetProxyConfigResponse& response);
absl::StatusOr<std::string> ProxyConfigAsJson(const v1::GetProxyConfigResponse& response);

}  // namespace fairlead
