#include "clients/compose/forecast.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "clients/compose/container_facts.h"
#include "clients/compose/proxy_reach.h"
#include "clients/compose/proxy_role.h"
#include "server/base/clock.h"
#include "server/catalog/catalog.h"
#include "server/routing/routing.h"
#include "server/vocabulary/request.h"
#include "server/vocabulary/said.h"

namespace fairlead {
namespace {

constexpr char kHost[] = "this-host";
// Of no network that there is (RFC 5737): which address an agent will tell is not known.
constexpr char kHostAddress[] = "192.0.2.1";
constexpr SessionId kSession = 1;

bool HasOwnNetwork(const v1::Container& container) {
  return container.network_mode() != "host" &&
         !absl::StartsWith(container.network_mode(), "container:");
}

// The words of a container that name its hosts, and its port.
std::string WordOf(const v1::Container& container, const RoutingRequest& request,
                   const char* variable, const char* label) {
  const auto said = request.multiports
                        ? Find(container, "VIRTUAL_HOST_MULTIPORTS", "fairlead.multiports")
                        : Find(container, variable, label);
  return said.has_value() ? said->word : "";
}

// A port that a word names is taken to be exposed by the image: Compose files need not repeat it,
// and the notice that it is not exposed would mostly be wrong.
void ExposeWhatIsNamed(const RoutingRequest& request, v1::Container& container) {
  const bool all_named = std::all_of(request.routes.begin(), request.routes.end(),
                                     [](const RouteRequest& route) { return route.port_said; });
  if (!all_named || container.ports().empty() || !HasOwnNetwork(container)) return;
  for (const RouteRequest& route : request.routes) {
    const bool is_exposed =
        std::any_of(container.ports().begin(), container.ports().end(), [&](const v1::Port& port) {
          return port.container_port() == route.port && port.protocol() == "tcp";
        });
    if (is_exposed) continue;
    v1::Port& port = *container.add_ports();
    port.set_container_port(route.port);
    port.set_protocol("tcp");
  }
}

class Forecaster {
 public:
  explicit Forecaster(const ComposeProject& project)
      : project_(project),
        roles_(RolesIn(project)),
        foreseen_(FactsOf(project)),
        routing_(Routing::Options()) {}

  absl::StatusOr<v1::ComposeCheck> Run() {
    for (ForeseenContainer& container : foreseen_.containers) ReadRequest(container);
    for (size_t i = 0; i < project_.services.size(); ++i) Describe(i);
    const absl::Status status = Simulate();
    if (!status.ok()) return status;
    AddRoutes();
    AddUnknown();
    for (const ComposeNotice& notice : project_.notices) AddNotice(notice);
    for (const ComposeNotice& notice : FindOutOfReach(project_, foreseen_, requests_)) {
      AddNotice(notice);
    }
    SortProblems();
    check_.set_project(project_.name);
    for (const std::string& name : project_.left_out) check_.add_left_out(name);
    return std::move(check_);
  }

 private:
  void ReadRequest(ForeseenContainer& container) {
    Problems told_by_the_model;
    RoutingRequest request = ParseRequest(container.facts, kHost, told_by_the_model);
    ports_known_[container.service] = container.facts.ports_size();
    ExposeWhatIsNamed(request, container.facts);
    by_name_[container.facts.name()] = &container;
    by_name_[container.facts.id()] = &container;
    first_.emplace(container.service, &container);
    requests_.insert_or_assign(container.service, std::move(request));
  }

  void Describe(size_t index) {
    const ComposeService& service = project_.services[index];
    v1::CheckedService& checked = *check_.add_services();
    checked.set_name(service.name);
    checked.set_file(service.place.file);
    checked.set_line(static_cast<uint32_t>(service.place.line));
    checked.set_replicas(ReplicasOf(service));
    const auto request = requests_.find(index);
    if (request != requests_.end()) checked.set_service(request->second.service);
  }

  // An agent that reports all of it at once.
  absl::Status Simulate() {
    const Moment now = {absl::ZeroDuration(), absl::UnixEpoch() + absl::Hours(1)};
    Catalog catalog;
    v1::ReportRequest hello;
    hello.mutable_hello()->set_host_id(kHost);
    hello.mutable_hello()->set_epoch("check");
    hello.mutable_hello()->add_advertise_addresses(kHostAddress);
    const absl::Status greeted = Take(catalog.Receive(kSession, "", std::move(hello), now), now);
    if (!greeted.ok()) return greeted;
    v1::ReportRequest report;
    v1::SnapshotPart& snapshot = *report.mutable_snapshot();
    snapshot.set_sequence(1);
    snapshot.set_last(true);
    snapshot.mutable_engine()->set_reachable(true);
    for (const auto& container : foreseen_.containers) {
      *snapshot.add_containers() = container.facts;
    }
    for (const v1::Container& container : foreseen_.foreign) *snapshot.add_containers() = container;
    return Take(catalog.Receive(kSession, "", std::move(report), now), now);
  }

