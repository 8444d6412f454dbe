#pragma once

#include <vector>

#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"
#include "server/vocabulary/request.h"
#include "server/vocabulary/said.h"

namespace fairlead {

// Bytes of VIRTUAL_HOST_MULTIPORTS, and routes of one container, that are looked at.
inline constexpr size_t kLongestMultiports = 64 * 1024;
inline constexpr size_t kMostRoutes = 200;

// What VIRTUAL_HOST_MULTIPORTS says, in YAML or JSON: hosts, and for each its paths and the public
// ports of the host:
//
//   shop.example:
//     external_http_port: 8080
//     "/":    { port: 8000 }
//     "/api": { port: 9000, proto: grpc, dest: "/" }
//   admin.example:          # as "/": {}
//
// What a path leaves out is as with VIRTUAL_HOST alone. A host, path or setting that does not fit
// is refused alone, with a problem; no routes: all is. Sorted as in RoutingRequest; the settings of
// `domains` are the ports alone. `said` is not empty.
struct Multiports {
  std::vector<RouteRequest> routes;
  std::vector<DomainRequest> domains;
};
Multiports ParseMultiports(const v1::Container& container, const Said& said, const Place& place,
                           Problems& problems);

}  // namespace fairlead
