#include "server/explain/request_explained.h"

#include <arpa/inet.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "server/explain/hosts_of_nobody.h"
#include "server/explain/listener_match.h"
#include "server/explain/path_normalization.h"
#include "server/explain/proxied_request.h"
#include "server/explain/route_access.h"
#include "server/explain/route_answer.h"
#include "server/explain/route_match.h"

namespace fairlead {
namespace {

using envoy::config::core::v3::HeaderValueOption;
using envoy::config::core::v3::HttpProtocolOptions;
using envoy::config::listener::v3::Listener;
using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;
using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using v1::RequestExplained;

// Envoy's names of its filters.
constexpr char kAccessFilter[] = "envoy.filters.http.rbac";
constexpr char kBasicAuthFilter[] = "envoy.filters.http.basic_auth";
constexpr char kAskServerFilter[] = "envoy.filters.http.ext_authz";

constexpr char kForwardedProto[] = "x-forwarded-proto";

constexpr char kNoCertificate[] =
    ": no host that containers ask for has a certificate; put HOST.crt and HOST.key into the "
    "server's --certificates-dir (/etc/nginx/certs in the drop-in image), or see 'fairlead "
    "problems' for what is wrong with those that are there";

bool IsAddress(const std::string& host) {
  in6_addr bytes;
  return inet_pton(AF_INET, host.c_str(), &bytes) == 1 || absl::StartsWith(host, "[");
}

bool ParseBody(const Resource& resource, google::protobuf::Message& message) {
  return message.ParseFromArray(resource.body().data(), static_cast<int>(resource.body().size()));
}

// One request on its way through a proxy, as far as it comes.
class Walk {
 public:
  Walk(const v1::RequestToExplain& asked, const RequestGround& ground)
      : asked_(asked), ground_(ground) {}

  absl::StatusOr<RequestExplained> Run() {
    absl::StatusOr<RequestUrl> url = ParseUrl(asked_.url());
    if (!url.ok()) return url.status();
    request_ = std::move(url->request);
    if (!asked_.method().empty()) request_.method = asked_.method();
    explained_.set_url(asked_.url());
    explained_.set_method(request_.method);
    for (const v1::HttpHeader& header : asked_.headers()) {
      request_.headers.emplace_back(absl::AsciiStrToLower(header.name()), header.value());
    }
    const uint32_t port = asked_.port() != 0 ? asked_.port() : url->port;
    if (port > 65535) return absl::InvalidArgumentError("a port is a number from 1 to 65535");
    ThroughListener(static_cast<uint16_t>(port));
    return std::move(explained_);
  }

 private:
  void AddStep(const char* kind, absl::string_view name, std::string why) {
    v1::ExplainedStep& step = *explained_.add_steps();
    step.set_kind(kind);
    step.set_name(std::string(name));
    step.set_why(std::move(why));
  }

  void AddUnknown(std::vector<std::string> unknown) {
    for (std::string& what : unknown) explained_.add_unknown(std::move(what));
  }

  void NoConnection(absl::string_view why, bool tls = false) {
    const bool lacks_certificate =
        tls && ground_.snapshot->Find(Type::kListener, ground_.own_https) == nullptr;
    explained_.set_outcome(RequestExplained::NO_CONNECTION);
    explained_.set_summary(absl::StrCat(why, lacks_certificate ? kNoCertificate : ""));
  }

  void Answered(int status, absl::string_view why) {
    explained_.set_outcome(RequestExplained::ANSWERED);
    explained_.set_status(static_cast<uint32_t>(status));
    explained_.set_summary(absl::StrCat(status, why));
  }

  std::vector<Listener> Listeners() const {
    std::vector<Listener> listeners;
    ground_.snapshot->Of(Type::kListener).ForEach([&](absl::string_view, const auto& resource) {
      Listener listener;
      if (!ParseBody(*resource, listener)) return;
      // Those of gRPC clients have no address; HTTP/3 gets what HTTP/2 gets at the same port.
      if (!listener.has_address() || listener.has_udp_listener_config()) return;
      listeners.push_back(std::move(listener));
    });
    std::sort(listeners.begin(), listeners.end(),
              [](const Listener& a, const Listener& b) { return a.name() < b.name(); });
    return listeners;
  }

