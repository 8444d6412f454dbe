#include "server/routing/disagreement.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

constexpr size_t kMostListed = 3;

// "shop.example/, *.shop.example/ and 3 more"
std::string Claimed(const RoutingRequest& request) {
  std::vector<std::string> claims;
  for (const RouteRequest& route : request.routes) {
    if (claims.size() == kMostListed) break;
    claims.push_back(PrintableAscii(absl::StrCat(route.host, route.path)));
  }
  const size_t more = request.routes.size() - claims.size();
  return absl::StrCat(absl::StrJoin(claims, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

bool ClaimTheSame(const RoutingRequest& a, const RoutingRequest& b) {
  return std::equal(a.routes.begin(), a.routes.end(), b.routes.begin(), b.routes.end(),
                    [](const RouteRequest& x, const RouteRequest& y) {
                      return x.host == y.host && x.path == y.path;
                    });
}

// But for ports, of which each container has its own.
bool AskTheSame(const RoutingRequest& a, const RoutingRequest& b) {
  if (a == b) return true;
  if (!ClaimTheSame(a, b)) return false;
  RoutingRequest other = b;
  for (size_t i = 0; i < a.routes.size(); ++i) other.routes[i].port = a.routes[i].port;
  return a == other;
}

std::string NameOf(const v1::Container& container) {
  return PrintableAscii(container.name().empty() ? container.id() : container.name());
}

// What is heard of others than who stands for the rest.
std::string MoreCarefulThan(const RoutingRequest& words, const Access& access) {
  const Access said = AccessOf(words);
  std::string heard;
  if (access.internal && !said.internal) {
    absl::StrAppend(&heard, "; but NETWORK_ACCESS=internal is heard whoever says it");
  }
  constexpr auto kUnsaid = ClientCertificates::kRequired;
  if (access.clients.value_or(kUnsaid) != said.clients.value_or(kUnsaid)) {
    absl::StrAppend(&heard, "; but of fairlead.ssl-verify-client the strictest is heard");
  }
  return heard;
}

void AboutClaims(const std::string& name, const Service& service, Problems& problems) {
  const Member* other = nullptr;
  size_t others = 0;
  bool same_claims = true;
  for (const auto& [age, member] : service.members) {
    if (member->endpoints.empty() || AskTheSame(service.words, member->request)) continue;
    other = member.get();
    same_claims = same_claims && ClaimTheSame(service.words, member->request);
    ++others;
  }
  if (other == nullptr) return;
  const Member& spokesman = *service.NewestRunning();  // there is one where there are endpoints
  const std::string newest = absl::StrCat(NameOf(*spokesman.facts), " on host ", spokesman.host_id,
                                          ", the newest that runs");
  Problem problem;
  problem.place.host = other->host_id;
  problem.place.container = NameOf(*other->facts);
  problem.place.service = name;
  const std::string more =
      others > 1 ? absl::StrCat(", as ", others - 1, " more ask for something else") : "";
  problem.what =
      same_claims ? absl::StrCat(
                        "containers of one service disagree: this one asks for the same hosts and "
                        "paths in another way (protocol, destination, access, https or balancing)",
                        more, ", but the words of ", newest, ", stand for all of them",
                        MoreCarefulThan(service.words, service.access))
                  : absl::StrCat("containers of one service disagree: this one asks for ",
                                 Claimed(other->request), more, ", but ", newest, ", for ",
                                 Claimed(service.words), ", which stands for all of them",
                                 MoreCarefulThan(service.words, service.access));
  problem.cure =
      "give all containers of the service the same words, or part them with the label "
      "fairlead.service";
  problems.push_back(std::move(problem));
}

void AboutPorts(const std::string& name, const Service& service, Problems& problems) {
  std::vector<uint16_t> ports;
  for (const Claim& claim : service.claims) {
    ports = service.PortsFor(claim);
    if (ports.size() > 1) break;
  }
  if (ports.size() < 2) return;
  const size_t listed = std::min(ports.size(), kMostListed);
  Problem problem;
  problem.place.service = name;
  problem.severity = Problem::Severity::kNotice;
  problem.what = absl::StrCat(
      "containers of the service get requests at different ports (",
      absl::StrJoin(ports.begin(), ports.begin() + listed, ", "),
      listed < ports.size() ? absl::StrCat(" and ", ports.size() - listed, " more") : "",
      "), so its clusters are named by host and path");
  problem.cure = "set the same VIRTUAL_PORT on all of them if that is not meant";
  problems.push_back(std::move(problem));
}

}  // namespace

Problems DisagreementsOf(const std::string& name, const Service& service) {
  Problems problems;
  if (service.record == nullptr) return problems;
  AboutClaims(name, service, problems);
  AboutPorts(name, service, problems);
  return problems;
}

}  // namespace fairlead