  absl::Status Take(const Catalog::Outcome& outcome, Moment now) {
    if (!outcome.status.ok()) {
      return absl::InternalError(absl::StrCat("the catalog does not take what the files come to: ",
                                              std::string(outcome.status.message())));
    }
    for (const ProblemsOf& problems : outcome.changes.problems) AddProblems(problems.problems);
    for (const ProblemsOf& problems : routing_.Apply(outcome.changes, now).problems) {
      AddProblems(problems.problems);
    }
    return absl::OkStatus();
  }

  void AddRoutes() {
    for (const auto& host : routing_.VirtualHosts()) {
      for (const Route& route : host->routes) {
        const auto pool = routing_.FindPool(route.pool);
        if (pool == nullptr) continue;
        for (const auto& endpoint : pool->endpoints) AddRoute(*host, route, *pool, *endpoint);
      }
    }
  }

  void AddRoute(const VirtualHost& host, const Route& route, const Pool& pool,
                const Endpoint& endpoint) {
    const auto container = by_name_.find(endpoint.container_id);
    if (container == by_name_.end()) return;
    const size_t index = container->second->service;
    v1::ForeseenRoute foreseen;
    foreseen.set_host(host.domain);
    foreseen.set_path(route.path);
    foreseen.set_http_port(host.settings.http_port.value_or(0));
    foreseen.set_https_port(host.settings.https_port.value_or(0));
    if (host.settings.https_method.has_value()) {
      foreseen.set_https_method(std::string(HttpsMethodName(*host.settings.https_method)));
    }
    foreseen.set_protocol(std::string(ProtocolName(pool.upstream.protocol)));
    foreseen.set_cluster(pool.name);
    foreseen.set_port(endpoint.port);
    foreseen.set_port_reason(PortReason(index, host.domain, route.path));
    foreseen.set_destination(route.destination.value_or(""));
    foreseen.set_internal(route.internal);
    // Replicas have the same.
    if (!known_routes_.emplace(index, host.domain, route.path, endpoint.port).second) return;
    *check_.mutable_services(static_cast<int>(index))->add_routes() = std::move(foreseen);
  }

  std::string PortReason(size_t index, const std::string& host, const std::string& path) const {
    const RoutingRequest& request = requests_.at(index);
    const RouteRequest* asked = request.FindRoute(host, path);
    if (asked != nullptr && asked->port_said) {
      return WordOf(first_.at(index)->facts, request, "VIRTUAL_PORT", "fairlead.port");
    }
    return ports_known_.at(index) == 1 ? "the only exposed port" : "the default";
  }

  void AddUnknown() {
    for (const auto& [index, request] : requests_) {
      v1::CheckedService& checked = *check_.mutable_services(static_cast<int>(index));
      const v1::Container& container = first_.at(index)->facts;
      const bool port_is_said =
          std::all_of(request.routes.begin(), request.routes.end(),
                      [](const RouteRequest& route) { return route.port_said; });
      if (!port_is_said && HasOwnNetwork(container) && ports_known_.at(index) < 2) {
        checked.add_unknown(absl::StrCat(
            "the port: no word names it",
            ports_known_.at(index) == 0
                ? ", so it is the image's exposed port if that is the only one, else 80; "
                : ", and if the image exposes another one than this file, it is 80; ",
            request.multiports ? "name it by 'port' of each path in VIRTUAL_HOST_MULTIPORTS"
                               : "name it, as in VIRTUAL_PORT=8000"));
      }
      if (first_.at(index)->shares_foreign_network) {
        checked.add_unknown(
            "the network: it is that of a container which these files do not start");
      }
      if (request.published()) AddCertificates(project_.services[index], checked);
    }
  }