  void ThroughListener(uint16_t port) {
    const bool tls = request_.scheme == "https";
    // A server name has no final dot (RFC 6066, section 3), so that clients leave it out.
    const std::string host = absl::AsciiStrToLower(WithoutPort(WithoutHostDot(request_.authority)));
    const absl::StatusOr<ListenerFound> found =
        FindListener(Listeners(), {tls, IsAddress(host) ? "" : host, port},
                     tls ? ground_.own_https : ground_.own_http);
    if (!found.ok()) return NoConnection(found.status().message(), tls);
    AddStep("listener", absl::StrCat(found->listener, " (", found->address, ")"),
            found->chain.empty() ? found->why : absl::StrCat(found->why, "; ", found->chain));
    if (found->client_certificate_required) {
      explained_.add_unknown("whether the client shows a certificate, which it has to");
    }
    ThroughManager(found->manager);
  }

  void ThroughManager(const HttpConnectionManager& manager) {
    if (!PrepareRequest(manager)) return;
    for (const auto& filter : manager.http_filters()) {
      if (filter.name() == "envoy.filters.http.router") continue;
      if (filter.name() == kAccessFilter) continue;
      // It does something only where the routes turn it on, which AddFiltersOf tells.
      if (filter.disabled()) continue;
      explained_.add_unknown(absl::StrCat("what the HTTP filter ", filter.name(), " does"));
    }
    if (manager.has_route_config()) {
      AddStep("routes", manager.route_config().name(), "within the listener");
      return ThroughRoutes(manager.route_config());
    }
    if (!manager.has_rds()) {
      explained_.add_unknown("the scope by which the listener chooses its routes");
      return Undecided();
    }
    const std::string& name = manager.rds().route_config_name();
    const Resource* const resource = ground_.snapshot->Find(Type::kRoute, name);
    RouteConfiguration configuration;
    if (resource == nullptr || !ParseBody(*resource, configuration)) {
      return NoConnection(absl::StrCat("the listener's routes '", name,
                                       "' are not there, and proxies wait for them before they "
                                       "listen"));
    }
    AddStep("routes", name, "the listener's");
    ThroughRoutes(configuration);
  }

  // What the connection manager does to a request before it looks for its route. False: it answers.
  bool PrepareRequest(const HttpConnectionManager& manager) {
    if (manager.strip_any_host_port()) {
      request_.authority = std::string(WithoutPort(request_.authority));
    }
    if (manager.strip_trailing_host_dot()) request_.authority = WithoutHostDot(request_.authority);
    const bool believed =
        manager.xff_num_trusted_hops() > 0 || !manager.use_remote_address().value();
    const bool told = request_.Header(kForwardedProto).has_value();
    if (!believed || !told) {
      std::erase_if(request_.headers,
                    [](const auto& header) { return header.first == kForwardedProto; });
      request_.headers.emplace_back(kForwardedProto, request_.scheme);
    }
    // A request of HTTP/1.1 has the scheme that is believed, and so has what it is redirected to.
    const std::string proto = *request_.Header(kForwardedProto);
    if (proto == "http" || proto == "https") request_.scheme = proto;
    DropOddHeaders(manager);
    return NormalizePath(manager);
  }

  void DropOddHeaders(const HttpConnectionManager& manager) {
    if (manager.common_http_protocol_options().headers_with_underscores_action() !=
        HttpProtocolOptions::DROP_HEADER) {
      return;
    }
    std::erase_if(request_.headers,
                  [](const auto& header) { return absl::StrContains(header.first, '_'); });
  }

  // False: the path is one that the listener does not take.
  bool NormalizePath(const HttpConnectionManager& manager) {
    const auto escaped = manager.path_with_escaped_slashes_action();
    if (escaped != HttpConnectionManager::IMPLEMENTATION_SPECIFIC_DEFAULT &&
        escaped != HttpConnectionManager::KEEP_UNCHANGED && HasEscapedSlash(request_.path)) {
      explained_.add_unknown("what the listener does with a path that has an escaped slash");
    }
    std::string path = request_.path;
    if (manager.normalize_path().value()) {
      absl::optional<std::string> normalized = NormalizedPath(path);
      if (!normalized.has_value()) {
        Answered(400, ": the listener takes no path with %00 in it");
        return false;
      }
      path = *std::move(normalized);
    }
    if (manager.merge_slashes()) path = WithMergedSlashes(path);
    if (path == request_.path) return true;
    request_.path = std::move(path);
    is_normalized_ = true;
    AddStep("path", request_.path, "the listener normalizes it");
    return true;
  }

