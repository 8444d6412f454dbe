#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "server/explain/proxied_request.h"

namespace fairlead {

// Which virtual host and which of its routes Envoy takes for a request, found by Envoy's own rules
// (source/common/router/config_impl.cc). Pure; the pointers are into what was asked.

struct VirtualHostFound {
  enum class Rule {
    kNone,    // no virtual host fits
    kExact,   // "shop.example"
    kSuffix,  // "*.shop.example", "*-eu.shop.example": the longest that fits
    kPrefix,  // "shop.*": the longest that fits
    kAny,     // "*": no other one fits
  };

  Rule rule = Rule::kNone;
  const envoy::config::route::v3::VirtualHost* virtual_host = nullptr;
  std::string domain;  // of the virtual host's, the one that fits
};

// By the host that the request names, whatever its case; without its port if the configuration says
// so.
VirtualHostFound FindVirtualHost(const envoy::config::route::v3::RouteConfiguration& configuration,
                                 absl::string_view authority);

struct RouteFound {
  // Null: none of them fits.
  const envoy::config::route::v3::Route* route = nullptr;
  int index = -1;
  // What routes up to there ask for that only a running proxy can tell; such a route is passed
  // over.
  std::vector<std::string> unknown;
};

// The first of the virtual host's routes that fits.
RouteFound FindRoute(const envoy::config::route::v3::RouteConfiguration& configuration,
                     const envoy::config::route::v3::VirtualHost& virtual_host,
                     const ProxiedRequest& request);

// What a route asks for, for people: "prefix /api, :method matches GET|HEAD".
std::string DescribeMatch(const envoy::config::route::v3::RouteMatch& match);

}  // namespace fairlead
