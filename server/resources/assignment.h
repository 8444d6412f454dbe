#pragma once

#include "absl/types/optional.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "google/protobuf/arena.h"
#include "server/routing/model.h"
#include "server/snapshot/view.h"

namespace fairlead {

// The first of the endpoint's addresses that a proxy of this view can reach; null: none.
// docs/addresses.md has the rule.
const Address* ReachableAddress(const Endpoint& endpoint, const View& view);

// The assignment of a pool as a proxy of this view is sent it: an endpoint for each container that
// it can reach, in the order of the pool, grouped by zone. Endpoints of the proxy's own zone come
// first where both are known. It belongs to `arena`: thousands of endpoints are made and freed at
// once.
envoy::config::endpoint::v3::ClusterLoadAssignment& AssignmentOf(const Pool& pool, const View& view,
                                                                 google::protobuf::Arena& arena);

}  // namespace fairlead
