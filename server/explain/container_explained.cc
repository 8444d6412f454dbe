#include "server/explain/container_explained.h"

#include <algorithm>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "server/admin/describe.h"
#include "server/explain/container_stops.h"
#include "server/explain/words_explained.h"
#include "server/resources/assignment.h"
#include "server/vocabulary/request.h"

namespace fairlead {
namespace {

const Pool* FindPool(const ContainerGround& ground, const std::string& name) {
  for (const auto& pool : ground.pools) {
    if (pool->name == name) return pool.get();
  }
  return nullptr;
}

// The container in the cluster; null: it is not there.
const Endpoint* FindEndpoint(const ContainerGround& ground, const std::string& cluster) {
  const Pool* const pool = FindPool(ground, cluster);
  if (pool == nullptr) return nullptr;
  for (const auto& endpoint : pool->endpoints) {
    if (endpoint->container_id == ground.container.facts->id() &&
        endpoint->host_id == ground.container.host_id) {
      return endpoint.get();
    }
  }
  return nullptr;
}

std::string ClusterOf(const ContainerGround& ground, const RouteRequest& asked) {
  for (const auto& host : ground.virtual_hosts) {
    if (host->domain != asked.host) continue;
    for (const Route& route : host->routes) {
      if (route.path == asked.path) return route.pool;
    }
  }
  return "";
}

const std::vector<ResourceReference>& CarriersIn(const ContainerGround& ground,
                                                 const std::string& cluster) {
  static const auto& none = *new std::vector<ResourceReference>;
  const auto found = ground.carriers.find(cluster);
  return found == ground.carriers.end() ? none : found->second;
}

v1::RouteExplained ExplainRoute(const ContainerGround& ground, const RouteRequest& asked) {
  v1::RouteExplained route;
  route.set_host(asked.host);
  route.set_path(asked.path);
  route.set_port(asked.port);
  route.set_cluster(ClusterOf(ground, asked));
  if (const Endpoint* endpoint = FindEndpoint(ground, route.cluster())) {
    *route.mutable_endpoint() = DescribeEndpoint(route.cluster(), *endpoint);
  }
  for (const ResourceReference& carrier : CarriersIn(ground, route.cluster())) {
    if (carrier.type == Type::kRoute) route.add_route_configurations(carrier.name);
  }
  return route;
}

v1::ProxyExplained::Held ExplainHeld(const ContainerGround& ground, const std::string& node_id,
                                     const Snapshot& snapshot, const ResourceReference& carrier) {
  v1::ProxyExplained::Held held;
  held.set_type(std::string(ShortName(carrier.type)));
  held.set_name(carrier.name);
  const Resource* const now = snapshot.Find(carrier.type, carrier.name);
  for (const HeldByClient& has : ground.held) {
    const bool is_it = has.node_id == node_id && has.resource.type == carrier.type &&
                       has.resource.name == carrier.name;
    if (!is_it) continue;
    held.set_state(has.state);
    held.set_is_current(now != nullptr && now->version().ToString() == has.version);
  }
  return held;
}

v1::ProxyExplained ExplainProxy(const ContainerGround& ground, const ProxiesAtPlace& place,
                                const std::string& node_id, const v1::Endpoint& described,
                                const Endpoint& endpoint) {
  v1::ProxyExplained proxy;
  proxy.set_node_id(node_id);
  proxy.set_cluster(described.cluster());
  if (const Address* address = ReachableAddress(endpoint, place.view)) {
    const bool v6 = address->ip.find(':') != std::string::npos;
    proxy.set_from(
        described.addresses(static_cast<int>(address - endpoint.addresses.data())).from());
    proxy.set_address(absl::StrCat(v6 ? "[" : "", address->ip, v6 ? "]:" : ":", address->port));
  }
  for (const ResourceReference& carrier : CarriersIn(ground, proxy.cluster())) {
    *proxy.add_held() = ExplainHeld(ground, node_id, *place.snapshot, carrier);
  }
  if (const auto stop = StopAtProxy(ground, proxy)) proxy.set_stop(stop->what());
  return proxy;
}

// Collects, stage by stage, what stops it.
class ContainerWalk {
 public:
  explicit ContainerWalk(const ContainerGround& ground) : ground_(ground) {}

