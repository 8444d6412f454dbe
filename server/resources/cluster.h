#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "server/routing/model.h"

namespace fairlead {

// The cluster of a pool, for Envoy and for gRPC clients; its endpoints come over EDS under the same
// name. It does not depend on the pool's containers, so that scaling changes the assignment alone.
// Why each setting: the .cc.
envoy::config::cluster::v3::Cluster ClusterOf(absl::string_view pool, const Upstream& upstream);

}  // namespace fairlead
