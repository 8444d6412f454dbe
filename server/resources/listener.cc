#include "server/resources/listener.h"

#include "envoy/extensions/filters/http/rbac/v3/rbac.pb.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace fairlead {
namespace {

using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;

HttpConnectionManager ConnectionManagerOf(const std::string& name, const std::string& routes) {
  HttpConnectionManager manager;
  manager.set_stat_prefix(name);
  manager.set_codec_type(HttpConnectionManager::AUTO);
  auto& rds = *manager.mutable_rds();
  rds.set_route_config_name(routes);
  rds.mutable_config_source()->set_resource_api_version(envoy::config::core::v3::V3);
  rds.mutable_config_source()->mutable_ads();
  // The proxy faces its clients: X-Forwarded-For starts with the address that it sees.
  manager.mutable_use_remote_address()->set_value(true);
  manager.add_upgrade_configs()->set_upgrade_type("websocket");
  // Lets everyone in but where a route says otherwise.
  auto& access = *manager.add_http_filters();
  access.set_name(kAccessFilter);
  access.mutable_typed_config()->PackFrom(envoy::extensions::filters::http::rbac::v3::RBAC());
  auto& router = *manager.add_http_filters();
  router.set_name("envoy.filters.http.router");
  router.mutable_typed_config()->PackFrom(envoy::extensions::filters::http::router::v3::Router());
  return manager;
}

}  // namespace

envoy::config::listener::v3::Listener HttpListenerOf(const std::string& name, const std::string& ip,
                                                     uint16_t port, const std::string& routes) {
  envoy::config::listener::v3::Listener listener;
  listener.set_name(name);
  auto& socket = *listener.mutable_address()->mutable_socket_address();
  socket.set_address(ip);
  socket.set_port_value(port);
  auto& filter = *listener.add_filter_chains()->add_filters();
  filter.set_name("envoy.filters.network.http_connection_manager");
  filter.mutable_typed_config()->PackFrom(ConnectionManagerOf(name, routes));
  return listener;
}

}  // namespace fairlead
