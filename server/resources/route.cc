#include "server/resources/route.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "envoy/config/rbac/v3/rbac.pb.h"
#include "envoy/extensions/filters/http/rbac/v3/rbac.pb.h"
#include "envoy/extensions/retry/host/previous_hosts/v3/previous_hosts.pb.h"
#include "server/base/nginx_regex.h"
#include "server/resources/acme_responder.h"
#include "server/resources/basic_auth.h"
#include "server/vocabulary/path.h"

namespace fairlead {
namespace {

using envoy::config::core::v3::HeaderValueOption;
using envoy::config::route::v3::RetryPolicy;
using envoy::config::route::v3::RouteAction;
using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::RouteMatch;
using envoy::extensions::filters::http::rbac::v3::RBACPerRoute;

// Safe for every method: the request did not reach the container.
constexpr char kRetryUnsent[] = "connect-failure,refused-stream,reset-before-request";
// Only for methods that may be repeated: it may have.
constexpr char kRetrySent[] = "connect-failure,refused-stream,reset-before-request,reset";
// What 301 does not change.
constexpr char kReadingMethods[] = "GET|HEAD";
// A challenge's token has no other characters, so that nothing else ("..%2f..%2fsecret") is had by
// way of it where clear text is otherwise redirected, or a client has to show who it is.
constexpr char kOneChallenge[] = "~^/\\.well-known/acme-challenge/[A-Za-z0-9_-]+$";
// Paths that a container may read in another way than a proxy that looks for the route: with "//"
// and encoded slashes, and with an encoded ".." and parameters. With the rest too: a listener that
// people put may have these routes, and normalize no path.
constexpr char kAmbiguousPath[] = "~*/(\\.|%2e){1,2}(/|;|$)|//|\\\\|%2f|%5c";
constexpr char kIdempotentMethods[] = "GET|HEAD|OPTIONS|TRACE|PUT|DELETE";

RetryPolicy RetryOn(const char* conditions) {
  RetryPolicy policy;
  policy.set_retry_on(conditions);
  // When 9 of 10 containers exit at once, four tries in the milliseconds before the proxy hears of
  // it may all meet dead ones (12 of 40 000 requests did); ten, 40 ms in all, outlast that.
  policy.mutable_num_retries()->set_value(10);
  // On another container than those that were tried.
  auto& predicate = *policy.add_retry_host_predicate();
  predicate.set_name("envoy.retry_host_predicates.previous_hosts");
  predicate.mutable_typed_config()->PackFrom(
      envoy::extensions::retry::host::previous_hosts::v3::PreviousHostsPredicate());
  policy.set_host_selection_retry_max_attempts(10);
  policy.mutable_retry_back_off()->mutable_base_interval()->set_nanos(1'000'000);
  return policy;
}

void HashOn(const LoadBalancing& balancing, RouteAction& action) {
  if (balancing.policy != LoadBalancing::Policy::kHash) return;
  auto& policy = *action.add_hash_policy();
  switch (balancing.key) {
    case LoadBalancing::Key::kClientAddress:
      policy.mutable_connection_properties()->set_source_ip(true);
      break;
    case LoadBalancing::Key::kHeader:
      policy.mutable_header()->set_header_name(balancing.key_name);
      break;
    case LoadBalancing::Key::kCookie:
      policy.mutable_cookie()->set_name(balancing.key_name);
      break;
    case LoadBalancing::Key::kQueryParameter:
      policy.mutable_query_parameter()->set_name(balancing.key_name);
      break;
  }
}

RouteAction ActionTo(const Route& route, const char* retry_on) {
  RouteAction action;
  action.set_cluster(route.pool);
  // None of ours: how long an answer takes is the application's affair (Envoy's default is 15 s).
  action.mutable_timeout();
  *action.mutable_retry_policy() = RetryOn(retry_on);
  if (route.destination.has_value()) action.set_prefix_rewrite(*route.destination);
  HashOn(route.load_balancing, action);
  return action;
}

// Private networks (RFC 1918, RFC 4193) and the proxy's own host: whom NETWORK_ACCESS=internal
// lets in.
struct Network {
  const char* address;
  uint32_t prefix_length;
};
constexpr std::array<Network, 6> kInternalNetworks = {{{"127.0.0.0", 8},
                                                       {"10.0.0.0", 8},
                                                       {"192.168.0.0", 16},
                                                       {"172.16.0.0", 12},
                                                       {"::1", 128},
                                                       {"fc00::", 7}}};

RBACPerRoute OnlyInternal() {
  RBACPerRoute only;
  auto& rules = *only.mutable_rbac()->mutable_rules();
  rules.set_action(envoy::config::rbac::v3::RBAC::ALLOW);
  auto& policy = (*rules.mutable_policies())["internal"];
  policy.add_permissions()->set_any(true);
  for (const Network& network : kInternalNetworks) {
    auto& range = *policy.add_principals()->mutable_remote_ip();
    range.set_address_prefix(network.address);
    range.mutable_prefix_len()->set_value(network.prefix_length);
  }
  return only;
}

// Envoy takes '%' for the beginning of what is to be put in.
std::string EscapedForEnvoy(const std::string& value) {
  return absl::StrReplaceAll(value, {{"%", "%%"}});
}

void MatchHeader(const char* name, std::string regex, RouteMatch& match) {
  auto& header = *match.add_headers();
  header.set_name(name);
  header.mutable_string_match()->mutable_safe_regex()->set_regex(std::move(regex));
}

// What the host of requests has to fit beyond the virtual host's domains: an expression as nginx
// has it ("~^shop"), or nothing where it is empty.
struct HostPattern {
  std::string regex;

