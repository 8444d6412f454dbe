#pragma once

#include <string>

#include "absl/status/status.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// OK if `all` has a service `name`; else NOT_FOUND, with the nearest name of one.
absl::Status HasService(const v1::ListServicesResponse& all, const std::string& name);

// OK if `all` has a service `name` or one with a cluster `name`; else NOT_FOUND, with the nearest
// name of either.
absl::Status HasServiceOrCluster(const v1::ListServicesResponse& all, const std::string& name);

}  // namespace fairlead