  // Who asks acme-companion for a certificate may think that it is got by whoever routes.
  void AddCertificates(const ComposeService& service, v1::CheckedService& checked) const {
    const bool has_companion = std::any_of(roles_.begin(), roles_.end(), [](const auto& role) {
      return role.second == ProxyRole::kCompanion;
    });
    if (has_companion) return;
    for (const char* word : {"ACME_HOST", "LETSENCRYPT_HOST"}) {
      if (!service.environment.contains(word)) continue;
      checked.add_unknown(absl::StrCat(
          "the certificate: ", word,
          " is a word of acme-companion, which is not in these files; what it or somebody else "
          "writes to the server's --certificates-dir is served"));
      return;
    }
  }

  // The service that a place of the model names: by its container, by its own name, or by a route.
  std::optional<size_t> ServiceAt(const Place& place) const {
    const auto container = by_name_.find(place.container);
    if (container != by_name_.end()) return container->second->service;
    for (const auto& [index, request] : requests_) {
      if (request.service == place.service) return index;
    }
    for (const auto& [index, request] : requests_) {
      for (const RouteRequest& route : request.routes) {
        if (absl::StrCat(route.host, route.path) == place.service) return index;
      }
    }
    return std::nullopt;
  }

  void AddProblems(const Problems& problems) {
    for (const Problem& problem : problems) AddProblem(problem);
  }

  void AddProblem(const Problem& problem) {
    v1::ComposeProblem placed;
    v1::Problem& told = *placed.mutable_problem();
    told.set_word(problem.place.word);
    told.set_severity(problem.severity == Problem::Severity::kError ? v1::Problem::ERROR
                                                                    : v1::Problem::NOTICE);
    told.set_what(problem.what);
    told.set_cure(problem.cure);
    const std::optional<size_t> index = ServiceAt(problem.place);
    if (index.has_value()) {
      const ComposeService& service = project_.services[*index];
      told.set_service(service.name);
      if (told.word().empty() && problem.place.container.empty()) {
        told.set_word(WordOf(first_.at(*index)->facts, requests_.at(*index), "VIRTUAL_HOST",
                             "fairlead.host"));
      }
      SetPlace(PlaceOf(service, told.word()), placed);
    }
    Keep(std::move(placed));
  }

  void AddNotice(const ComposeNotice& notice) {
    v1::ComposeProblem placed;
    v1::Problem& told = *placed.mutable_problem();
    told.set_service(notice.service);
    told.set_word(notice.word);
    told.set_severity(notice.severity == Problem::Severity::kError ? v1::Problem::ERROR
                                                                   : v1::Problem::NOTICE);
    told.set_what(notice.what);
    told.set_cure(notice.cure);
    SetPlace(notice.place, placed);
    Keep(std::move(placed));
  }

  static SourcePlace PlaceOf(const ComposeService& service, const std::string& word) {
    const auto label = service.labels.find(word);
    if (label != service.labels.end()) return label->second.place;
    const auto variable = service.environment.find(word);
    if (variable != service.environment.end()) return variable->second.place;
    return service.place;
  }

  static void SetPlace(const SourcePlace& place, v1::ComposeProblem& problem) {
    problem.set_file(place.file);
    problem.set_line(static_cast<uint32_t>(place.line));
  }

  // Replicas have the same one each.
  void Keep(v1::ComposeProblem problem) {
    const v1::Problem& told = problem.problem();
    if (!known_problems_.emplace(told.service(), told.word(), told.what()).second) return;
    *check_.add_problems() = std::move(problem);
  }

  void SortProblems() {
    auto& problems = *check_.mutable_problems();
    std::stable_sort(problems.begin(), problems.end(), [](const auto& a, const auto& b) {
      return std::make_tuple(a.file(), a.line(), a.problem().word(), a.problem().what()) <
             std::make_tuple(b.file(), b.line(), b.problem().word(), b.problem().what());
    });
  }

  const ComposeProject& project_;
  const std::map<std::string, ProxyRole> roles_;
  ForeseenFacts foreseen_;
  Routing routing_;
  v1::ComposeCheck check_;
  absl::flat_hash_map<std::string, const ForeseenContainer*> by_name_;  // and by id
  std::map<size_t, const ForeseenContainer*> first_;                    // of a service
  std::map<size_t, RoutingRequest> requests_;                           // of a service
  std::map<size_t, int> ports_known_;  // that the files tell, of a service
  absl::flat_hash_set<std::tuple<size_t, std::string, std::string, uint16_t>> known_routes_;
  absl::flat_hash_set<std::tuple<std::string, std::string, std::string>> known_problems_;
};

}  // namespace

absl::StatusOr<v1::ComposeCheck> Forecast(const ComposeProject& project) {
  return Forecaster(project).Run();
}

}  // namespace fairlead
