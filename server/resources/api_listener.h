#pragma once

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "server/routing/model.h"
#include "server/snapshot/snapshot.h"

namespace fairlead {

// The listener `name` as gRPC clients without a proxy want it (gRFC A27): an HTTP connection
// manager without an address, whose routes come over ADS as `routes`.
envoy::config::listener::v3::Listener ApiListenerOf(const std::string& name,
                                                    const std::string& routes);

// The routes of a gRPC client of `pool`: every call goes to the pool's cluster.
envoy::config::route::v3::RouteConfiguration ApiRoutesOf(const std::string& pool);

// What gRPC clients name in xds:///NAME: each service's pools by their own names (shop/web:8000),
// and a service that has one pool by its own (shop/web). All are offered on request only. They
// depend on which pools there are and not on the containers, so that scaling touches none of them.
class ApiListeners {
 public:
  // Names in `reserved` are listeners of proxies, and never a service's.
  explicit ApiListeners(absl::btree_set<std::string> reserved) : reserved_(std::move(reserved)) {}

  // The listeners and routes that come and go with these pools; each name once.
  // Routes before the listener that refers to them.
  std::vector<ResourceChange> Apply(const std::vector<PoolChange>& pools);

  // The routes that the listener `name`, which there is, refers to.
  std::string RoutesOf(const std::string& name) const;

 private:
  // The one pool of the service; empty: it has none or several, or its name is reserved.
  std::string SolePool(const std::string& service) const;

  const absl::btree_set<std::string> reserved_;
  absl::btree_map<std::string, absl::btree_set<std::string>> pools_;  // by service
};

}  // namespace fairlead
