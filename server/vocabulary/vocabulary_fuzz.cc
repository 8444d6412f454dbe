// Whatever a container says, the vocabulary takes it: nothing crashes, what is asked for fits its
// grammar, and what is said about it can be shown on a terminal.
//   test/fuzz server/vocabulary:vocabulary_fuzz

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "server/base/nginx_regex.h"
#include "server/vocabulary/domain_settings.h"
#include "server/vocabulary/host.h"
#include "server/vocabulary/multiports.h"
#include "server/vocabulary/path.h"
#include "server/vocabulary/request.h"
#include "server/vocabulary/service.h"

namespace fairlead {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

// Lines of WORD=VALUE: "name", "mode" and "port" (as in 8000/tcp) are the engine's; with a dot it
// is a label, else a variable.
v1::Container ContainerOf(absl::string_view text) {
  v1::Container container;
  container.set_id("4f5a");
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::pair<std::string, std::string> said = absl::StrSplit(line, absl::MaxSplits('=', 1));
    const auto& [word, value] = said;
    if (word == "name") {
      container.set_name(value);
    } else if (word == "mode") {
      container.set_network_mode(value);
    } else if (word == "port") {
      const std::pair<std::string, std::string> port =
          absl::StrSplit(value, absl::MaxSplits('/', 1));
      uint32_t number = 0;
      if (!absl::SimpleAtoi(port.first, &number)) continue;
      container.add_ports()->set_container_port(number);
      container.mutable_ports()->rbegin()->set_protocol(port.second);
    } else if (absl::StrContains(word, ".")) {
      (*container.mutable_labels())[word] = value;
    } else {
      (*container.mutable_environment())[word] = value;
    }
  }
  return container;
}

bool IsHost(absl::string_view host) {
  if (IsHostRegex(host)) return CheckHostRegex(host).ok();
  return !host.empty() && host.size() <= 253 && host != "*" &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || absl::StrContains("-_.*", c);
         });
}

bool IsPath(absl::string_view path) {
  if (IsPathRegex(path)) return CheckPathRegex(path).ok();
  return absl::StartsWith(path, "/") && path.size() <= kLongestPath &&
         std::all_of(path.begin(), path.end(), [](char c) {
           return absl::ascii_isgraph(c) && !absl::StrContains("\"<>\\^`{|}#?[]", c);
         });
}

bool IsPrintable(absl::string_view text) {
  return text.size() < 2000 && std::all_of(text.begin(), text.end(), absl::ascii_isprint);
}

// Nothing that could end a header or a file's name.
void Check(const DomainSettings& settings) {
  Require(!absl::StrContains(settings.certificate, "/"));
  Require(settings.ssl_policy.empty() || IsTlsPolicyName(settings.ssl_policy));
  const std::string hsts = settings.hsts.value_or("");
  Require(std::all_of(hsts.begin(), hsts.end(), absl::ascii_isprint));
}

void Check(const RoutingRequest& request) {
  Require(IsServiceName(request.service));
  Require(request.routes.size() <= kMostRoutes);
  Require(request.published() == !request.domains.empty());
  const RouteRequest* before = nullptr;
  for (const RouteRequest& route : request.routes) {
    Require(IsHost(route.host) && IsPath(route.path) && route.port > 0);
    Require(!route.destination.has_value() ||
            (IsPath(*route.destination) && !IsPathRegex(*route.destination)));
    Require(request.FindRoute(route.host, route.path) == &route);
    Require(request.FindDomain(route.host) != nullptr);
    Require(before == nullptr ||
            std::tie(before->host, before->path) < std::tie(route.host, route.path));
    before = &route;
  }
  for (const DomainRequest& domain : request.domains) Check(domain.settings);
}

void Check(const Problems& problems) {
  Require(problems.size() < 80);
  for (const Problem& problem : problems) {
    Require(!problem.what.empty() && !problem.cure.empty());
    Require(IsPrintable(problem.what) && IsPrintable(problem.cure));
    Require(IsPrintable(problem.place.word) && IsPrintable(problem.place.container));
  }
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fairlead;
  const v1::Container container =
      ContainerOf(absl::string_view(reinterpret_cast<const char*>(data), size));
  Problems problems;
  const RoutingRequest request = ParseRequest(container, "h1", problems);
  Check(request);
  Check(problems);
  Problems again;
  Require(ParseRequest(container, "h1", again) == request && again == problems);
  return 0;
}