  v1::ContainerExplained Run() {
    const v1::Container& container = *ground_.container.facts;
    Problems problems;
    const RoutingRequest request = ParseRequest(container, ground_.container.host_id, problems);
    explained_.set_host_id(ground_.container.host_id);
    explained_.set_id(container.id());
    explained_.set_name(container.name());
    explained_.set_service(request.service);
    explained_.set_state(StateOf(container));
    *explained_.mutable_words() = ExplainWords(container, request, problems, ground_.problems);
    TakeStop(StopByWords(ground_, request, problems));
    TakeStop(StopByState(ground_));
    TakeRoutes(request);
    TakeStop(StopWithoutProxies(ground_));
    TakeProxies();
    AddProblems();
    return std::move(explained_);
  }

 private:
  // The first one counts.
  void TakeStop(absl::optional<v1::Problem> stop) {
    if (!stop.has_value() || explained_.has_stop()) return;
    *explained_.mutable_stop() = *std::move(stop);
  }

  // What stops one of several is the container's stop only if all are stopped.
  void TakeRoutes(const RoutingRequest& request) {
    absl::optional<v1::Problem> first;
    bool any = false;
    for (const RouteRequest& asked : request.routes) {
      v1::RouteExplained& route = *explained_.add_routes();
      route = ExplainRoute(ground_, asked);
      absl::optional<v1::Problem> stop = StopOfRoute(ground_, route, request.service);
      any |= !stop.has_value();
      if (!stop.has_value()) continue;
      route.set_stop(stop->what());
      if (!first.has_value()) first = std::move(stop);
    }
    if (!any) TakeStop(std::move(first));
  }

  void TakeProxies() {
    absl::btree_set<std::string> clusters;
    for (const v1::RouteExplained& route : explained_.routes()) {
      if (route.has_endpoint()) clusters.insert(route.cluster());
    }
    absl::optional<v1::Problem> first;
    bool any = false;
    for (const std::string& cluster : clusters) {
      const Endpoint& endpoint = *FindEndpoint(ground_, cluster);
      const v1::Endpoint described = DescribeEndpoint(cluster, endpoint);
      for (const ProxiesAtPlace& place : ground_.proxies) {
        for (const std::string& node_id : place.node_ids) {
          v1::ProxyExplained& proxy = *explained_.add_proxies();
          proxy = ExplainProxy(ground_, place, node_id, described, endpoint);
          any |= proxy.stop().empty();
          if (!proxy.stop().empty() && !first.has_value()) first = StopAtProxy(ground_, proxy);
        }
      }
    }
    if (!any) TakeStop(std::move(first));
  }

  // Of the container, its clusters and hosts, but for what is said above already.
  void AddProblems() {
    absl::btree_set<std::string> places;
    places.insert(explained_.service());
    for (const v1::RouteExplained& route : explained_.routes()) {
      places.insert(route.cluster());
      places.insert(route.host());
      places.insert(absl::StrCat(route.host(), route.path()));
    }
    places.erase("");
    for (const v1::Problem& problem : ground_.problems) {
      const bool is_its =
          problem.host() == explained_.host_id() && problem.container() == explained_.name();
      if (!is_its && !places.contains(problem.service())) continue;
      if (!is_its && !problem.container().empty()) continue;
      if (explained_.has_stop() && explained_.stop().what() == problem.what()) continue;
      *explained_.add_problems() = problem;
    }
  }

  const ContainerGround& ground_;
  v1::ContainerExplained explained_;
};

}  // namespace

v1::ContainerExplained ExplainContainer(const ContainerGround& ground) {
  return ContainerWalk(ground).Run();
}

}  // namespace fairlead
