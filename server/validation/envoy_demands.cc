#include "server/validation/envoy_demands.h"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "envoy/type/matcher/v3/regex.pb.h"
#include "server/base/envoy_types.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

using envoy::config::cluster::v3::Cluster;
using envoy::config::core::v3::Address;
using envoy::config::core::v3::SocketAddress;
using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::config::endpoint::v3::LbEndpoint;
using envoy::config::listener::v3::Listener;
using envoy::config::route::v3::RouteConfiguration;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using envoy::type::matcher::v3::RegexMatcher;

using Found = absl::optional<Violation>;

std::string At(absl::string_view field, int index) { return absl::StrCat(field, "[", index, "]"); }

// An IPv6 address may name the interface that it is of: fe80::1%eth0.
bool IsIp(const std::string& text) {
  in6_addr bytes;
  if (inet_pton(AF_INET, text.c_str(), &bytes) == 1) return true;
  return inet_pton(AF_INET6, text.substr(0, text.find('%')).c_str(), &bytes) == 1;
}

// ---- regular expressions: source/common/common/regex.cc ----

// Empty: RE2 takes it. The same few are asked for again and again, once a route.
std::string ErrorOf(const std::string& expression) {
  constexpr size_t kMostKept = 256;
  static absl::Mutex mutex;
  static auto& errors = *new absl::flat_hash_map<std::string, std::string>;
  {
    absl::MutexLock lock(&mutex);
    const auto found = errors.find(expression);
    if (found != errors.end()) return found->second;
  }
  RE2::Options options(RE2::Latin1);  // as Envoy 1.40 has it: "\x{100}" is no byte
  options.set_log_errors(false);
  const RE2 compiled(expression, options);
  absl::MutexLock lock(&mutex);
  if (errors.size() >= kMostKept) errors.clear();
  return errors[expression] = compiled.error();
}

Found CheckRegex(const RegexMatcher& matcher) {
  constexpr size_t kLongest = 64 << 10;
  if (matcher.regex().size() > kLongest) {
    return Violation{"regex", absl::StrCat("it is longer than ", kLongest, " bytes")};
  }
  const std::string error = ErrorOf(matcher.regex());
  if (error.empty()) return absl::nullopt;
  return Violation{"regex", absl::StrCat("'", Quoted(matcher.regex()),
                                         "' is no regular expression of RE2: ", Quoted(error))};
}

// ---- routes: source/common/router/config_impl.cc, RouteMatcher ----

Found CheckRoutes(const RouteConfiguration& routes) {
  absl::flat_hash_set<std::string> domains;
  for (int i = 0; i < routes.virtual_hosts_size(); ++i) {
    const auto& host = routes.virtual_hosts(i);
    for (int j = 0; j < host.domains_size(); ++j) {
      if (!domains.insert(absl::AsciiStrToLower(host.domains(j))).second) {
        return Violation{absl::StrCat(At("virtual_hosts", i), ".", At("domains", j)),
                         absl::StrCat("domain '", Quoted(host.domains(j)),
                                      "' is there already; case does not tell domains apart")};
      }
    }
  }
  return absl::nullopt;
}

// ---- addresses: source/common/network/resolver_impl.cc ----

// One that is not resolved: with a resolver of its own it may be anything.
Found CheckIp(const SocketAddress& address) {
  if (!address.resolver_name().empty() || IsIp(address.address())) return absl::nullopt;
  return Violation{"socket_address.address",
                   absl::StrCat("'", Quoted(address.address()),
                                "' is no IP address, and names are not resolved here")};
}

// Of an endpoint that is not resolved.
Found CheckEndpoint(const LbEndpoint& endpoint) {
  if (endpoint.has_endpoint_name()) return absl::nullopt;
  if (!endpoint.endpoint().has_address()) {
    return Violation{"endpoint.address", "it is missing, and must be there"};
  }
  if (!endpoint.endpoint().address().has_socket_address()) return absl::nullopt;
  Found found = CheckIp(endpoint.endpoint().address().socket_address());
  if (found.has_value()) found = std::move(*found).Under("endpoint.address");
  return found;
}

Found CheckAssignment(const ClusterLoadAssignment& assignment) {
  for (int i = 0; i < assignment.endpoints_size(); ++i) {
    const auto& locality = assignment.endpoints(i);
    for (int j = 0; j < locality.lb_endpoints_size(); ++j) {
      Found found = CheckEndpoint(locality.lb_endpoints(j));
      if (!found.has_value()) continue;
      return std::move(*found).Under(absl::StrCat(At("endpoints", i), ".", At("lb_endpoints", j)));
    }
  }
  return absl::nullopt;
}

// ---- clusters: source/common/upstream/upstream_impl.cc, source/extensions/clusters ----

