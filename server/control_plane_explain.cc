// Why: what stops a container, and what a request would get.
#include <algorithm>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "server/admin/describe.h"
#include "server/base/log.h"
#include "server/base/spelling.h"
#include "server/control_plane.h"
#include "server/explain/carriers.h"
#include "server/subscriptions/node.h"
#include "server/vocabulary/request.h"

namespace fairlead {
namespace {

absl::Status NoSuchProxy(const std::string& node_id, const std::vector<std::string>& names) {
  const std::string nearest = NearestName(node_id, names);
  return absl::NotFoundError(
      absl::StrCat("no proxy '", Quoted(node_id), "' is connected; ",
                   nearest.empty() ? "'fairlead proxies' lists those that are"
                                   : absl::StrCat("did you mean '", Quoted(nearest), "'?")));
}

// Each once: a proxy may have several streams.
std::vector<std::string> Sorted(std::vector<std::string> node_ids) {
  std::sort(node_ids.begin(), node_ids.end());
  node_ids.erase(std::unique(node_ids.begin(), node_ids.end()), node_ids.end());
  return node_ids;
}

}  // namespace

absl::Status ControlPlane::Explain(const v1::ExplainRequest& request,
                                   v1::ExplainResponse& response) {
  switch (request.what_case()) {
    case v1::ExplainRequest::kContainer:
      return ExplainContainerNamed(request.container(), *response.mutable_container());
    case v1::ExplainRequest::kRequest:
      return ExplainRequested(request.request(), *response.mutable_request());
    case v1::ExplainRequest::WHAT_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("name a container or a URL");
}

absl::Status ControlPlane::ExplainContainerNamed(const std::string& name,
                                                 v1::ContainerExplained& explained) {
  absl::StatusOr<ContainerGround> ground = GroundFor(name);
  if (!ground.ok()) return ground.status();
  // Not on the strand, as with requests.
  std::vector<NamedResource> wanted;
  for (const auto& pool : ground->pools) {
    std::vector<ResourceReference>& carriers = ground->carriers[pool->name];
    carriers = CarriersOf(*ground->snapshot, pool->name);
    for (const ResourceReference& carrier : carriers) {
      wanted.push_back({carrier.type, carrier.name});
    }
  }
  XdsService* xds = nullptr;
  Look([&] { xds = xds_; });
  if (xds == nullptr) return absl::UnavailableError("the server starts or ends; ask again");
  xds->FindHeld(wanted, ground->held);
  explained = ExplainContainer(*ground);
  return absl::OkStatus();
}

absl::StatusOr<ContainerGround> ControlPlane::GroundFor(const std::string& name) {
  std::vector<ContainerOnHost> all;
  Look([&] {
    pipeline_.catalog().ForEachContainer(
        [&](const std::string& host_id, const ContainerFacts& facts) {
          all.push_back({host_id, facts});
        });
  });
  absl::StatusOr<ContainerOnHost> found = FindContainer(name, all);
  if (!found.ok()) return found.status();
  ContainerGround ground;
  ground.container = *std::move(found);
  std::vector<Problem> unused;
  const RoutingRequest request =
      ParseRequest(*ground.container.facts, ground.container.host_id, unused);
  Look([&] { FillFromStages(request, ground); });
  return ground;
}

void ControlPlane::FillFromStages(const RoutingRequest& request, ContainerGround& ground) {
  const Routing& routing = pipeline_.routing();
  v1::ListHostsResponse hosts;
  pipeline_.catalog().Describe(hosts);
  for (const v1::Host& host : hosts.hosts()) {
    if (host.id() == ground.container.host_id) ground.host_state = host.state();
  }
  ground.held_back = routing.IsHeldBack(ground.container.host_id, ground.container.facts->id());
  ground.service_routes = routing.Summary(request.service).routes;
  absl::btree_set<std::string> pools;
  for (const DomainRequest& domain : request.domains) {
    auto host = routing.FindVirtualHost(domain.host);
    if (host == nullptr) continue;
    for (const Route& route : host->routes) {
      if (request.FindRoute(domain.host, route.path) != nullptr) pools.insert(route.pool);
    }
    ground.virtual_hosts.push_back(std::move(host));
  }
  for (const std::string& pool : pools) ground.pools.push_back(routing.FindPool(pool));
  for (const auto& [problem, since] : problems_.All()) {
    ground.problems.push_back(DescribeProblem(problem, since));
  }
  absl::flat_hash_map<View, std::vector<std::string>> standing;
  for (const auto& [stream, attached] : attached_) {
    if (!pipeline_.IsDerived(attached.view)) continue;
    standing[attached.view].push_back(attached.proxy.node_id);
  }
  for (auto& [view, node_ids] : standing) {
    ground.proxies.push_back({Sorted(std::move(node_ids)), view, pipeline_.SnapshotFor(view)});
  }
  std::sort(
      ground.proxies.begin(), ground.proxies.end(),
      [](const ProxiesAtPlace& a, const ProxiesAtPlace& b) { return a.node_ids < b.node_ids; });
  View view;
  view.group = kDefaultGroup;
  ground.snapshot = pipeline_.SnapshotFor(view);
}

absl::Status ControlPlane::ExplainRequested(const v1::RequestToExplain& request,
                                            v1::RequestExplained& explained) {
  const absl::StatusOr<RequestGround> ground = GroundFor(request);
  if (!ground.ok()) return ground.status();
  // Not on the strand: what a snapshot has is parsed, and traffic does not wait for that.
  absl::StatusOr<v1::RequestExplained> walked = fairlead::Explain(request, *ground);
  if (!walked.ok()) return walked.status();
  explained = *std::move(walked);
  std::vector<std::shared_ptr<const Pool>> pools;
  Look([&] {
    for (const v1::ClusterAsked& cluster : explained.clusters()) {
      auto pool = pipeline_.routing().FindPool(cluster.name());
      if (pool != nullptr) pools.push_back(std::move(pool));
    }
  });
  AddEndpoints(pools, *ground, explained);
  return absl::OkStatus();
}

absl::StatusOr<RequestGround> ControlPlane::GroundFor(const v1::RequestToExplain& request) {
  const std::string group = request.group().empty() ? kDefaultGroup : request.group();
  RequestGround ground;
  ground.own_http = HttpListeners::kHttp;
  ground.own_https = HttpsListeners::kHttps;
  ground.default_host = options_.pipeline.resources.http.default_host;
  absl::flat_hash_map<View, ProxiesAlike> alike;
  std::vector<std::string> all;
  Look([&] {
    for (const auto& [stream, attached] : attached_) {
      const std::string& node_id = attached.proxy.node_id;
      all.push_back(node_id);
      const bool is_asked = request.node_id().empty()
                                ? attached.view.group == group && attached.view.node.empty()
                                : node_id == request.node_id();
      if (!is_asked) continue;
      alike[attached.view].node_ids.push_back(node_id);
    }
    for (auto& [view, proxies] : alike) proxies.snapshot = pipeline_.SnapshotFor(view);
    View view;
    view.group = group;
    ground.snapshot = pipeline_.SnapshotFor(view);
  });
  if (alike.empty() && !request.node_id().empty()) return NoSuchProxy(request.node_id(), all);
  for (auto& [view, proxies] : alike) {
    proxies.node_ids = Sorted(std::move(proxies.node_ids));
    ground.proxies.push_back(std::move(proxies));
  }
  std::sort(ground.proxies.begin(), ground.proxies.end(),
            [](const ProxiesAlike& a, const ProxiesAlike& b) { return a.node_ids < b.node_ids; });
  if (!request.node_id().empty()) ground.snapshot = ground.proxies.front().snapshot;
  return ground;
}

}  // namespace fairlead