  void ThroughRoutes(const RouteConfiguration& configuration) {
    const VirtualHostFound found = FindVirtualHost(configuration, request_.authority);
    if (found.virtual_host == nullptr) {
      AddStep("virtual host", "", "none fits, and there is none for all");
      return Answered(
          404, absl::StrCat(
                   ": ", IsDerived(configuration)
                             ? WhyNobody(request_.authority, ground_.default_host)
                             : absl::StrCat("no virtual host is for '", request_.authority, "'")));
    }
    const VirtualHost& host = *found.virtual_host;
    const RouteFound route = FindRoute(configuration, host, request_);
    const bool is_nobodys = IsDerived(configuration) &&
                            found.rule == VirtualHostFound::Rule::kAny &&
                            (route.route == nullptr || !IsForHostPattern(*route.route));
    const bool is_defaults = is_nobodys && HasDefaultHost(host) && !ground_.default_host.empty();
    AddStep(
        "virtual host", host.name(),
        is_defaults ? WhyDefaultHost(request_.authority, ground_.default_host) : WhyDomain(found));
    if (host.require_tls() != VirtualHost::NONE && request_.scheme != "https") {
      return Take(RedirectToTls(request_), "the virtual host demands TLS");
    }
    if (host.has_matcher()) {
      explained_.add_unknown("the matcher by which the virtual host chooses its routes");
      return Undecided();
    }
    AddUnknown(route.unknown);
    ByRoute(configuration, host, route,
            is_nobodys && !HasDefaultHost(host)
                ? WhyNobody(request_.authority, ground_.default_host)
                : std::string());
  }

  // `why_nobody`: why the request is answered by a host for all; empty: it is not.
  void ByRoute(const RouteConfiguration& configuration, const VirtualHost& host,
               const RouteFound& found, const std::string& why_nobody) {
    const int routes = host.routes_size();
    if (found.route == nullptr) {
      AddStep("route", "", absl::StrCat("none of ", routes, " fits"));
      return Answered(
          404,
          absl::StrCat(": ", why_nobody.empty() ? absl::StrCat("none of the ", routes,
                                                               " routes of ", host.name(), " fits")
                                                : why_nobody));
    }
    const envoy::config::route::v3::Route& route = *found.route;
    AddStep("route", absl::StrCat(found.index + 1, " of ", routes),
            absl::StrCat("the first that fits: ", DescribeMatch(route.match())));
    if (!Admits(configuration, host, route)) return;
    AddFiltersOf(configuration, host, route);
    for (const auto* headers : {&route.response_headers_to_add(), &host.response_headers_to_add(),
                                &configuration.response_headers_to_add()}) {
      for (const HeaderValueOption& header : *headers) AddResponseHeader(header);
    }
    const RouteAnswer answer = AnswerOf(route, request_);
    // 421 is for whoever came by another host's certificate, whatever host it is that is asked for.
    if (!why_nobody.empty() && route.has_direct_response() && answer.status != 421) {
      return Answered(answer.status, absl::StrCat(": ", why_nobody));
    }
    Take(answer, "the route");
  }

  // Of containers' words: the proxies' own routes, those of another port (http@8081) and of a
  // certificate's clients (https/shop.example).
  bool IsDerived(const RouteConfiguration& configuration) const {
    const absl::string_view name = configuration.name();
    const absl::string_view own = name.substr(0, name.find_first_of("@/"));
    return own == ground_.own_http || own == ground_.own_https;
  }

  static std::string WhyDomain(const VirtualHostFound& found) {
    switch (found.rule) {
      case VirtualHostFound::Rule::kExact:
        return absl::StrCat("the host is ", found.domain);
      case VirtualHostFound::Rule::kSuffix:
      case VirtualHostFound::Rule::kPrefix:
        return absl::StrCat("the longest wildcard that fits is ", found.domain);
      case VirtualHostFound::Rule::kAny:
        return "for hosts that no other is for";
      case VirtualHostFound::Rule::kNone:
        break;
    }
    return "";
  }

  bool Admits(const RouteConfiguration& configuration, const VirtualHost& virtual_host,
              const envoy::config::route::v3::Route& route) {
    std::vector<std::string> unknown;
    const RouteAccess access =
        AccessOf(configuration, virtual_host, route, asked_.client(), unknown);
    AddUnknown(std::move(unknown));
    if (access.only.empty()) return true;
    const std::string only = absl::StrJoin(access.only, ", ");
    AddStep("access", "internal", absl::StrCat("only for clients in ", only));
    if (!access.admits.has_value()) {
      explained_.add_unknown(
          "the client's address, which was not told: 403 for whom the route does not let in");
    }
    if (access.admits.value_or(true)) return true;
    Answered(403, absl::StrCat(": the route is only for clients in ", only));
    return false;
  }

