#pragma once

#include <string>
#include <vector>

#include "absl/types/optional.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"

namespace fairlead {

// Whom a route lets in by the filter envoy.filters.http.rbac.
struct RouteAccess {
  // The networks whose clients alone are let in; empty: all are.
  std::vector<std::string> only;
  // Whether the client is; nothing: that depends on who it is.
  absl::optional<bool> admits = true;
};

// By what the route says, else its virtual host, else the configuration. Rules of other forms than
// "these networks alone" are not evaluated, and `unknown` says so. `client`: its address; empty:
// not told. Pure. Source: Envoy, "Role Based Access Control" filter, per-route configuration.
RouteAccess AccessOf(const envoy::config::route::v3::RouteConfiguration& configuration,
                     const envoy::config::route::v3::VirtualHost& virtual_host,
                     const envoy::config::route::v3::Route& route, const std::string& client,
                     std::vector<std::string>& unknown);

}  // namespace fairlead
