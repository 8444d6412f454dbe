#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "clients/cli/bootstrap.h"

namespace fairlead {
namespace {

using Json = nlohmann::ordered_json;

std::string TargetOf(const HostPort& address) {
  const bool is_ipv6 = absl::StrContains(address.host, ":");
  return absl::StrCat(is_ipv6 ? "[" : "", address.host, is_ipv6 ? "]:" : ":", address.port);
}

Json Credentials(const Bootstrap::Tls& tls) {
  if (tls.certificate_file.empty()) return {{"type", "insecure"}};
  return {{"type", "tls"},
          {"config",
           {{"certificate_file", tls.certificate_file},
            {"private_key_file", tls.key_file},
            {"ca_certificate_file", tls.authorities_file},
            {"refresh_interval", "60s"}}}};
}

Json Node(const Bootstrap& bootstrap) {
  Json node = {{"id", bootstrap.node_id},
               {"cluster", bootstrap.group.empty() ? "default" : bootstrap.group}};
  Json ours = Json::object();
  if (!bootstrap.group.empty()) ours["group"] = bootstrap.group;
  if (!bootstrap.host.empty()) ours["host"] = bootstrap.host;
  if (!bootstrap.networks.empty()) ours["networks"] = bootstrap.networks;
  if (!ours.empty()) node["metadata"]["fairlead"] = std::move(ours);
  if (!bootstrap.zone.empty()) node["locality"]["zone"] = bootstrap.zone;
  return node;
}

}  // namespace

std::string GrpcBootstrap(const Bootstrap& bootstrap) {
  const Json server = {{"server_uri", TargetOf(bootstrap.xds)},
                       {"channel_creds", Json::array({Credentials(bootstrap.tls)})},
                       {"server_features", Json::array({"xds_v3"})}};
  const Json json = {{"xds_servers", Json::array({server})}, {"node", Node(bootstrap)}};
  return json.dump(2) + "\n";
}

}  // namespace fairlead
