#include "server/resources/listener.h"

#include <utility>

#include "envoy/extensions/access_loggers/file/v3/file.pb.h"
#include "envoy/extensions/filters/http/rbac/v3/rbac.pb.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol.pb.h"
#include "envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "server/resources/basic_auth.h"

namespace fairlead {
namespace {

using envoy::extensions::access_loggers::file::v3::FileAccessLog;
using envoy::extensions::filters::listener::proxy_protocol::v3::ProxyProtocol;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;

// The fields that people look for first; nginx's combined log has the same ones but for the last
// three.
constexpr char kTextLog[] =
    "%REQ(:AUTHORITY)% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% - - [%START_TIME%] "
    "\"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" %RESPONSE_CODE% %BYTES_SENT% "
    "\"%REQ(REFERER)%\" \"%REQ(USER-AGENT)%\" \"%UPSTREAM_HOST%\" %DURATION%ms "
    "%RESPONSE_FLAGS%\n";
constexpr std::pair<const char*, const char*> kJsonLog[] = {
    {"time", "%START_TIME%"},
    {"host", "%REQ(:AUTHORITY)%"},
    {"client", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"},
    {"method", "%REQ(:METHOD)%"},
    {"path", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"},
    {"protocol", "%PROTOCOL%"},
    {"status", "%RESPONSE_CODE%"},
    {"bytes_received", "%BYTES_RECEIVED%"},
    {"bytes_sent", "%BYTES_SENT%"},
    {"duration_ms", "%DURATION%"},
    {"referer", "%REQ(REFERER)%"},
    {"user_agent", "%REQ(USER-AGENT)%"},
    {"cluster", "%UPSTREAM_CLUSTER%"},
    {"endpoint", "%UPSTREAM_HOST%"},
    {"flags", "%RESPONSE_FLAGS%"},
    {"attempts", "%UPSTREAM_REQUEST_ATTEMPT_COUNT%"}};

void AddAccessLog(ListenerSettings::AccessLog form, HttpConnectionManager& manager) {
  if (form == ListenerSettings::AccessLog::kOff) return;
  FileAccessLog file;
  file.set_path("/dev/stdout");
  if (form == ListenerSettings::AccessLog::kText) {
    file.mutable_log_format()->mutable_text_format_source()->set_inline_string(kTextLog);
  } else {
    auto& fields = *file.mutable_log_format()->mutable_json_format()->mutable_fields();
    for (const auto& [field, value] : kJsonLog) fields[field].set_string_value(value);
  }
  auto& log = *manager.add_access_log();
  log.set_name("envoy.access_loggers.file");
  log.mutable_typed_config()->PackFrom(file);
}

// Requests of old and odd clients, as nginx takes them.
void TakeWhatNginxTakes(const ListenerSettings& settings, HttpConnectionManager& manager) {
  // "shop.example." is the absolute form of the name.
  manager.set_strip_trailing_host_dot(true);
  auto& http1 = *manager.mutable_http_protocol_options();
  http1.set_accept_http_10(true);
  http1.set_default_host_for_http_10(settings.host_of_unnamed);
  // A CGI program cannot tell X_Real_IP, which any client may send, from the X-Real-IP that is
  // added here.
  manager.mutable_common_http_protocol_options()->set_headers_with_underscores_action(
      envoy::config::core::v3::HttpProtocolOptions::DROP_HEADER);
}

HttpConnectionManager ConnectionManagerOf(const std::string& name, const ListenerSettings& settings,
                                          const std::string& routes, bool http3) {
  HttpConnectionManager manager;
  manager.set_stat_prefix(name);
  manager.set_codec_type(http3 ? HttpConnectionManager::HTTP3 : HttpConnectionManager::AUTO);
  if (http3) manager.mutable_http3_protocol_options();
  auto& rds = *manager.mutable_rds();
  rds.set_route_config_name(routes);
  rds.mutable_config_source()->set_resource_api_version(envoy::config::core::v3::V3);
  rds.mutable_config_source()->mutable_ads();
  // X-Forwarded-For gets the address that the proxy sees. Whether it is the client's: with no hop
  // that is trusted; with one, the client is who that hop saw, and its X-Forwarded-Proto stands.
  manager.mutable_use_remote_address()->set_value(true);
  if (settings.trust_downstream_proxy) manager.set_xff_num_trusted_hops(1);
  // Routes, and with them who may come in, are chosen by the path that a container would read: with
  // "." and ".." resolved, as nginx chooses them. An escaped slash is part of a name (as in the
  // APIs of GitLab and npm), and "//" of a URL in a path (as image proxies have it). nginx looks
  // for "//" as for "/", yet hands it on; a listener that merged slashes would not.
  manager.mutable_normalize_path()->set_value(true);
  manager.set_path_with_escaped_slashes_action(HttpConnectionManager::KEEP_UNCHANGED);
  TakeWhatNginxTakes(settings, manager);
  manager.add_upgrade_configs()->set_upgrade_type("websocket");
  // Lets everyone in but where a route says otherwise.
  auto& access = *manager.add_http_filters();
  access.set_name(kAccessFilter);
  access.mutable_typed_config()->PackFrom(envoy::extensions::filters::http::rbac::v3::RBAC());
  *manager.mutable_local_reply_config() = LocalReplyOf(settings.pages);
  AddPasswordFilters(manager);
  AddAccessLog(settings.access_log, manager);
  auto& router = *manager.add_http_filters();
  router.set_name("envoy.filters.http.router");
  router.mutable_typed_config()->PackFrom(envoy::extensions::filters::http::router::v3::Router());
  return manager;
}

envoy::config::listener::v3::Listener ListenerAt(const std::string& name,
                                                 const ListenerSettings& settings, uint16_t port) {
  envoy::config::listener::v3::Listener listener;
  listener.set_name(name);
  auto& socket = *listener.mutable_address()->mutable_socket_address();
  socket.set_address(settings.ip);
  socket.set_port_value(port);
  if (settings.ip == "::") socket.set_ipv4_compat(true);
  return listener;
}

void ExpectProxyProtocol(const ListenerSettings& settings,
                         envoy::config::listener::v3::Listener& listener) {
  if (!settings.proxy_protocol) return;
  auto& filter = *listener.add_listener_filters();
  filter.set_name("envoy.filters.listener.proxy_protocol");
  filter.mutable_typed_config()->PackFrom(ProxyProtocol());
}

void AddConnectionManager(const std::string& name, const ListenerSettings& settings,
                          const std::string& routes, bool http3,
                          envoy::config::listener::v3::FilterChain& chain) {
  auto& filter = *chain.add_filters();
  filter.set_name("envoy.filters.network.http_connection_manager");
  filter.mutable_typed_config()->PackFrom(ConnectionManagerOf(name, settings, routes, http3));
}

void AddChains(const std::string& name, const ListenerSettings& settings,
               const std::vector<TlsChain>& chains, bool http3,
               envoy::config::listener::v3::Listener& listener) {
  for (const TlsChain& of : chains) {
    auto& chain = of.server_names.empty() ? *listener.mutable_default_filter_chain()
                                          : *listener.add_filter_chains();
    for (const std::string& server_name : of.server_names) {
      chain.mutable_filter_chain_match()->add_server_names(server_name);
    }
    *chain.mutable_transport_socket() = of.socket;
    AddConnectionManager(name, settings, of.routes, http3, chain);
  }
}

}  // namespace

envoy::config::listener::v3::Listener HttpListenerOf(const std::string& name,
                                                     const ListenerSettings& settings,
                                                     uint16_t port, const std::string& routes) {
  envoy::config::listener::v3::Listener listener = ListenerAt(name, settings, port);
  ExpectProxyProtocol(settings, listener);
  AddConnectionManager(name, settings, routes, /*http3=*/false, *listener.add_filter_chains());
  return listener;
}

envoy::config::listener::v3::Listener HttpsListenerOf(const std::string& name,
                                                      const ListenerSettings& settings,
                                                      uint16_t port,
                                                      const std::vector<TlsChain>& chains) {
  envoy::config::listener::v3::Listener listener = ListenerAt(name, settings, port);
  ExpectProxyProtocol(settings, listener);
  auto& inspector = *listener.add_listener_filters();
  inspector.set_name("envoy.filters.listener.tls_inspector");
  inspector.mutable_typed_config()->PackFrom(
      envoy::extensions::filters::listener::tls_inspector::v3::TlsInspector());
  AddChains(name, settings, chains, /*http3=*/false, listener);
  return listener;
}

envoy::config::listener::v3::Listener Http3ListenerOf(const std::string& name,
                                                      const ListenerSettings& settings,
                                                      uint16_t port,
                                                      const std::vector<TlsChain>& chains) {
  envoy::config::listener::v3::Listener listener = ListenerAt(name, settings, port);
  listener.mutable_address()->mutable_socket_address()->set_protocol(
      envoy::config::core::v3::SocketAddress::UDP);
  listener.mutable_udp_listener_config()->mutable_quic_options();
  AddChains(name, settings, chains, /*http3=*/true, listener);
  return listener;
}

}  // namespace fairlead
