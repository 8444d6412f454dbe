#include "server/explain/route_answer.h"

#include <re2/re2.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/explain/value_match.h"

namespace fairlead {
namespace {

using envoy::config::route::v3::RedirectAction;
using envoy::config::route::v3::Route;
using envoy::config::route::v3::RouteAction;
using envoy::config::route::v3::RouteMatch;
using envoy::config::route::v3::WeightedCluster;
using envoy::type::matcher::v3::RegexMatchAndSubstitute;

// How much of the path a prefix rewrite replaces: what the route looked at.
size_t MatchedSize(const RouteMatch& match, absl::string_view path) {
  switch (match.path_specifier_case()) {
    case RouteMatch::kPrefix:
      return match.prefix().size();
    case RouteMatch::kPathSeparatedPrefix:
      return match.path_separated_prefix().size();
    default:
      return path.size();
  }
}

std::string Replaced(absl::string_view path, const RegexMatchAndSubstitute& by) {
  std::string replaced(path);
  const RE2 regex(by.pattern().regex(), EnvoyRegexOptions());
  if (regex.ok()) RE2::GlobalReplace(&replaced, regex, by.substitution());
  return replaced;
}

// `action` has prefix_rewrite and regex_rewrite. Nothing: neither is set.
template <typename Action>
absl::optional<std::string> Rewritten(const Action& action, bool has_regex, bool has_prefix,
                                      const RouteMatch& match, const ProxiedRequest& request) {
  const absl::string_view alone = request.PathAlone();
  const absl::string_view query = absl::string_view(request.path).substr(alone.size());
  if (has_regex) return absl::StrCat(Replaced(alone, action.regex_rewrite()), query);
  if (!has_prefix) return absl::nullopt;
  const size_t matched = std::min(MatchedSize(match, alone), alone.size());
  return absl::StrCat(action.prefix_rewrite(), alone.substr(matched), query);
}

// ---- redirects ----

// The request's host, without a port that another scheme or port makes wrong. Source: Envoy,
// RouteEntryImplBase::newUri.
absl::string_view HostForRedirect(const ProxiedRequest& request, absl::string_view scheme,
                                  bool has_port) {
  const absl::string_view host = WithoutPort(request.authority);
  const absl::string_view port = absl::string_view(request.authority).substr(host.size());
  bool drops = has_port;
  if (scheme != request.scheme) {
    drops |= request.scheme == "https" && port == ":443";
    drops |= request.scheme == "http" && port == ":80";
  }
  return drops ? host : absl::string_view(request.authority);
}

absl::string_view WithoutQuery(absl::string_view path) { return path.substr(0, path.find('?')); }

std::string PathForRedirect(const RedirectAction& redirect, const RouteMatch& match,
                            const ProxiedRequest& request) {
  std::string path = request.path;
  switch (redirect.path_rewrite_specifier_case()) {
    case RedirectAction::kPathRedirect: {
      path = redirect.path_redirect();
      const size_t query = request.path.find('?');
      // What it says of the query itself stands.
      if (query != std::string::npos && path.find('?') == std::string::npos) {
        absl::StrAppend(&path, request.path.substr(query));
      }
      break;
    }
    case RedirectAction::kPrefixRewrite:
    case RedirectAction::kRegexRewrite:
      path = Rewritten(redirect,
                       redirect.path_rewrite_specifier_case() == RedirectAction::kRegexRewrite,
                       /*has_prefix=*/true, match, request)
                 .value_or(path);
      break;
    case RedirectAction::PATH_REWRITE_SPECIFIER_NOT_SET:
      break;
  }
  return redirect.strip_query() ? std::string(WithoutQuery(path)) : path;
}

int StatusOf(RedirectAction::RedirectResponseCode code) {
  switch (code) {
    case RedirectAction::FOUND:
      return 302;
    case RedirectAction::SEE_OTHER:
      return 303;
    case RedirectAction::TEMPORARY_REDIRECT:
      return 307;
    case RedirectAction::PERMANENT_REDIRECT:
      return 308;
    default:
      return 301;
  }
}

RouteAnswer Redirected(const RedirectAction& redirect, const RouteMatch& match,
                       const ProxiedRequest& request) {
  RouteAnswer answer;
  answer.status = StatusOf(redirect.response_code());
  std::string scheme = request.scheme;
  if (redirect.https_redirect()) scheme = "https";
  if (!redirect.scheme_redirect().empty()) scheme = redirect.scheme_redirect();
  const bool has_port = redirect.port_redirect() != 0;
  const std::string host = redirect.host_redirect().empty()
                               ? std::string(HostForRedirect(request, scheme, has_port))
                               : redirect.host_redirect();
  const std::string port = has_port ? absl::StrCat(":", redirect.port_redirect()) : "";
  answer.location =
      absl::StrCat(scheme, "://", host, port, PathForRedirect(redirect, match, request));
  return answer;
}

// ---- clusters ----

void AddByHeader(const std::string& header, const ProxiedRequest& request, uint32_t weight,
                 RouteAnswer& answer) {
  const absl::optional<std::string> name = request.Header(absl::AsciiStrToLower(header));
  if (name.has_value()) answer.clusters.push_back({*name, weight});
}

void AddClusters(const RouteAction& action, const ProxiedRequest& request, RouteAnswer& answer) {
  switch (action.cluster_specifier_case()) {
    case RouteAction::kCluster:
      answer.clusters.push_back({action.cluster(), 0});
      break;
    case RouteAction::kClusterHeader:
      AddByHeader(action.cluster_header(), request, 0, answer);
      break;
    case RouteAction::kWeightedClusters:
      for (const WeightedCluster::ClusterWeight& share : action.weighted_clusters().clusters()) {
        if (share.weight().value() == 0) continue;
        if (share.name().empty()) {
          AddByHeader(share.cluster_header(), request, share.weight().value(), answer);
        } else {
          answer.clusters.push_back({share.name(), share.weight().value()});
        }
      }
      break;
    case RouteAction::kClusterSpecifierPlugin:
    case RouteAction::kInlineClusterSpecifierPlugin:
      answer.unknown.push_back("the plugin that names the cluster");
      break;
    case RouteAction::CLUSTER_SPECIFIER_NOT_SET:
      break;
  }
}

int StatusWithoutCluster(const RouteAction& action) {
  switch (action.cluster_not_found_response_code()) {
    case RouteAction::NOT_FOUND:
      return 404;
    case RouteAction::INTERNAL_SERVER_ERROR:
      return 500;
    default:
      return 503;
  }
}

RouteAnswer Forwarded(const RouteAction& action, const RouteMatch& match,
                      const ProxiedRequest& request) {
  RouteAnswer answer;
  AddClusters(action, request, answer);
  answer.status_without_cluster = StatusWithoutCluster(action);
  answer.path = Rewritten(action, action.has_regex_rewrite(), !action.prefix_rewrite().empty(),
                          match, request)
                    .value_or(request.path);
  if (action.has_path_rewrite_policy()) {
    answer.unknown.push_back(
        absl::StrCat("how ", action.path_rewrite_policy().name(), " rewrites the path"));
  }
  if (answer.clusters.empty() && answer.unknown.empty()) {
    answer.status = answer.status_without_cluster;
  }
  return answer;
}

}  // namespace

RouteAnswer AnswerOf(const Route& route, const ProxiedRequest& request) {
  RouteAnswer answer;
  switch (route.action_case()) {
    case Route::kRoute:
      return Forwarded(route.route(), route.match(), request);
    case Route::kRedirect:
      return Redirected(route.redirect(), route.match(), request);
    case Route::kDirectResponse:
      answer.status = static_cast<int>(route.direct_response().status());
      return answer;
    case Route::kFilterAction:
    case Route::kNonForwardingAction:
    case Route::ACTION_NOT_SET:
      break;
  }
  answer.unknown.push_back("what a filter answers where the route itself does nothing");
  return answer;
}

RouteAnswer RedirectToTls(const ProxiedRequest& request) {
  RedirectAction redirect;
  redirect.set_https_redirect(true);
  return Redirected(redirect, {}, request);
}

}  // namespace fairlead
