#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "fairlead/v1/admin.pb.h"
#include "server/base/problem.h"
#include "server/catalog/facts.h"
#include "server/routing/model.h"
#include "server/routing/routing.h"

namespace fairlead {

// What the stages know, in the words of admin.proto. Pure.

v1::Endpoint::Health DescribeHealth(Endpoint::Health health);
v1::Service DescribeService(const ServiceSummary& summary);
// As a member of `cluster`, the name of its pool.
v1::Endpoint DescribeEndpoint(const std::string& cluster, const Endpoint& endpoint);
// `since`: when it appeared.
v1::Problem DescribeProblem(const Problem& problem, absl::Time since);

// What watchers are told, at the time `now`. Where before and after are given, null is "there is
// none"; they have the same name; what does not differ gives no event.

// The first event of every watch.
v1::WatchResponse WatchingEvent(absl::Time now);
// Of "CLUSTER CONTAINER": "new, HEALTHY", "HEALTHY -> DRAINING (stopping)", "restarted, STARTING",
// "new addresses", "gone".
std::vector<v1::WatchResponse> EndpointEvents(const Pool* before, const Pool* after,
                                              absl::Time now);
// Of a domain: "new route /api to shop/web:8000", "/api now to shop/web:8000, was to shop/old:80",
// "route /api gone".
std::vector<v1::WatchResponse> RouteEvents(const VirtualHost* before, const VirtualHost* after,
                                           absl::Time now);
// Of a host's id: "new", "silent", "heard again", "new facts", "forgotten".
std::vector<v1::WatchResponse> HostEvents(const HostFacts* before, const HostFacts* after,
                                          absl::Time now);
// Of a node id: `change` is such as "connected" or "NACK of EDS: ...".
v1::WatchResponse ProxyEvent(const std::string& node_id, const std::string& change, absl::Time now);
// Of a cluster: "12.3 requests/s, 0 errors".
v1::WatchResponse LoadEvent(const std::string& cluster, double requests_per_second, uint64_t errors,
                            absl::Time now);
// Of a place, such as "host1 shop-web-1 VIRTUAL_PORT": "WHAT; CURE", or "gone: WHAT".
v1::WatchResponse ProblemEvent(const Problem& problem, bool appeared, absl::Time now);

}  // namespace fairlead
