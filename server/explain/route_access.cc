#include "server/explain/route_access.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "envoy/config/rbac/v3/rbac.pb.h"
#include "envoy/extensions/filters/http/rbac/v3/rbac.pb.h"

namespace fairlead {
namespace {

using envoy::config::core::v3::CidrRange;
using envoy::config::rbac::v3::Policy;
using envoy::config::rbac::v3::Principal;
using envoy::config::rbac::v3::RBAC;
using envoy::extensions::filters::http::rbac::v3::RBACPerRoute;

constexpr char kFilter[] = "envoy.filters.http.rbac";

// In network order; empty: `text` is no address.
std::string BytesOf(const std::string& text) {
  std::string bytes(sizeof(in6_addr), '\0');
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    bytes.resize(sizeof(in_addr));
    return bytes;
  }
  return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 ? bytes : "";
}

bool IsWithin(const std::string& address, const CidrRange& range) {
  const std::string bytes = BytesOf(address);
  const std::string prefix = BytesOf(range.address_prefix());
  if (bytes.empty() || bytes.size() != prefix.size()) return false;
  const size_t bits = std::min<size_t>(range.prefix_len().value(), 8 * bytes.size());
  for (size_t bit = 0; bit < bits; ++bit) {
    const auto differs = static_cast<uint8_t>(bytes[bit / 8] ^ prefix[bit / 8]);
    if ((differs >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

// Of every policy, if it is nothing but networks.
bool TakeNetworks(const RBAC& rules, std::vector<CidrRange>& networks) {
  if (rules.action() != RBAC::ALLOW) return false;
  for (const auto& [name, policy] : rules.policies()) {
    const bool any = std::any_of(policy.permissions().begin(), policy.permissions().end(),
                                 [](const auto& permission) { return permission.any(); });
    if (!any || policy.has_condition() || policy.has_checked_condition()) return false;
    for (const Principal& principal : policy.principals()) {
      if (!principal.has_remote_ip()) return false;
      networks.push_back(principal.remote_ip());
    }
  }
  return true;
}

}  // namespace

RouteAccess AccessOf(const envoy::config::route::v3::RouteConfiguration& configuration,
                     const envoy::config::route::v3::VirtualHost& virtual_host,
                     const envoy::config::route::v3::Route& route, const std::string& client,
                     std::vector<std::string>& unknown) {
  RouteAccess access;
  for (const auto* configs :
       {&route.typed_per_filter_config(), &virtual_host.typed_per_filter_config(),
        &configuration.typed_per_filter_config()}) {
    const auto found = configs->find(kFilter);
    if (found == configs->end()) continue;
    RBACPerRoute rule;
    if (!found->second.UnpackTo(&rule) || !rule.has_rbac() || !rule.rbac().has_rules()) {
      return access;
    }
    std::vector<CidrRange> networks;
    if (!TakeNetworks(rule.rbac().rules(), networks)) {
      unknown.push_back("whom the route's RBAC rules let in");
      access.admits = absl::nullopt;
      return access;
    }
    for (const CidrRange& network : networks) {
      access.only.push_back(
          absl::StrCat(network.address_prefix(), "/", network.prefix_len().value()));
    }
    access.admits = absl::nullopt;
    if (client.empty()) return access;
    access.admits = std::any_of(networks.begin(), networks.end(), [&](const CidrRange& network) {
      return IsWithin(client, network);
    });
    return access;
  }
  return access;
}

}  // namespace fairlead
