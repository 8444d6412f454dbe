#include "server/admin/client_status.h"

#include <string>

namespace fairlead {
namespace {

using envoy::admin::v3::ClientResourceStatus;
using envoy::service::status::v3::ClientConfig;
using envoy::service::status::v3::ConfigStatus;

ClientResourceStatus StatusOf(v1::SentResource::State state) {
  switch (state) {
    case v1::SentResource::SENT:
      return ClientResourceStatus::REQUESTED;
    case v1::SentResource::ACKED:
      return ClientResourceStatus::ACKED;
    case v1::SentResource::NACKED:
      return ClientResourceStatus::NACKED;
    default:
      return ClientResourceStatus::UNKNOWN;
  }
}

ConfigStatus ConfigStatusOf(v1::SentResource::State state) {
  switch (state) {
    case v1::SentResource::SENT:
      return ConfigStatus::STALE;
    case v1::SentResource::ACKED:
      return ConfigStatus::SYNCED;
    case v1::SentResource::NACKED:
      return ConfigStatus::ERROR;
    default:
      return ConfigStatus::UNKNOWN;
  }
}

// Why the proxy refused what it was sent last of that type; empty: it did not.
std::string ErrorOf(const v1::Proxy& proxy, const std::string& type) {
  for (const v1::TypeSync& sync : proxy.types()) {
    if (sync.type() == type) return sync.error();
  }
  return "";
}

}  // namespace

ClientConfig ClientConfigOf(const v1::Proxy& proxy, const v1::GetProxyConfigResponse& config,
                            bool without_content) {
  ClientConfig client;
  client.mutable_node()->set_id(proxy.node_id());
  client.mutable_node()->set_user_agent_name(proxy.user_agent());
  for (const v1::SentResource& sent : config.resources()) {
    ClientConfig::GenericXdsConfig& resource = *client.add_generic_xds_configs();
    resource.set_type_url(sent.resource().type_url());
    resource.set_name(sent.name());
    resource.set_version_info(sent.version());
    *resource.mutable_last_updated() = sent.last_sent();
    resource.set_config_status(ConfigStatusOf(sent.state()));
    resource.set_client_status(StatusOf(sent.state()));
    if (!without_content) *resource.mutable_xds_config() = sent.resource();
    if (sent.state() != v1::SentResource::NACKED) continue;
    resource.mutable_error_state()->set_details(ErrorOf(proxy, sent.type()));
    resource.mutable_error_state()->set_version_info(sent.version());
  }
  return client;
}

}  // namespace fairlead
