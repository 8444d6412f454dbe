#pragma once

#include <string>

#include "absl/types/optional.h"
#include "fairlead/v1/admin.pb.h"
#include "server/explain/container_explained.h"
#include "server/vocabulary/request.h"

namespace fairlead {

// What keeps requests from a container, stage by stage; nothing: this stage does not. Where the
// stage itself told a problem, that one is it. Pure.

// Its words: it asks for no host, or for something that is refused. `problems`: of ParseRequest.
absl::optional<v1::Problem> StopByWords(const ContainerGround& ground,
                                        const RoutingRequest& request, const Problems& problems);
// Its state: it does not run, or is held back.
absl::optional<v1::Problem> StopByState(const ContainerGround& ground);
// One of the routes that it asks for, as far as it is filled in.
absl::optional<v1::Problem> StopOfRoute(const ContainerGround& ground,
                                        const v1::RouteExplained& route,
                                        const std::string& service);
// That no proxy is connected.
absl::optional<v1::Problem> StopWithoutProxies(const ContainerGround& ground);
// One proxy, by what it has and how it took it.
absl::optional<v1::Problem> StopAtProxy(const ContainerGround& ground,
                                        const v1::ProxyExplained& proxy);

// "running, its HEALTHCHECK fails".
std::string StateOf(const v1::Container& container);

}  // namespace fairlead
