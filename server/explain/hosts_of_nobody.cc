#include "server/explain/hosts_of_nobody.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using envoy::config::route::v3::HeaderMatcher;
using envoy::config::route::v3::Route;
using envoy::config::route::v3::VirtualHost;

// What is below it may be answered by the proxies' own responder, whatever the host.
constexpr char kChallenges[] = "/.well-known/acme-challenge/";

std::string NobodyAsks(absl::string_view authority) {
  return absl::StrCat("no container asks for '", authority, "' here, ");
}

}  // namespace

bool IsForHostPattern(const Route& route) {
  const auto& headers = route.match().headers();
  return std::any_of(headers.begin(), headers.end(),
                     [](const HeaderMatcher& header) { return header.name() == ":authority"; });
}

bool HasDefaultHost(const VirtualHost& for_all) {
  return std::any_of(for_all.routes().begin(), for_all.routes().end(), [](const Route& route) {
    return !IsForHostPattern(route) && (route.has_route() || route.has_redirect()) &&
           route.match().prefix() != kChallenges;
  });
}

std::string WhyDefaultHost(absl::string_view authority, absl::string_view default_host) {
  return absl::StrCat(NobodyAsks(authority), "so it goes to the default host, ", default_host);
}

std::string WhyNobody(absl::string_view authority, absl::string_view default_host) {
  if (default_host.empty()) {
    return absl::StrCat(NobodyAsks(authority),
                        "and there is no default host (--default-host; DEFAULT_HOST in the drop-in "
                        "image)");
  }
  return absl::StrCat(NobodyAsks(authority), "nor for the default host, ", default_host);
}

}  // namespace fairlead
