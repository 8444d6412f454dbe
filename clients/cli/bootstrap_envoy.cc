#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/substitute.h"
#include "clients/cli/bootstrap.h"

namespace fairlead {
namespace {

// A JSON string is a double-quoted YAML one (YAML 1.2, 7.3.1).
std::string Quote(absl::string_view text) { return nlohmann::json(std::string(text)).dump(); }

std::string NodeText(const Bootstrap& bootstrap) {
  std::string text = absl::StrCat(
      "node:\n  id: ", Quote(bootstrap.node_id),
      "\n  cluster: ", Quote(bootstrap.group.empty() ? "default" : bootstrap.group), "\n");
  if (!bootstrap.zone.empty()) {
    absl::StrAppend(&text, "  locality:\n    zone: ", Quote(bootstrap.zone), "\n");
  }
  std::string ours;
  if (!bootstrap.group.empty())
    absl::StrAppend(&ours, "      group: ", Quote(bootstrap.group), "\n");
  if (!bootstrap.host.empty()) absl::StrAppend(&ours, "      host: ", Quote(bootstrap.host), "\n");
  if (!bootstrap.networks.empty()) {
    absl::StrAppend(&ours, "      networks: [",
                    absl::StrJoin(bootstrap.networks, ", ",
                                  [](std::string* list, const std::string& network) {
                                    list->append(Quote(network));
                                  }),
                    "]\n");
  }
  if (!bootstrap.container.empty()) {
    absl::StrAppend(&ours, "      container: ", Quote(bootstrap.container), "\n");
  }
  if (!ours.empty()) absl::StrAppend(&text, "  metadata:\n    fairlead:\n", ours);
  return text;
}

constexpr char kDynamic[] = R"(
# Everything else comes from the server, on one stream.
dynamic_resources:
  ads_config:
    api_type: $0
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
# How many requests each container gets, for `fairlead services` and `fairlead watch`.
cluster_manager:
  load_stats_config:
    api_type: GRPC
    transport_api_version: V3
    grpc_services:
      - envoy_grpc:
          cluster_name: xds_cluster
)";

// The keepalive notices a server that vanished without a word.
constexpr char kServer[] = R"(
static_resources:
  clusters:
    - name: xds_cluster
$0      connect_timeout: 2s
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
                      address: $1
                      port_value: $2
)";

constexpr char kByAddress[] = "      type: STATIC\n";

// By default Envoy takes IPv6 addresses alone if there are any, though the server may not listen
// there.
constexpr char kByName[] = "      type: STRICT_DNS\n      dns_lookup_family: ALL\n";

// gRPC servers ask for h2 by ALPN. The server's certificate must name the host that is called.
constexpr char kTls[] = R"(      transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
$4          common_tls_context:
            alpn_protocols: ["h2"]
            tls_certificates:
              - certificate_chain:
                  filename: $0
                private_key:
                  filename: $1
            validation_context:
              trusted_ca:
                filename: $2
              match_typed_subject_alt_names:
                - san_type: $3
                  matcher:
                    exact: $5
)";

constexpr char kAdmin[] = R"(
admin:
  address:
    socket_address:
      address: 127.0.0.1
      port_value: $0
)";

constexpr char kAdminSocket[] = R"(
admin:
  address:
    pipe:
      path: $0
)";

std::string AdminText(const Bootstrap& bootstrap) {
  if (!bootstrap.admin_socket.empty()) {
    return absl::Substitute(kAdminSocket, Quote(bootstrap.admin_socket));
  }
  return bootstrap.admin_port == 0 ? "" : absl::Substitute(kAdmin, bootstrap.admin_port);
}

std::string TlsText(const Bootstrap& bootstrap) {
  if (bootstrap.tls.certificate_file.empty()) return "";
  const std::string name = Quote(bootstrap.xds.host);
  // An address is no server name (RFC 6066).
  const std::string server_name =
      bootstrap.xds.is_ip ? "" : absl::StrCat("          sni: ", name, "\n");
  return absl::Substitute(kTls, Quote(bootstrap.tls.certificate_file),
                          Quote(bootstrap.tls.key_file), Quote(bootstrap.tls.authorities_file),
                          bootstrap.xds.is_ip ? "IP_ADDRESS" : "DNS", server_name, name);
}

}  // namespace

std::string EnvoyBootstrap(const Bootstrap& bootstrap) {
  const bool delta = bootstrap.variant == Bootstrap::Variant::kDelta;
  std::string text =
      absl::StrCat("# The bootstrap of an Envoy that follows a fairlead-server: envoy -c FILE\n",
                   NodeText(bootstrap));
  absl::StrAppend(&text, absl::Substitute(kDynamic, delta ? "DELTA_GRPC" : "GRPC"),
                  absl::Substitute(kServer, bootstrap.xds.is_ip ? kByAddress : kByName,
                                   Quote(bootstrap.xds.host), bootstrap.xds.port),
                  TlsText(bootstrap), AdminText(bootstrap));
  return text;
}

}  // namespace fairlead
