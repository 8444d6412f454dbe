#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// What the status page shows.
struct PageContent {
  absl::Status readiness;
  v1::ListHostsResponse hosts;
  v1::ListServicesResponse services;
  v1::ListEndpointsResponse endpoints;
  v1::ListProxiesResponse proxies;
  v1::ListProblemsResponse problems;
  absl::Time now;           // ages are told from it
  int refresh_seconds = 0;  // after which a browser loads the page again; 0: never
};

// One HTML page, complete in itself: no script, nothing to load. Pure.
std::string RenderPage(const PageContent& content);

}  // namespace fairlead