Found CheckCluster(const Cluster& cluster) {
  if (cluster.has_cluster_type()) return absl::nullopt;
  if (cluster.type() == Cluster::EDS && !cluster.has_eds_cluster_config()) {
    return Violation{
        "eds_cluster_config",
        "it is missing; a cluster of type EDS says there where its endpoints are from"};
  }
  const bool provides = cluster.lb_policy() == Cluster::CLUSTER_PROVIDED;
  if ((cluster.type() == Cluster::ORIGINAL_DST) != provides &&
      !cluster.has_load_balancing_policy()) {
    return Violation{"lb_policy",
                     "CLUSTER_PROVIDED is for clusters of type ORIGINAL_DST, which take no other"};
  }
  if (cluster.type() == Cluster::LOGICAL_DNS &&
      (cluster.load_assignment().endpoints_size() != 1 ||
       cluster.load_assignment().endpoints(0).lb_endpoints_size() != 1)) {
    return Violation{"load_assignment",
                     "a cluster of type LOGICAL_DNS needs exactly one locality with one endpoint"};
  }
  if (cluster.type() != Cluster::STATIC) return absl::nullopt;
  Found found = CheckAssignment(cluster.load_assignment());
  if (found.has_value()) found = std::move(*found).Under("load_assignment");
  return found;
}

// ---- listeners: source/common/listener_manager ----

Found CheckFilterChains(const Listener& listener) {
  if (listener.has_filter_chain_matcher() || listener.filter_chains_size() < 2) {
    return absl::nullopt;
  }
  absl::flat_hash_map<std::string, int> matches;
  for (int i = 0; i < listener.filter_chains_size(); ++i) {
    const auto [at, added] =
        matches.emplace(SortedBytes(listener.filter_chains(i).filter_chain_match()), i);
    if (added) continue;
    return Violation{
        absl::StrCat(At("filter_chains", i), ".filter_chain_match"),
        absl::StrCat("it matches the same connections as ", At("filter_chains", at->second))};
  }
  return absl::nullopt;
}

// filter_chain_manager_impl.cc: a '*' is the whole first label, or there is none.
Found CheckServerNames(const Listener& listener) {
  for (int i = 0; i < listener.filter_chains_size(); ++i) {
    const auto& names = listener.filter_chains(i).filter_chain_match().server_names();
    for (int j = 0; j < names.size(); ++j) {
      if (!absl::StrContains(names[j], '*') || absl::StartsWith(names[j], "*.")) continue;
      return Violation{
          absl::StrCat(At("filter_chains", i), ".filter_chain_match.", At("server_names", j)),
          absl::StrCat("'", Quoted(names[j]),
                       "' has a wildcard that is not its whole first label")};
    }
  }
  return absl::nullopt;
}

Found CheckListener(const Listener& listener) {
  // Not Envoy's to listen on, but a gRPC client's.
  if (listener.has_api_listener()) return absl::nullopt;
  if (!listener.has_address() && !listener.has_internal_listener()) {
    return Violation{"address", "it is missing, and must be there"};
  }
  if (listener.address().has_socket_address()) {
    Found found = CheckIp(listener.address().socket_address());
    if (found.has_value()) return std::move(*found).Under("address");
  }
  const bool datagrams = listener.has_udp_listener_config() ||
                         listener.address().socket_address().protocol() == SocketAddress::UDP;
  if (listener.filter_chains().empty() && !listener.has_default_filter_chain() && !datagrams) {
    return Violation{"filter_chains", "there are none; a listener needs at least one"};
  }
  Found found = CheckServerNames(listener);
  return found.has_value() ? found : CheckFilterChains(listener);
}

// ---- HTTP filters: source/common/http/filter_chain_helper.cc ----

Found CheckHttpFilters(const HttpConnectionManager& manager) {
  for (int i = 0; i + 1 < manager.http_filters_size(); ++i) {
    const auto& filter = manager.http_filters(i);
    if (!absl::EndsWith(filter.typed_config().type_url(),
                        "/envoy.extensions.filters.http.router.v3.Router")) {
      continue;
    }
    return Violation{At("http_filters", i), "the router must be the last HTTP filter"};
  }
  return absl::nullopt;
}

// `Check` of messages of generated code; ones that are known by description alone, which lie within
// extensions that no code of ours uses, are not looked at.
template <typename Known, Found (*Check)(const Known&)>
Found OfKnown(const google::protobuf::Message& message) {
  const Known* const known = google::protobuf::DynamicCastToGenerated<Known>(&message);
  return known == nullptr ? absl::nullopt : Check(*known);
}

}  // namespace

Demand DemandOn(const google::protobuf::Descriptor& type) {
  static const auto& demands = *new absl::flat_hash_map<absl::string_view, Demand>{
      {"envoy.config.cluster.v3.Cluster", &OfKnown<Cluster, CheckCluster>},
      {"envoy.config.listener.v3.Listener", &OfKnown<Listener, CheckListener>},
      {"envoy.config.route.v3.RouteConfiguration", &OfKnown<RouteConfiguration, CheckRoutes>},
      {"envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
       &OfKnown<HttpConnectionManager, CheckHttpFilters>},
      {"envoy.type.matcher.v3.RegexMatcher", &OfKnown<RegexMatcher, CheckRegex>},
  };
  const auto found = demands.find(type.full_name());
  return found == demands.end() ? nullptr : found->second;
}

Demand DemandOnResource(const google::protobuf::Descriptor& type) {
  // The assignment within a cluster may have names to resolve; which, CheckCluster knows.
  return type.full_name() == "envoy.config.endpoint.v3.ClusterLoadAssignment"
             ? &OfKnown<ClusterLoadAssignment, CheckAssignment>
             : nullptr;
}

}  // namespace fairlead
