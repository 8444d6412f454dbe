#pragma once

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "server/base/problem.h"
#include "server/routing/model.h"

namespace fairlead {

// Whose words a part of a derived resource comes from: host, container and word of a Place, as far
// as they can be told; the word as the variable is called, or the label where there is none. Of
// several containers of a pool it is the newest, whose words stand for all. Pure.

// Of a pool's cluster. `field`: of the cluster, as Validate names it ("lb_policy"); empty: any.
Place OriginInCluster(const Pool& pool, absl::string_view field);

// Of a pool's assignment, which `field` is of ("endpoints[0].lb_endpoints[2].endpoint").
Place OriginInAssignment(const Pool& pool,
                         const envoy::config::endpoint::v3::ClusterLoadAssignment& assignment,
                         absl::string_view field);

// Of a domain's virtual host ("routes[3].match.prefix"), of which `as_served` is what proxies get.
// `find` yields the pool of that name, or null.
Place OriginInVirtualHost(const VirtualHost& host,
                          const envoy::config::route::v3::VirtualHost& as_served,
                          absl::string_view field,
                          absl::FunctionRef<const Pool*(const std::string&)> find);

// Of a public port of a domain (`is_https`: for https), whose service it names too.
Place OriginOfPublicPort(const VirtualHost& host, bool is_https,
                         absl::FunctionRef<const Pool*(const std::string&)> find);

}  // namespace fairlead
