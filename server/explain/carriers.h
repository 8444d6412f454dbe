#pragma once

#include <string>
#include <vector>

#include "server/snapshot/snapshot.h"
#include "server/static_resources/references.h"

namespace fairlead {

// The resources of `snapshot` that lead requests to the cluster: itself, its assignment, the route
// configurations that name it and the listeners that name those. Without those that are only for
// clients that ask for them by name, which are gRPC's. Sorted. Pure.
std::vector<ResourceReference> CarriersOf(const Snapshot& snapshot, const std::string& cluster);

}  // namespace fairlead