  // Filters that the route turns on or steers: what they do depends on more than the request's URL.
  void AddFiltersOf(const RouteConfiguration& configuration, const VirtualHost& virtual_host,
                    const envoy::config::route::v3::Route& route) {
    std::set<std::string> filters;
    for (const auto* configs :
         {&route.typed_per_filter_config(), &virtual_host.typed_per_filter_config(),
          &configuration.typed_per_filter_config()}) {
      for (const auto& [filter, config] : *configs) filters.insert(filter);
    }
    filters.erase(kAccessFilter);
    const bool asks_for_passwords =
        filters.erase(kBasicAuthFilter) + filters.erase(kAskServerFilter) > 0;
    if (asks_for_passwords) {
      explained_.add_unknown("whether the client shows a user and password, which it has to");
    }
    for (const std::string& filter : filters) {
      explained_.add_unknown(absl::StrCat("what the HTTP filter ", filter, " does"));
    }
  }

  void AddResponseHeader(const HeaderValueOption& option) {
    v1::HttpHeader& header = *explained_.add_response_headers();
    header.set_name(option.header().key());
    header.set_value(absl::StrReplaceAll(option.header().value(), {{"%%", "%"}}));
  }

  void Undecided() {
    explained_.set_outcome(RequestExplained::UNKNOWN);
    explained_.set_summary(absl::StrCat("that depends on ",
                                        explained_.unknown(explained_.unknown_size() - 1),
                                        ", which only a running proxy can tell"));
  }

  void Take(const RouteAnswer& answer, absl::string_view by) {
    AddUnknown(answer.unknown);
    if (!answer.location.empty()) {
      explained_.set_location(answer.location);
      return Answered(answer.status, absl::StrCat(" to ", answer.location, ": ", by, " redirects"));
    }
    if (answer.status != 0) return Answered(answer.status, absl::StrCat(": ", by, " says so"));
    if (answer.clusters.empty()) return Undecided();
    explained_.set_path(answer.path);
    TakeClusters(answer);
  }

  void TakeClusters(const RouteAnswer& answer) {
    bool any = false;
    for (const ClusterShare& share : answer.clusters) {
      const bool is_there = ground_.snapshot->Find(Type::kCluster, share.name) != nullptr;
      any |= is_there;
      const std::string why = share.weight > 0
                                  ? absl::StrCat("of the route's, with weight ", share.weight)
                                  : "the route's";
      AddStep("cluster", share.name, is_there ? why : absl::StrCat(why, ", but there is none"));
      v1::ClusterAsked& cluster = *explained_.add_clusters();
      cluster.set_name(share.name);
      cluster.set_weight(share.weight);
    }
    const std::string names = absl::StrJoin(
        answer.clusters, " or ",
        [](std::string* text, const ClusterShare& share) { absl::StrAppend(text, share.name); });
    if (!any) {
      return Answered(answer.status_without_cluster, absl::StrCat(": there is no cluster ", names));
    }
    const char* const as_found = is_normalized_ ? "as normalized" : "as it came";
    AddStep("path", answer.path, answer.path == request_.path ? as_found : "rewritten");
    explained_.set_outcome(RequestExplained::FORWARDED);
    explained_.set_summary(absl::StrCat(names, " is asked for ", answer.path));
  }

  const v1::RequestToExplain& asked_;
  const RequestGround& ground_;
  ProxiedRequest request_;
  bool is_normalized_ = false;  // its path is another one than it came with
  RequestExplained explained_;
};

}  // namespace

absl::StatusOr<RequestExplained> Explain(const v1::RequestToExplain& request,
                                         const RequestGround& ground) {
  absl::StatusOr<RequestExplained> explained = Walk(request, ground).Run();
  if (!explained.ok()) return explained;
  std::vector<std::string> names;
  for (const ProxiesAlike& alike : ground.proxies) {
    names.insert(names.end(), alike.node_ids.begin(), alike.node_ids.end());
  }
  std::sort(names.begin(), names.end());
  explained->mutable_proxies()->Assign(names.begin(), names.end());
  return explained;
}

}  // namespace fairlead
