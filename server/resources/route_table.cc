#include "server/resources/route_table.h"

#include <utility>

#include "server/snapshot/wire.h"
#include "server/vocabulary/host.h"

namespace fairlead {
namespace {

std::string PieceOf(const envoy::config::route::v3::VirtualHost& host) {
  std::string piece;
  wire::AppendField(piece, kVirtualHostsField, host.SerializeAsString());
  return piece;
}

}  // namespace

void RouteTable::Put(std::shared_ptr<const VirtualHost> host, Serving serving) {
  Remove(host->domain);
  const bool is_regex = IsHostRegex(host->domain);
  if (!is_regex) pieces_[host->domain] = PieceOf(VirtualHostOf(*host, serving));
  if (is_regex || host->domain == options_.default_host) {
    const std::string domain = host->domain;
    catch_all_[domain] = {std::move(host), std::move(serving)};
  }
}

void RouteTable::PutMisdirected(const std::string& domain) {
  Remove(domain);
  // One that is matched by a regular expression gets what hosts get that are none of the table's.
  if (!IsHostRegex(domain)) pieces_[domain] = PieceOf(MisdirectedHostOf(domain));
}

void RouteTable::Remove(const std::string& domain) {
  pieces_.erase(domain);
  catch_all_.erase(domain);
}

ResourceChange RouteTable::Change(const std::string& name) const {
  std::string bytes =
      RouteConfigurationOf(name, options_.settings, options_.tls).SerializeAsString();
  for (const auto& [domain, piece] : pieces_) bytes += piece;
  CatchAll catch_all;
  catch_all.unknown_host_status = options_.unknown_host_status;
  catch_all.has_acme_responder = options_.unknown_hosts_have_acme_responder;
  for (const auto& [domain, served] : catch_all_) {
    const ServedHost of = {served.host.get(), &served.serving};
    if (IsHostRegex(domain)) catch_all.regexes.push_back(of);
    if (domain == options_.default_host) catch_all.default_host = of;
  }
  if (const auto host = CatchAllOf(catch_all); host.has_value()) bytes += PieceOf(*host);
  return {Type::kRoute, name, Resource::FromBytes(Type::kRoute, name, bytes)};
}

}  // namespace fairlead
