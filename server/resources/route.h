#pragma once

#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "server/routing/model.h"

namespace fairlead {

// The virtual host of a domain. Each path has two routes: one for the methods that may be repeated
// after they were sent (RFC 9110, section 9.2.2: idempotent), and one for the others, which are
// repeated only if they were not.
envoy::config::route::v3::VirtualHost VirtualHostOf(const VirtualHost& host);

// The route configuration `name` without its virtual hosts; those are added as serialized pieces.
envoy::config::route::v3::RouteConfiguration RouteConfigurationOf(const std::string& name);

// Field number of RouteConfiguration.virtual_hosts.
inline constexpr int kVirtualHostsField = 2;

}  // namespace fairlead
