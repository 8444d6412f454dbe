#include "server/routing/disagreement.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

constexpr size_t kMostListed = 3;

// "shop.example/, *.shop.example/ and 3 more"
std::string Claimed(const std::vector<std::string>& hosts, const std::string& path) {
  std::vector<std::string> claims;
  for (const std::string& host : hosts) {
    if (claims.size() == kMostListed) break;
    claims.push_back(Printable(absl::StrCat(host, path)));
  }
  const size_t more = hosts.size() - claims.size();
  return absl::StrCat(absl::StrJoin(claims, ", "),
                      more > 0 ? absl::StrCat(" and ", more, " more") : "");
}

std::string Claimed(const std::vector<Claim>& claims) {
  std::vector<std::string> hosts;
  for (const Claim& claim : claims) hosts.push_back(claim.first);
  return Claimed(hosts, claims.front().second);
}

bool Agrees(const Service& service, const RoutingRequest& request) {
  if (service.claims.size() != request.hosts.size()) return false;
  for (size_t i = 0; i < service.claims.size(); ++i) {
    if (service.claims[i].first != request.hosts[i] || service.claims[i].second != request.path) {
      return false;
    }
  }
  return true;
}

std::string NameOf(const v1::Container& container) {
  return Printable(container.name().empty() ? container.id() : container.name());
}

void AboutClaims(const std::string& name, const Service& service, Problems& problems) {
  const Member* other = nullptr;
  size_t others = 0;
  for (const auto& [age, member] : service.members) {
    if (member->endpoint == nullptr || Agrees(service, member->request)) continue;
    other = member.get();
    ++others;
  }
  if (other == nullptr) return;
  const Member& spokesman = *service.NewestRunning();  // there is one where there are endpoints
  Problem problem;
  problem.place.host = other->host_id;
  problem.place.container = NameOf(*other->facts);
  problem.place.service = name;
  problem.what = absl::StrCat(
      "containers of one service disagree: this one asks for ",
      Claimed(other->request.hosts, other->request.path),
      others > 1 ? absl::StrCat(", as ", others - 1, " more ask for something else") : "", ", but ",
      NameOf(*spokesman.facts), " on host ", spokesman.host_id, ", the newest that runs, for ",
      Claimed(service.claims), ", which stands for all of them");
  problem.cure =
      "give all containers of the service the same hosts and path, or part them with the label "
      "fairlead.service";
  problems.push_back(std::move(problem));
}

void AboutPorts(const std::string& name, const Service& service, Problems& problems) {
  const std::vector<uint16_t> ports = service.Ports();
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
