#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"

namespace fairlead {

// What becomes, in a route configuration that is made of containers' words, of requests for hosts
// that none of them asks for: they come to the virtual host for all hosts ("*"). Pure.

// Whether a route of that virtual host is for hosts that a container's regular expression fits.
bool IsForHostPattern(const envoy::config::route::v3::Route& route);

// Whether that virtual host has the default host's routes behind those.
bool HasDefaultHost(const envoy::config::route::v3::VirtualHost& for_all);

// Where such a request goes, for people. `default_host`: empty if there is none.
std::string WhyDefaultHost(absl::string_view authority, absl::string_view default_host);
std::string WhyNobody(absl::string_view authority, absl::string_view default_host);

}  // namespace fairlead
