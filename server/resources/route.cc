#include "server/resources/route.h"

#include "envoy/extensions/retry/host/previous_hosts/v3/previous_hosts.pb.h"

namespace fairlead {
namespace {

using envoy::config::route::v3::RetryPolicy;
using envoy::config::route::v3::RouteAction;

// Safe for every method: the request did not reach the container.
constexpr char kRetryUnsent[] = "connect-failure,refused-stream,reset-before-request";
// Only for methods that may be repeated: it may have.
constexpr char kRetrySent[] = "connect-failure,refused-stream,reset-before-request,reset";
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

RouteAction ActionTo(const std::string& cluster, const char* retry_on) {
  RouteAction action;
  action.set_cluster(cluster);
  // None of ours: how long an answer takes is the application's affair (Envoy's default is 15 s).
  action.mutable_timeout();
  *action.mutable_retry_policy() = RetryOn(retry_on);
  return action;
}

}  // namespace

envoy::config::route::v3::VirtualHost VirtualHostOf(const VirtualHost& host) {
  envoy::config::route::v3::VirtualHost virtual_host;
  virtual_host.set_name(host.domain);
  virtual_host.add_domains(host.domain);
  for (const Route& route : host.routes) {
    auto& idempotent = *virtual_host.add_routes();
    idempotent.mutable_match()->set_prefix(route.path);
    auto& method = *idempotent.mutable_match()->add_headers();
    method.set_name(":method");
    method.mutable_string_match()->mutable_safe_regex()->set_regex(kIdempotentMethods);
    *idempotent.mutable_route() = ActionTo(route.pool, kRetrySent);

    auto& other = *virtual_host.add_routes();
    other.mutable_match()->set_prefix(route.path);
    *other.mutable_route() = ActionTo(route.pool, kRetryUnsent);
  }
  return virtual_host;
}

envoy::config::route::v3::RouteConfiguration RouteConfigurationOf(const std::string& name) {
  envoy::config::route::v3::RouteConfiguration configuration;
  configuration.set_name(name);
  // Else `Host: x:8080` does not match x.
  configuration.set_ignore_port_in_host_matching(true);
  // Order of resources over ADS makes sure that a cluster is there before its route; one that is
  // withheld must not take all routes with it.
  configuration.mutable_validate_clusters()->set_value(false);
  return configuration;
}

}  // namespace fairlead
