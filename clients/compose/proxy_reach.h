#pragma once

#include <map>
#include <vector>

#include "clients/compose/container_facts.h"
#include "clients/compose/project.h"
#include "server/vocabulary/request.h"

namespace fairlead {

// Which services the proxies of these files (nginx-proxy, or the drop-in image) will not reach: an
// error each. A container is reached on a network that a proxy is in itself; with
// FAIRLEAD_PUBLISHED_PORTS=true also at a port that is published, not at loopback alone. `requests`
// are what the services ask for, by their place in `project`. Nothing is said where it is not
// known: no proxy is in the files, one is in the host's network and so reaches every bridge, its
// networks are named by hand (FAIRLEAD_NETWORKS), or the network is that of a container which is
// not in the files.
std::vector<ComposeNotice> FindOutOfReach(const ComposeProject& project, const ForeseenFacts& facts,
                                          const std::map<size_t, RoutingRequest>& requests);

}  // namespace fairlead
