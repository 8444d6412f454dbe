#include "server/resources/origin.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace fairlead {
namespace {

// Which word a field is made of. In the order in which they are looked for.
struct FieldWord {
  absl::string_view field;
  const char* word;
};
constexpr std::array<FieldWord, 3> kClusterWords = {{
    {"lb_policy", "fairlead.loadbalance"},
    {"typed_extension_protocol_options", "VIRTUAL_PROTO"},
    {"transport_socket", "VIRTUAL_PROTO"},
}};
constexpr std::array<FieldWord, 10> kRouteWords = {{
    {"path_redirect", "VIRTUAL_PATH"},
    {"redirect", "HTTPS_METHOD"},
    {"value.users", "htpasswd"},
    {"prefix_rewrite", "VIRTUAL_DEST"},
    {"hash_policy", "fairlead.loadbalance"},
    {"response_headers_to_add", "HSTS"},
    {"typed_per_filter_config", "NETWORK_ACCESS"},
    {"match.headers", "VIRTUAL_HOST"},
    {"match", "VIRTUAL_PATH"},
    {"domains", "VIRTUAL_HOST"},
}};

template <size_t size>
const char* WordOf(absl::string_view field, const std::array<FieldWord, size>& words,
                   const char* otherwise) {
  for (const FieldWord& of : words) {
    if (absl::StrContains(field, of.field)) return of.word;
  }
  return otherwise;
}

// Takes "NAME[NUMBER]" off the front.
bool TakeIndex(absl::string_view& field, absl::string_view name, size_t& index) {
  if (!absl::ConsumePrefix(&field, name) || !absl::ConsumePrefix(&field, "[")) return false;
  const size_t end = field.find(']');
  if (end == absl::string_view::npos || !absl::SimpleAtoi(field.substr(0, end), &index)) {
    return false;
  }
  field.remove_prefix(end + 1);
  absl::ConsumePrefix(&field, ".");
  return true;
}

Place PlaceOf(const Endpoint& endpoint) {
  Place place;
  place.host = endpoint.host_id;
  place.container = endpoint.container_name;
  return place;
}

Place PlaceOfNewest(const Pool* pool) {
  if (pool == nullptr || pool->endpoints.empty()) return {};
  return PlaceOf(**std::max_element(
      pool->endpoints.begin(), pool->endpoints.end(),
      [](const auto& a, const auto& b) { return a->started_at < b->started_at; }));
}

// Null: the pool has none of that service.
const Endpoint* NewestOf(const Pool* pool, const std::string& service) {
  const Endpoint* newest = nullptr;
  if (pool == nullptr) return newest;
  for (const auto& endpoint : pool->endpoints) {
    if (endpoint->service != service) continue;
    if (newest == nullptr || newest->started_at < endpoint->started_at) newest = endpoint.get();
  }
  return newest;
}

bool IsAt(const Endpoint& endpoint, const envoy::config::core::v3::SocketAddress& socket) {
  return std::any_of(endpoint.addresses.begin(), endpoint.addresses.end(), [&](const Address& of) {
    return of.ip == socket.address() && of.port == socket.port_value();
  });
}

}  // namespace

Place OriginInCluster(const Pool& pool, absl::string_view field) {
  Place place = PlaceOfNewest(&pool);
  place.word = WordOf(field, kClusterWords, "");
  return place;
}

Place OriginInAssignment(const Pool& pool,
                         const envoy::config::endpoint::v3::ClusterLoadAssignment& assignment,
                         absl::string_view field) {
  size_t locality = 0;
  size_t index = 0;
  if (TakeIndex(field, "endpoints", locality) && TakeIndex(field, "lb_endpoints", index) &&
      locality < static_cast<size_t>(assignment.endpoints_size()) &&
      index < static_cast<size_t>(
                  assignment.endpoints(static_cast<int>(locality)).lb_endpoints_size())) {
    const auto& socket = assignment.endpoints(static_cast<int>(locality))
                             .lb_endpoints(static_cast<int>(index))
                             .endpoint()
                             .address()
                             .socket_address();
    for (const auto& endpoint : pool.endpoints) {
      if (!IsAt(*endpoint, socket)) continue;
      Place place = PlaceOf(*endpoint);
      place.word = "VIRTUAL_PORT";
      return place;
    }
  }
  return PlaceOfNewest(&pool);
}

Place OriginInVirtualHost(const VirtualHost& host,
                          const envoy::config::route::v3::VirtualHost& as_served,
                          absl::string_view field,
                          absl::FunctionRef<const Pool*(const std::string&)> find) {
  const char* const word = WordOf(field, kRouteWords, "VIRTUAL_HOST");
  // What is no route's is the host's, which all of them claim: the first stands for it.
  std::string pool = host.routes.empty() ? "" : host.routes.front().pool;
  size_t index = 0;
  if (TakeIndex(field, "routes", index)) {
    // A redirect stands before the routes that it leads to.
    for (int i = static_cast<int>(index); i < as_served.routes_size(); ++i) {
      const std::string& cluster = as_served.routes(i).route().cluster();
      if (cluster.empty()) continue;
      pool = cluster;
      break;
    }
  }
  Place place = PlaceOfNewest(find(pool));
  place.word = word;
  return place;
}

Place OriginOfPublicPort(const VirtualHost& host, bool is_https,
                         absl::FunctionRef<const Pool*(const std::string&)> find) {
  const std::string& service = is_https ? host.https_port_by : host.http_port_by;
  Place place;
  for (const Route& route : host.routes) {
    const Endpoint* const endpoint = NewestOf(find(route.pool), service);
    if (endpoint == nullptr) continue;
    place = PlaceOf(*endpoint);
    break;
  }
  place.service = service;
  place.word = is_https ? "EXTERNAL_HTTPS_PORT" : "EXTERNAL_HTTP_PORT";
  return place;
}

}  // namespace fairlead
