#pragma once

#include <optional>
#include <vector>

#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "server/resources/listener.h"
#include "server/routing/model.h"

namespace fairlead {

// The virtual host of a domain that is no regular expression. Each path has two routes: one for the
// methods that may be repeated after they were sent (RFC 9110, section 9.2.2: idempotent), and one
// for the others, which are repeated only if they were not.
envoy::config::route::v3::VirtualHost VirtualHostOf(const VirtualHost& host);

// What requests get whose host is no virtual host's domain.
struct CatchAll {
  // Domains that are regular expressions, in the order in which they are tried.
  std::vector<const VirtualHost*> regexes;
  // Null: there is none.
  const VirtualHost* default_host = nullptr;
  // For a host that nobody claims.
  int unknown_host_status = 404;
};

// The virtual host "*". None: without one proxies answer 404, and that is all it would do.
std::optional<envoy::config::route::v3::VirtualHost> CatchAllOf(const CatchAll& catch_all);

// The route configuration `name` without its virtual hosts; those are added as serialized pieces.
// It tells containers of the client as nginx-proxy does: X-Real-IP, X-Forwarded-Host, -Port and
// -Ssl, X-Original-URI (Envoy itself: X-Forwarded-For and -Proto); and takes the header Proxy away,
// which CGI programs mistake for a setting.
envoy::config::route::v3::RouteConfiguration RouteConfigurationOf(const std::string& name,
                                                                  const ListenerSettings& settings);

// Field number of RouteConfiguration.virtual_hosts.
inline constexpr int kVirtualHostsField = 2;

}  // namespace fairlead
