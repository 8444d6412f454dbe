#pragma once

#include "absl/time/time.h"
#include "fairlead/v1/admin.pb.h"
#include "fairlead/v1/compose.pb.h"

namespace fairlead {

// What a server with a little of everything answers, for tests.
inline constexpr int64_t kExampleNow = 1'700'000'000;  // 2023-11-14T22:13:20Z

v1::ListHostsResponse ExampleHosts();
v1::ExplainResponse ExampleContainerExplained();
v1::ExplainResponse ExampleRequestExplained();
v1::ListServicesResponse ExampleServices();
v1::ListEndpointsResponse ExampleEndpoints();
v1::ListProxiesResponse ExampleProxies();
v1::ListProblemsResponse ExampleProblems();
v1::WatchResponse ExampleEvent();
v1::ListCertificatesResponse ExampleCertificates();
v1::ComposeCheck ExampleCheck();
v1::ComposeImport ExampleImport();

}  // namespace fairlead
