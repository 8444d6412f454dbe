#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "envoy/config/route/v3/route_components.pb.h"
#include "server/explain/proxied_request.h"

namespace fairlead {

// One of the clusters that a route's requests are spread over.
struct ClusterShare {
  std::string name;
  uint32_t weight = 0;  // in proportion to the others'; 0 for one that is alone
};

// What a proxy does with a request by one of its routes.
struct RouteAnswer {
  // Its own answer; 0: that of a cluster.
  int status = 0;
  // Of a redirect: where to.
  std::string location;
  std::vector<ClusterShare> clusters;
  // The status if there is no cluster of that name.
  int status_without_cluster = 503;
  // What the cluster is asked for, with its query.
  std::string path;
  // What of the route only a running proxy can evaluate.
  std::vector<std::string> unknown;
};

// Pure; as Envoy does it (source/common/router/config_impl.cc). `route` fits the request.
RouteAnswer AnswerOf(const envoy::config::route::v3::Route& route, const ProxiedRequest& request);

// Of a virtual host that demands TLS of whoever comes without.
RouteAnswer RedirectToTls(const ProxiedRequest& request);

}  // namespace fairlead
