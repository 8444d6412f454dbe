#pragma once

#include <string>

#include "absl/time/time.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// The server's answers as people read them. `wide` adds columns and whole ids; `now` is for ages.
// Pure.
std::string Render(const v1::ListHostsResponse& response, bool wide, absl::Time now);
std::string Render(const v1::ListServicesResponse& response, bool wide);
std::string Render(const v1::ListEndpointsResponse& response, bool wide);
// NACKs' own words stand below the table.
std::string Render(const v1::ListProxiesResponse& response, bool wide, absl::Time now);
std::string Render(const v1::ListProblemsResponse& response, absl::Time now);
// One line.
std::string Render(const v1::WatchResponse& event);

// "5s", "3m", "2h", "4d".
std::string Age(absl::Duration age);

}  // namespace fairlead
