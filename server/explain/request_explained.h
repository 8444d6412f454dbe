#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "fairlead/v1/admin.pb.h"
#include "server/routing/model.h"
#include "server/snapshot/snapshot.h"

namespace fairlead {

// Proxies that are sent the same.
struct ProxiesAlike {
  std::vector<std::string> node_ids;  // sorted
  std::shared_ptr<const Snapshot> snapshot;
};

// By what a request is explained.
struct RequestGround {
  // What proxies that might get the request are sent; assignments, which depend on where a proxy
  // stands, may be missing.
  std::shared_ptr<const Snapshot> snapshot;
  // Those of them that are connected.
  std::vector<ProxiesAlike> proxies;
  // Names of the listeners that stand for the schemes where a URL names no port.
  std::string own_http;
  std::string own_https;
  // The host whose routes also get the requests for hosts that no container asks for; empty: none.
  std::string default_host;
};

// What a request would get, by evaluating the very resources that proxies are sent as Envoy
// evaluates them: derived ones and those that people put. Clusters are without their endpoints.
// Pure. INVALID_ARGUMENT: the URL or another part of the request is none.
absl::StatusOr<v1::RequestExplained> Explain(const v1::RequestToExplain& request,
                                             const RequestGround& ground);

// Adds their endpoints to the clusters of `explained`, which Explain made by the same ground; if
// none is healthy, the answer is another. `pools`: those of the clusters that containers are
// behind.
void AddEndpoints(const std::vector<std::shared_ptr<const Pool>>& pools,
                  const RequestGround& ground, v1::RequestExplained& explained);

}  // namespace fairlead
