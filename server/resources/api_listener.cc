#include "server/resources/api_listener.h"

#include <utility>

#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "server/routing/names.h"

namespace fairlead {
namespace {

using envoy::config::listener::v3::Listener;
using envoy::config::route::v3::RouteConfiguration;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;

ResourceChange Offered(Type type, const std::string& name,
                       const google::protobuf::Message& message) {
  return {type, name, Resource::Of(type, name, message, Resource::Offer::kOnRequest)};
}

}  // namespace

Listener ApiListenerOf(const std::string& name, const std::string& routes) {
  HttpConnectionManager manager;
  manager.set_stat_prefix(name);
  auto& rds = *manager.mutable_rds();
  rds.set_route_config_name(routes);
  rds.mutable_config_source()->set_resource_api_version(envoy::config::core::v3::V3);
  rds.mutable_config_source()->mutable_ads();
  // Clients refuse a listener whose last filter is not the router (gRFC A39).
  auto& router = *manager.add_http_filters();
  router.set_name("envoy.filters.http.router");
  router.mutable_typed_config()->PackFrom(envoy::extensions::filters::http::router::v3::Router());

  Listener listener;
  listener.set_name(name);
  listener.mutable_api_listener()->mutable_api_listener()->PackFrom(manager);
  return listener;
}

RouteConfiguration ApiRoutesOf(const std::string& pool) {
  RouteConfiguration configuration;
  configuration.set_name(pool);
  auto& host = *configuration.add_virtual_hosts();
  host.set_name(pool);
  // Clients look for the authority of their channel, which they can set to anything.
  host.add_domains(std::string("*"));
  auto& route = *host.add_routes();
  // Neither a deadline nor a retry of ours: both are the application's affair, and a client sends
  // again by itself what the container did not begin to answer (gRFC A6, transparent retries).
  route.mutable_match()->set_prefix("");
  route.mutable_route()->set_cluster(pool);
  return configuration;
}

std::vector<ResourceChange> ApiListeners::Apply(const std::vector<PoolChange>& pools) {
  std::vector<ResourceChange> out;
  absl::btree_map<std::string, std::string> sole_before;  // of the services whose pools change
  for (const PoolChange& change : pools) {
    const std::string service(ServiceOfPool(change.name));
    if (service.empty()) continue;
    sole_before.try_emplace(service, SolePool(service));
    absl::btree_set<std::string>& names = pools_[service];
    const bool is_there = change.after != nullptr;
    if (is_there ? !names.insert(change.name).second : names.erase(change.name) == 0) continue;
    if (is_there) {
      out.push_back(Offered(Type::kRoute, change.name, ApiRoutesOf(change.name)));
      out.push_back(Offered(Type::kListener, change.name, ApiListenerOf(change.name, change.name)));
    } else {
      out.push_back({Type::kListener, change.name, nullptr});
      out.push_back({Type::kRoute, change.name, nullptr});
    }
  }
  for (const auto& [service, before] : sole_before) {
    const std::string sole = SolePool(service);
    if (pools_[service].empty()) pools_.erase(service);
    if (sole == before) continue;
    if (sole.empty()) {
      out.push_back({Type::kListener, service, nullptr});
    } else {
      out.push_back(Offered(Type::kListener, service, ApiListenerOf(service, sole)));
    }
  }
  return out;
}

std::string ApiListeners::RoutesOf(const std::string& name) const {
  return pools_.contains(name) ? SolePool(name) : name;
}

std::string ApiListeners::SolePool(const std::string& service) const {
  const auto found = pools_.find(service);
  const bool is_sole = found != pools_.end() && found->second.size() == 1;
  return is_sole && !reserved_.contains(service) ? *found->second.begin() : std::string();
}

}  // namespace fairlead
