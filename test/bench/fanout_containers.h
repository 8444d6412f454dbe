#pragma once

#include <string>

#include "fairlead/v1/facts.pb.h"

namespace fairlead {

// The cluster that the containers of service `service` make: "bench/s00007:8000".
std::string FanoutCluster(int service);

// Container `replica` of service `service` as an agent tells it: it runs, claims a host of its
// service, and is published on a port of its host that depends on the replica, so that each has an
// address of its own for a proxy elsewhere (replicas below 50 000). After `generation` changes it
// is published on another port.
v1::Container FanoutContainer(int service, int replica, int generation);

}  // namespace fairlead