  static HostPattern Any() { return {}; }
};

RouteMatch MatchOf(const HostPattern& host, const std::string& path) {
  RouteMatch match;
  if (IsPathRegex(path)) {
    match.mutable_safe_regex()->set_regex(PathRegexOf(path));
  } else {
    match.set_prefix(path);
  }
  if (!host.regex.empty()) MatchHeader(":authority", HostRegexOf(host.regex), match);
  return match;
}

void AddRedirects(const HostPattern& pattern, const Serving::Redirect& redirect,
                  envoy::config::route::v3::VirtualHost& to) {
  auto& get = *to.add_routes();
  *get.mutable_match() = MatchOf(pattern, "/");
  get.mutable_redirect()->set_https_redirect(true);
  // Where it is https's own, what the request had is left out too.
  if (redirect.port != 443) get.mutable_redirect()->set_port_redirect(redirect.port);
  if (redirect.but_forwarded_https) {
    auto& header = *get.mutable_match()->add_headers();
    header.set_name("x-forwarded-proto");
    header.mutable_string_match()->set_exact("https");
    header.set_invert_match(true);
    header.set_treat_missing_header_as_empty(true);
  }
  if (redirect.other_methods_status == 301) return;
  auto& other = *to.add_routes();
  other = get;
  MatchHeader(":method", kReadingMethods, *get.mutable_match());
  other.mutable_redirect()->set_response_code(
      redirect.other_methods_status == 307
          ? envoy::config::route::v3::RedirectAction::TEMPORARY_REDIRECT
          : envoy::config::route::v3::RedirectAction::PERMANENT_REDIRECT);
}

// Challenges go where they would without a redirect and passwords, as one path of their own.
std::vector<Route> ChallengesOf(const VirtualHost& host) {
  for (const Route& route : host.routes) {
    if (IsPathRegex(route.path) || !absl::StartsWith(kChallenges, route.path)) continue;
    Route challenges = route;
    challenges.path = kOneChallenge;
    challenges.destination.reset();
    return {std::move(challenges)};
  }
  return {};
}

// Which of a host's routes have a redirect to them, as nginx has it: whoever asks for "/api" where
// "/api/" is served meant that.
class SlashRedirects {
 public:
  explicit SlashRedirects(const std::vector<Route>& routes) {
    for (const Route& route : routes) paths_.insert(route.path);
  }

  bool LeadTo(const Route& route) const {
    absl::string_view path = route.path;
    return path.size() > 1 && !IsPathRegex(path) && absl::ConsumeSuffix(&path, "/") &&
           !paths_.contains(path);
  }

