#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "fairlead/v1/admin.pb.h"
#include "server/explain/find_container.h"
#include "server/routing/model.h"
#include "server/snapshot/snapshot.h"
#include "server/snapshot/view.h"
#include "server/static_resources/references.h"
#include "server/subscriptions/held_by_client.h"

namespace fairlead {

// Proxies that stand at one place, and what they are sent.
struct ProxiesAtPlace {
  std::vector<std::string> node_ids;  // sorted
  View view;
  std::shared_ptr<const Snapshot> snapshot;
};

// By what a container is explained: what every stage knows of it.
struct ContainerGround {
  ContainerOnHost container;
  v1::Host::State host_state = v1::Host::STATE_UNSPECIFIED;
  // It crashes again and again, and its starts are told later.
  bool held_back = false;
  // What its service asks for, as ServiceSummary has it.
  std::vector<std::string> service_routes;
  // Those of the hosts that it asks for, and the pools behind their routes.
  std::vector<std::shared_ptr<const VirtualHost>> virtual_hosts;
  std::vector<std::shared_ptr<const Pool>> pools;
  // What all proxies with derived routes are sent, but for assignments.
  std::shared_ptr<const Snapshot> snapshot;
  // By cluster, CarriersOf(snapshot).
  absl::btree_map<std::string, std::vector<ResourceReference>> carriers;
  // Those with derived routes.
  std::vector<ProxiesAtPlace> proxies;
  std::vector<HeldByClient> held;
  // All that there are.
  std::vector<v1::Problem> problems;
};

// From the container's words to the proxies that send it requests, and the first thing that stops
// them. Pure.
v1::ContainerExplained ExplainContainer(const ContainerGround& ground);

}  // namespace fairlead
