#pragma once

#include <string>

#include "absl/time/time.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// The sections of the status page, as HTML. Pure; `now` is what ages are told from.
std::string ProblemsSection(const v1::ListProblemsResponse& problems, absl::Time now);
std::string ServicesSection(const v1::ListServicesResponse& services);
std::string EndpointsSection(const v1::ListEndpointsResponse& endpoints);
std::string ProxiesSection(const v1::ListProxiesResponse& proxies, absl::Time now);
std::string HostsSection(const v1::ListHostsResponse& hosts, absl::Time now);

}  // namespace fairlead
