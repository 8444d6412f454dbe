// Whatever request somebody asks about: it is refused with words that can be shown on a terminal,
// or explained by one outcome. The URL, and a line each behind it "NAME: VALUE": ":method" and
// ":client" (its address) are the request's, and others its headers.
//   test/fuzz server/explain:request_fuzz
#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/extensions/filters/http/rbac/v3/rbac.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"
#include "server/explain/path_normalization.h"
#include "server/explain/proxied_request.h"
#include "server/explain/request_explained.h"

namespace fairlead {
namespace {

using v1::RequestExplained;

void Require(bool holds) {
  if (!holds) std::abort();
}

template <typename Message>
ResourceChange Change(Type type, const std::string& name, const std::string& text) {
  Message message;
  Require(google::protobuf::TextFormat::ParseFromString(text, &message));
  return {type, name, Resource::Of(type, name, message)};
}

ResourceChange ListenerAt(const std::string& name, int port, const std::string& settings) {
  return Change<envoy::config::listener::v3::Listener>(
      Type::kListener, name,
      absl::StrCat("name: '", name, "' address { socket_address { address: '::' port_value: ", port,
                   " } } filter_chains { filters { typed_config { [type.googleapis.com/"
                   "envoy.extensions.filters.network.http_connection_manager.v3."
                   "HttpConnectionManager] { rds { route_config_name: 'routes' } ",
                   settings, " } } } }"));
}

constexpr char kRoutes[] = R"text(
  ignore_port_in_host_matching: true
  ignore_path_parameters_in_path_matching: true
  virtual_hosts { name: "a" domains: "a.example" domains: "*.a.example" domains: "a.*"
    routes { match { path: "/exact" } route { cluster: "web" host_rewrite_literal: "b" } }
    routes { match { path_separated_prefix: "/apart" } route { cluster: "web" prefix_rewrite: "/" } }
    routes { match { safe_regex { regex: "/n/([0-9]+)(/.*)?" } } route { cluster: "web"
      regex_rewrite { pattern { regex: "^/n/([0-9]+)" } substitution: "/\\1" } } }
    routes { match { prefix: "/OLD" case_sensitive { value: false } }
      redirect { prefix_rewrite: "/new" response_code: FOUND } }
    routes { match { prefix: "/to" } redirect { host_redirect: "b" strip_query: true } }
    routes { match { prefix: "/tls" } redirect { https_redirect: true port_redirect: 8443 } }
    routes { match { prefix: "/gone" } direct_response { status: 410 } }
    routes { match { prefix: "/few" } route { cluster: "web" } typed_per_filter_config {
      key: "envoy.filters.http.rbac" value { [type.googleapis.com/
        envoy.extensions.filters.http.rbac.v3.RBACPerRoute] { rbac { rules { policies { key: "few"
        value { permissions { any: true } principals { remote_ip { address_prefix: "10.0.0.0"
          prefix_len { value: 8 } } } principals { remote_ip { address_prefix: "fc00::"
          prefix_len { value: 7 } } } } } } } } } } }
    routes { match { prefix: "/" query_parameters { name: "q" string_match { exact: "1" } } }
      route { weighted_clusters { clusters { name: "web" weight { value: 1 } }
        clusters { name: "none" weight { value: 3 } } } } }
    routes { match { prefix: "/" headers { name: "x-a" range_match { start: 1 end: 9 } } }
      route { cluster_header: "x-cluster" } }
    routes { match { prefix: "/" headers { name: "x-b" string_match { safe_regex { regex: "b+" } } }
      grpc {} } route { cluster: "none" } } }
  virtual_hosts { name: "tls" domains: "tls.example" require_tls: ALL }
  virtual_hosts { name: "*" domains: "*" routes { match { prefix: "/" headers { name: ":authority"
    string_match { safe_regex { regex: "(?i).*(?:^w[0-9](?::[0-9]+)?$).*" } } } }
    route { cluster: "web" prefix_rewrite: "/base/" } } })text";

const RequestGround& Ground() {
  static const RequestGround* const ground = [] {
    auto* const made = new RequestGround();
    made->own_http = "normal";
    made->own_https = "none";
    made->snapshot = Snapshot::Empty()->With(
        {ListenerAt(
             "normal", 80,
             "normalize_path { value: true } merge_slashes: true use_remote_address { value: "
             "true }"),
         ListenerAt("raw", 81,
                    "strip_any_host_port: true path_with_escaped_slashes_action: REJECT_REQUEST"),
         Change<envoy::config::route::v3::RouteConfiguration>(Type::kRoute, "routes", kRoutes),
         Change<envoy::config::cluster::v3::Cluster>(Type::kCluster, "web", "type: EDS")});
    return made;
  }();
  return *ground;
}

v1::RequestToExplain RequestOf(absl::string_view text) {
  v1::RequestToExplain request;
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  request.set_url(std::string(lines.front()));
  for (const absl::string_view line : std::vector(lines.begin() + 1, lines.end())) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(line, absl::MaxSplits(": ", 1));
    if (parts.first == ":method") {
      request.set_method(parts.second);
    } else if (parts.first == ":client") {
      request.set_client(parts.second);
    } else {
      v1::HttpHeader& header = *request.add_headers();
      header.set_name(parts.first);
      header.set_value(parts.second);
    }
  }
  return request;
}

void RequireExplained(RequestExplained explained) {
  AddEndpoints({}, Ground(), explained);
  Require(!explained.summary().empty());
  switch (explained.outcome()) {
    case RequestExplained::FORWARDED:
      return Require(explained.clusters_size() > 0 && !explained.path().empty());
    case RequestExplained::ANSWERED:
      return Require(explained.status() >= 200 && explained.status() < 600);
    case RequestExplained::UNKNOWN:
      return Require(explained.unknown_size() > 0);
    default:
      return Require(explained.outcome() == RequestExplained::NO_CONNECTION);
  }
}

// No spelling of a path leads out of where its routes are looked for.
void RequireNormal(const std::string& path) {
  const absl::optional<std::string> normalized = NormalizedPath(path);
  if (!normalized.has_value()) return Require(absl::StrContains(path, "%00"));
  const std::string merged = WithMergedSlashes(*normalized);
  const std::string alone = merged.substr(0, merged.find('?'));
  Require(absl::StartsWith(alone, "/"));
  Require(alone == "//" || !absl::StrContains(alone, "//"));
  for (const absl::string_view segment : absl::StrSplit(alone, '/')) {
    Require(segment != "." && segment != "..");
  }
  Require(WithMergedSlashes(merged) == merged);
}

void Check(absl::string_view text) {
  const v1::RequestToExplain request = RequestOf(text);
  const absl::StatusOr<RequestUrl> url = ParseUrl(request.url());
  const absl::StatusOr<RequestExplained> explained = Explain(request, Ground());
  Require(url.ok() == explained.ok());
  if (explained.ok()) {
    RequireNormal(url->request.path);
    return RequireExplained(*explained);
  }
  const absl::string_view why = explained.status().message();
  Require(absl::IsInvalidArgument(explained.status()) && !why.empty());
  Require(
      std::none_of(why.begin(), why.end(), [](unsigned char c) { return absl::ascii_iscntrl(c); }));
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fairlead::Check(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
