#include "server/explain/route_match.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/explain/value_match.h"

namespace fairlead {
namespace {

using envoy::config::route::v3::HeaderMatcher;
using envoy::config::route::v3::Route;
using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::RouteMatch;
using envoy::config::route::v3::VirtualHost;
using envoy::type::matcher::v3::StringMatcher;
using envoy::type::v3::FractionalPercent;
using Rule = VirtualHostFound::Rule;

// How `domain`, in lower case, fits `host`.
Rule RuleFor(absl::string_view domain, absl::string_view host) {
  if (domain == "*") return Rule::kAny;
  // A wildcard stands for one character or more.
  if (absl::StartsWith(domain, "*")) {
    const absl::string_view rest = domain.substr(1);
    return rest.size() < host.size() && absl::EndsWith(host, rest) ? Rule::kSuffix : Rule::kNone;
  }
  if (absl::EndsWith(domain, "*")) {
    const absl::string_view rest = domain.substr(0, domain.size() - 1);
    return rest.size() < host.size() && absl::StartsWith(host, rest) ? Rule::kPrefix : Rule::kNone;
  }
  return domain == host ? Rule::kExact : Rule::kNone;
}

// Whether `rule` by `domain` comes before what was found.
bool ComesBefore(Rule rule, absl::string_view domain, const VirtualHostFound& found) {
  if (found.rule == Rule::kNone || rule < found.rule) return true;
  return rule == found.rule && domain.size() > found.domain.size();
}

// Shares of requests are decided by chance: one that is neither none nor all is taken for all.
bool TakesSome(const FractionalPercent& percent) { return percent.numerator() > 0; }

bool PathMatches(const RouteMatch& match, absl::string_view path,
                 std::vector<std::string>& unknown) {
  const bool ignore_case = match.has_case_sensitive() && !match.case_sensitive().value();
  const auto folded = [&](absl::string_view text) {
    return ignore_case ? absl::AsciiStrToLower(text) : std::string(text);
  };
  switch (match.path_specifier_case()) {
    case RouteMatch::kPrefix:
      return absl::StartsWith(folded(path), folded(match.prefix()));
    case RouteMatch::kPath:
      return folded(path) == folded(match.path());
    case RouteMatch::kSafeRegex:
      return FullyMatches(path, match.safe_regex().regex());
    case RouteMatch::kPathSeparatedPrefix: {
      const std::string& prefix = match.path_separated_prefix();
      return absl::StartsWith(folded(path), folded(prefix)) &&
             (path.size() == prefix.size() || path[prefix.size()] == '/');
    }
    case RouteMatch::kPathMatchPolicy:
      unknown.push_back(absl::StrCat("a path by ", match.path_match_policy().name()));
      return false;
    case RouteMatch::kConnectMatcher:
    case RouteMatch::PATH_SPECIFIER_NOT_SET:
      break;
  }
  return false;
}

bool IsGrpc(const ProxiedRequest& request) {
  const absl::optional<std::string> type = request.Header("content-type");
  return type.has_value() &&
         (*type == "application/grpc" || absl::StartsWith(*type, "application/grpc+"));
}

// What only the proxy knows of a request, its connection and the filters before.
bool NeedsMore(const RouteMatch& match, std::vector<std::string>& unknown) {
  const std::pair<bool, const char*> parts[] = {
      {match.has_tls_context(), "the client's certificate"},
      {match.dynamic_metadata_size() > 0, "metadata of filters"},
      {match.filter_state_size() > 0, "the state of filters"}};
  bool needs = false;
  for (const auto& [is_there, what] : parts) {
    if (!is_there) continue;
    unknown.push_back(what);
    needs = true;
  }
  return needs;
}

bool Fits(const RouteMatch& match, absl::string_view path, const ProxiedRequest& request,
          std::vector<std::string>& unknown) {
  if (match.has_connect_matcher()) {
    if (request.method != "CONNECT") return false;
  } else if (!PathMatches(match, path, unknown)) {
    return false;
  }
  if (match.has_runtime_fraction() && !TakesSome(match.runtime_fraction().default_value())) {
    return false;
  }
  if (match.has_grpc() && !IsGrpc(request)) return false;
  if (!HeadersMatch(match.headers(), request, unknown)) return false;
  if (!QueryMatches(match.query_parameters(), request, unknown)) return false;
  return !NeedsMore(match, unknown);
}

std::string Describe(const StringMatcher& matcher) {
  switch (matcher.match_pattern_case()) {
    case StringMatcher::kExact:
      return absl::StrCat("is ", matcher.exact());
    case StringMatcher::kPrefix:
      return absl::StrCat("begins with ", matcher.prefix());
    case StringMatcher::kSuffix:
      return absl::StrCat("ends with ", matcher.suffix());
    case StringMatcher::kContains:
      return absl::StrCat("has ", matcher.contains());
    case StringMatcher::kSafeRegex:
      return absl::StrCat("matches ", matcher.safe_regex().regex());
    default:
      return "fits a matcher of its own";
  }
}

std::string Describe(const HeaderMatcher& matcher) {
  std::string what = "is there";
  if (matcher.has_range_match()) {
    what = absl::StrCat("is from ", matcher.range_match().start(), " to below ",
                        matcher.range_match().end());
  } else if (matcher.has_present_match()) {
    if (!matcher.present_match()) what = "is not there";
  } else if (matcher.header_match_specifier_case() !=
             HeaderMatcher::HEADER_MATCH_SPECIFIER_NOT_SET) {
    what = Describe(TextMatcherOf(matcher));
  }
  return absl::StrCat(matcher.invert_match() ? "not: " : "", matcher.name(), " ", what);
}

std::string DescribePath(const RouteMatch& match) {
  switch (match.path_specifier_case()) {
    case RouteMatch::kPrefix:
      return absl::StrCat("prefix ", match.prefix());
    case RouteMatch::kPath:
      return absl::StrCat("path ", match.path());
    case RouteMatch::kSafeRegex:
      return absl::StrCat("path matches ", match.safe_regex().regex());
    case RouteMatch::kPathSeparatedPrefix:
      return absl::StrCat("path ", match.path_separated_prefix(), " or below it");
    case RouteMatch::kPathMatchPolicy:
      return absl::StrCat("path by ", match.path_match_policy().name());
    case RouteMatch::kConnectMatcher:
      return "CONNECT";
    case RouteMatch::PATH_SPECIFIER_NOT_SET:
      break;
  }
  return "nothing";
}

}  // namespace

VirtualHostFound FindVirtualHost(const RouteConfiguration& configuration,
                                 absl::string_view authority) {
  const std::string host = absl::AsciiStrToLower(
      configuration.ignore_port_in_host_matching() ? WithoutPort(authority) : authority);
  VirtualHostFound found;
  for (const VirtualHost& virtual_host : configuration.virtual_hosts()) {
    for (const std::string& domain : virtual_host.domains()) {
      const Rule rule = RuleFor(absl::AsciiStrToLower(domain), host);
      if (rule == Rule::kNone || !ComesBefore(rule, domain, found)) continue;
      found = {rule, &virtual_host, domain};
    }
  }
  return found;
}

RouteFound FindRoute(const RouteConfiguration& configuration, const VirtualHost& virtual_host,
                     const ProxiedRequest& request) {
  absl::string_view path = request.PathAlone();
  if (configuration.ignore_path_parameters_in_path_matching())
    path = path.substr(0, path.find(';'));
  RouteFound found;
  for (int i = 0; i < virtual_host.routes_size(); ++i) {
    if (!Fits(virtual_host.routes(i).match(), path, request, found.unknown)) continue;
    found.route = &virtual_host.routes(i);
    found.index = i;
    return found;
  }
  return found;
}

std::string DescribeMatch(const RouteMatch& match) {
  std::vector<std::string> parts = {DescribePath(match)};
  if (match.has_case_sensitive() && !match.case_sensitive().value()) {
    parts.push_back("whatever the case");
  }
  for (const HeaderMatcher& header : match.headers()) parts.push_back(Describe(header));
  for (const auto& parameter : match.query_parameters()) {
    parts.push_back(absl::StrCat("parameter ", parameter.name()));
  }
  if (match.has_grpc()) parts.push_back("gRPC");
  return absl::StrJoin(parts, ", ");
}

}  // namespace fairlead
