#include "clients/cli/bootstrap.h"

#include <arpa/inet.h>

#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace fairlead {
namespace {

using Json = nlohmann::ordered_json;

struct Server {
  std::string host;
  int port = 0;
  bool is_ip = false;
};

absl::StatusOr<Server> ServerOf(const std::string& xds) {
  const size_t colon = xds.rfind(':');
  Server server;
  if (colon == std::string::npos || !absl::SimpleAtoi(xds.substr(colon + 1), &server.port) ||
      server.port < 1 || server.port > 65535 || colon == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--xds: '", xds, "' is no address; write HOST:PORT, as in 127.0.0.1:18000"));
  }
  absl::string_view host = absl::string_view(xds).substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  server.host = std::string(host);
  unsigned char address[sizeof(in6_addr)];
  server.is_ip = inet_pton(AF_INET, server.host.c_str(), address) == 1 ||
                 inet_pton(AF_INET6, server.host.c_str(), address) == 1;
  return server;
}

// A JSON string is a YAML string too.
std::string Quote(const std::string& text) {
  return Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string QuoteAll(const std::vector<std::string>& texts) {
  return absl::StrJoin(texts, ", ", [](std::string* out, const std::string& text) {
    absl::StrAppend(out, Quote(text));
  });
}

std::string EnvoyNode(const Bootstrap& bootstrap) {
  std::string node = absl::StrCat("node:\n  id: ", Quote(bootstrap.node_id),
                                  "\n  cluster: ", Quote(bootstrap.group), "\n");
  if (!bootstrap.zone.empty()) {
    absl::StrAppend(&node, "  locality:\n    zone: ", Quote(bootstrap.zone), "\n");
  }
  absl::StrAppend(&node, "  metadata:\n    fairlead:\n      group: ", Quote(bootstrap.group), "\n");
  if (!bootstrap.host.empty()) {
    absl::StrAppend(&node, "      host: ", Quote(bootstrap.host), "\n");
  }
  if (!bootstrap.networks.empty()) {
    absl::StrAppend(&node, "      networks: [", QuoteAll(bootstrap.networks), "]\n");
  }
  return node;
}

constexpr char kDynamic[] = R"(dynamic_resources:
  ads_config:
    api_type: $API_TYPE
    transport_api_version: V3
    set_node_on_first_message_only: true
    grpc_services:
    - envoy_grpc:
        cluster_name: xds_cluster
  cds_config:
    resource_api_version: V3
    ads: {}
  lds_config:
    resource_api_version: V3
    ads: {}
)";

constexpr char kStatic[] = R"(static_resources:
  clusters:
  - name: xds_cluster
    type: $DISCOVERY
    connect_timeout: 1s
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config:
          http2_protocol_options:
            connection_keepalive:
              interval: 30s
              timeout: 10s
    load_assignment:
      cluster_name: xds_cluster
      endpoints:
      - lb_endpoints:
        - endpoint:
            address:
              socket_address:
                address: $HOST
                port_value: $PORT
)";

constexpr char kTransportSocket[] = R"(    transport_socket:
      name: envoy.transport_sockets.tls
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
        sni: $HOST
        common_tls_context:
          tls_certificates:
          - certificate_chain: {filename: $CERTIFICATE}
            private_key: {filename: $KEY}
          validation_context:
            trusted_ca: {filename: $AUTHORITIES}
)";

constexpr char kAdmin[] = R"(admin:
  address:
    socket_address:
      address: 127.0.0.1
      port_value: $PORT
)";

}  // namespace

absl::StatusOr<std::string> EnvoyBootstrap(const Bootstrap& bootstrap) {
  const absl::StatusOr<Server> server = ServerOf(bootstrap.xds);
  if (!server.ok()) return server.status();
  std::string text = EnvoyNode(bootstrap);
  absl::StrAppend(&text, absl::StrReplaceAll(
                             kDynamic, {{"$API_TYPE", bootstrap.delta ? "DELTA_GRPC" : "GRPC"}}));
  absl::StrAppend(
      &text, absl::StrReplaceAll(kStatic, {{"$DISCOVERY", server->is_ip ? "STATIC" : "STRICT_DNS"},
                                           {"$HOST", Quote(server->host)},
                                           {"$PORT", absl::StrCat(server->port)}}));
  if (!bootstrap.tls.certificate_file.empty()) {
    absl::StrAppend(&text,
                    absl::StrReplaceAll(kTransportSocket,
                                        {{"$HOST", Quote(server->host)},
                                         {"$CERTIFICATE", Quote(bootstrap.tls.certificate_file)},
                                         {"$KEY", Quote(bootstrap.tls.key_file)},
                                         {"$AUTHORITIES", Quote(bootstrap.tls.authorities_file)}}));
  }
  if (bootstrap.admin_port != 0) {
    absl::StrAppend(&text,
                    absl::StrReplaceAll(kAdmin, {{"$PORT", absl::StrCat(bootstrap.admin_port)}}));
  }
  return text;
}

absl::StatusOr<std::string> GrpcBootstrap(const Bootstrap& bootstrap) {
  const absl::StatusOr<Server> server = ServerOf(bootstrap.xds);
  if (!server.ok()) return server.status();
  Json credentials = {{"type", "insecure"}};
  if (!bootstrap.tls.certificate_file.empty()) {
    credentials = {{"type", "tls"},
                   {"config",
                    {{"certificate_file", bootstrap.tls.certificate_file},
                     {"private_key_file", bootstrap.tls.key_file},
                     {"ca_certificate_file", bootstrap.tls.authorities_file}}}};
  }
  Json place = {{"group", bootstrap.group}};
  if (!bootstrap.host.empty()) place["host"] = bootstrap.host;
  if (!bootstrap.networks.empty()) place["networks"] = bootstrap.networks;
  Json node = {{"id", bootstrap.node_id}, {"metadata", {{"fairlead", place}}}};
  if (!bootstrap.zone.empty()) node["locality"] = {{"zone", bootstrap.zone}};
  const Json document = {
      {"xds_servers", Json::array({{{"server_uri", bootstrap.xds},
                                    {"channel_creds", Json::array({credentials})},
                                    {"server_features", Json::array({"xds_v3"})}}})},
      {"node", node}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fairlead