 private:
  absl::flat_hash_set<absl::string_view> paths_;
};

// What the application says of itself stands.
void AddIfAbsent(const char* name, std::string value, envoy::config::route::v3::Route& route) {
  auto& header = *route.add_response_headers_to_add();
  header.mutable_header()->set_key(name);
  header.mutable_header()->set_value(std::move(value));
  header.set_append_action(HeaderValueOption::ADD_IF_ABSENT);
}

void AddResponseHeaders(const Serving& serving, envoy::config::route::v3::Route& route) {
  if (!serving.hsts.empty()) {
    AddIfAbsent("Strict-Transport-Security", EscapedForEnvoy(serving.hsts), route);
  }
  if (serving.http3_port != 0) {
    AddIfAbsent("Alt-Svc", absl::StrCat("h3=\":", serving.http3_port, "\"; ma=86400"), route);
  }
}

// As nginx, before it looks who may come in.
void AddSlashRedirect(const HostPattern& pattern, const Route& route, const Serving& serving,
                      envoy::config::route::v3::VirtualHost& to) {
  auto& redirect = *to.add_routes();
  *redirect.mutable_match() = MatchOf(pattern, route.path);
  redirect.mutable_match()->set_path(route.path.substr(0, route.path.size() - 1));
  redirect.mutable_redirect()->set_path_redirect(route.path);
  AddResponseHeaders(serving, redirect);
}

bool Lacks(const Serving& serving, const std::string& pool) {
  return std::find(serving.without_cluster.begin(), serving.without_cluster.end(), pool) !=
         serving.without_cluster.end();
}

void AddRoute(const HostPattern& pattern, const Route& route, const Serving& serving,
              envoy::config::route::v3::VirtualHost& to) {
  auto& idempotent = *to.add_routes();
  *idempotent.mutable_match() = MatchOf(pattern, route.path);
  AddResponseHeaders(serving, idempotent);
  if (route.internal) {
    (*idempotent.mutable_typed_per_filter_config())[kAccessFilter].PackFrom(OnlyInternal());
  }
  if (const PasswordFile* const file = serving.passwords.Of(route.path); file != nullptr) {
    AskForPasswords(*file, *idempotent.mutable_typed_per_filter_config());
  }
  auto& other = *to.add_routes();
  other = idempotent;
  MatchHeader(":method", kIdempotentMethods, *idempotent.mutable_match());
  if (Lacks(serving, route.pool)) {
    idempotent.mutable_direct_response()->set_status(503);
    other.mutable_direct_response()->set_status(503);
    return;
  }
  *idempotent.mutable_route() = ActionTo(route, kRetrySent);
  *other.mutable_route() = ActionTo(route, kRetryUnsent);
}

// Some paths are for clients in private networks alone, and others are not.
bool IsPartlyInternal(const VirtualHost& host) {
  const auto internal = std::count_if(host.routes.begin(), host.routes.end(),
                                      [](const Route& route) { return route.internal; });
  return internal > 0 && static_cast<size_t>(internal) < host.routes.size();
}

// Where one path lets in fewer than another (passwords, internal), no other spelling of it may lead
// past.
void AddRefusalOfAmbiguousPaths(const HostPattern& pattern,
                                envoy::config::route::v3::VirtualHost& to) {
  auto& ambiguous = *to.add_routes();
  *ambiguous.mutable_match() = MatchOf(pattern, kAmbiguousPath);
  ambiguous.mutable_direct_response()->set_status(400);
}

void AddResponder(const HostPattern& pattern, envoy::config::route::v3::VirtualHost& to) {
  auto& challenges = *to.add_routes();
  *challenges.mutable_match() = MatchOf(pattern, kChallenges);
  PassToAcmeResponder(challenges);
}

void AddChallenges(const VirtualHost& host, const HostPattern& pattern, const Serving& serving,
                   envoy::config::route::v3::VirtualHost& to) {
  if (serving.has_acme_responder && !ClaimsChallenges(host)) return AddResponder(pattern, to);
  const bool open = serving.redirect.has_value()
                        ? serving.redirect->but_challenges
                        : serving.has_open_challenges && !serving.passwords.empty();
  if (!open) return;
  Serving challenges;
  challenges.without_cluster = serving.without_cluster;
  for (const Route& route : ChallengesOf(host)) AddRoute(pattern, route, challenges, to);
}

// The host's routes, for requests whose host fits `pattern`.
void AddRoutes(const VirtualHost& host, const HostPattern& pattern, const Serving& serving,
               envoy::config::route::v3::VirtualHost& to) {
  AddChallenges(host, pattern, serving, to);
  if (serving.redirect.has_value()) AddRedirects(pattern, *serving.redirect, to);
  if (serving.redirect.has_value() && !serving.redirect->but_forwarded_https) return;
  if (!serving.passwords.paths.empty() || IsPartlyInternal(host)) {
    AddRefusalOfAmbiguousPaths(pattern, to);
  }
  const SlashRedirects redirects(host.routes);
  for (const Route& route : host.routes) {
    if (redirects.LeadTo(route)) AddSlashRedirect(pattern, route, serving, to);
    AddRoute(pattern, route, serving, to);
  }
}

// What a container is told of the client, and by whom it is believed: a client's own word for it
// goes, unless it is a proxy that is trusted.
void AddRequestHeaders(bool trust, bool tls, RouteConfiguration& configuration) {
  const auto add = [&](const char* name, const char* value, bool may_come_from_downstream) {
    auto& header = *configuration.add_request_headers_to_add();
    header.mutable_header()->set_key(name);
    header.mutable_header()->set_value(value);
    header.set_append_action(trust && may_come_from_downstream
                                 ? HeaderValueOption::ADD_IF_ABSENT
                                 : HeaderValueOption::OVERWRITE_IF_EXISTS_OR_ADD);
  };
  add("X-Real-IP", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%", false);
  add("X-Forwarded-Host", "%REQ(:AUTHORITY)%", true);
  add("X-Forwarded-Port", "%DOWNSTREAM_LOCAL_PORT%", true);
  // Of what came in clear text the proxy in front alone knows; most say it in X-Forwarded-Proto,
  // and "off" beside that would contradict it.
  if (tls || !trust) add("X-Forwarded-Ssl", tls ? "on" : "off", true);
  add("X-Original-URI", "%REQ(:PATH)%", false);
  configuration.add_request_headers_to_remove("proxy");
}

}  // namespace

envoy::config::route::v3::VirtualHost VirtualHostOf(const VirtualHost& host,
                                                    const Serving& serving) {
  envoy::config::route::v3::VirtualHost virtual_host;
  virtual_host.set_name(host.domain);
  virtual_host.add_domains(host.domain);
  AddRoutes(host, HostPattern::Any(), serving, virtual_host);
  return virtual_host;
}

envoy::config::route::v3::VirtualHost MisdirectedHostOf(const std::string& domain) {
  envoy::config::route::v3::VirtualHost virtual_host;
  virtual_host.set_name(domain);
  virtual_host.add_domains(domain);
  auto& all = *virtual_host.add_routes();
  all.mutable_match()->set_prefix("/");
  all.mutable_direct_response()->set_status(421);
  return virtual_host;
}

std::optional<envoy::config::route::v3::VirtualHost> CatchAllOf(const CatchAll& catch_all) {
  if (catch_all.regexes.empty() && catch_all.default_host.host == nullptr &&
      catch_all.unknown_host_status == 404 && !catch_all.has_acme_responder) {
    return std::nullopt;
  }
  envoy::config::route::v3::VirtualHost virtual_host;
  virtual_host.set_name("*");
  virtual_host.add_domains(std::string("*"));
  for (const auto& [host, serving] : catch_all.regexes) {
    const HostPattern pattern = {host->domain};
    AddRoutes(*host, pattern, *serving, virtual_host);
    // The host is this one's, whatever the path: no other is tried.
    auto& unmatched = *virtual_host.add_routes();
    *unmatched.mutable_match() = MatchOf(pattern, "/");
    unmatched.mutable_direct_response()->set_status(404);
  }
  if (catch_all.default_host.host != nullptr) {
    AddRoutes(*catch_all.default_host.host, HostPattern::Any(), *catch_all.default_host.serving,
              virtual_host);
    return virtual_host;
  }
  if (catch_all.has_acme_responder) AddResponder(HostPattern::Any(), virtual_host);
  if (catch_all.unknown_host_status != 404) {
    auto& unknown = *virtual_host.add_routes();
    unknown.mutable_match()->set_prefix("/");
    unknown.mutable_direct_response()->set_status(
        static_cast<uint32_t>(catch_all.unknown_host_status));
  }
  return virtual_host;
}

envoy::config::route::v3::RouteConfiguration RouteConfigurationOf(const std::string& name,
                                                                  const ListenerSettings& settings,
                                                                  bool tls) {
  envoy::config::route::v3::RouteConfiguration configuration;
  configuration.set_name(name);
  // Else `Host: x:8080` does not match x.
  configuration.set_ignore_port_in_host_matching(true);
  // Order of resources over ADS makes sure that a cluster is there before its route; one that is
  // withheld must not take all routes with it.
  configuration.mutable_validate_clusters()->set_value(false);
  AddRequestHeaders(settings.trust_downstream_proxy, tls, configuration);
  return configuration;
}

}  // namespace fairlead
