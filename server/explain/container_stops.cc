#include "server/explain/container_stops.h"

#include <algorithm>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairlead {
namespace {

const v1::Container& Facts(const ContainerGround& ground) { return *ground.container.facts; }

std::string NameOf(const ContainerGround& ground) {
  const v1::Container& container = Facts(ground);
  return container.name().empty() ? container.id() : container.name();
}

v1::Problem Stop(const ContainerGround& ground, std::string what, std::string cure) {
  v1::Problem stop;
  stop.set_host(ground.container.host_id);
  stop.set_container(NameOf(ground));
  stop.set_severity(v1::Problem::ERROR);
  stop.set_what(std::move(what));
  stop.set_cure(std::move(cure));
  return stop;
}

v1::Problem FromModel(const Problem& problem) {
  v1::Problem stop;
  stop.set_host(problem.place.host);
  stop.set_container(problem.place.container);
  stop.set_word(problem.place.word);
  stop.set_severity(problem.severity == Problem::Severity::kError ? v1::Problem::ERROR
                                                                  : v1::Problem::NOTICE);
  stop.set_what(problem.what);
  stop.set_cure(problem.cure);
  return stop;
}

// The first error that a stage told and that is `wanted`, else `otherwise`.
v1::Problem Told(const ContainerGround& ground, absl::FunctionRef<bool(const v1::Problem&)> wanted,
                 v1::Problem otherwise) {
  for (const v1::Problem& problem : ground.problems) {
    if (problem.severity() == v1::Problem::ERROR && wanted(problem)) return problem;
  }
  return otherwise;
}

bool IsOfContainer(const ContainerGround& ground, const v1::Problem& problem) {
  return problem.host() == ground.container.host_id && problem.container() == NameOf(ground);
}

// A resource of that name was held back, as server/resources/validity_gate tells it.
v1::Problem HeldBack(const ContainerGround& ground, const std::string& name, const char* type,
                     v1::Problem otherwise) {
  return Told(
      ground,
      [&](const v1::Problem& problem) {
        return problem.service() == name &&
               absl::StrContains(problem.what(), absl::StrCat("a resource (", type, ")"));
      },
      std::move(otherwise));
}

std::string Start(const ContainerGround& ground, const char* verb) {
  return absl::StrCat("`docker ", verb, " ", NameOf(ground), "` on host ",
                      ground.container.host_id);
}

v1::Problem StopByHealth(const ContainerGround& ground, const v1::Endpoint& endpoint) {
  const std::string word = absl::AsciiStrToLower(v1::Endpoint::Health_Name(endpoint.health()));
  const std::string what =
      absl::StrCat("proxies are told that it is ", word, ": ", endpoint.reason());
  if (endpoint.health() == v1::Endpoint::DRAINING) {
    return Stop(ground, what,
                absl::StrCat("none while it is being stopped; then ", Start(ground, "start")));
  }
  if (ground.host_state != v1::Host::CONNECTED && endpoint.reason() == "its host is silent") {
    return Stop(ground, what,
                absl::StrCat("see that fairlead-agent runs on host ", ground.container.host_id,
                             " and reaches the server: `fairlead hosts`"));
  }
  return Stop(ground, what,
              absl::StrCat("see what its HEALTHCHECK says: `docker inspect --format '{{json "
                           ".State.Health}}' ",
                           NameOf(ground), "` on host ", ground.container.host_id));
}

std::string Others(const ContainerGround& ground, const std::string& cluster) {
  absl::btree_set<std::string> services;
  for (const auto& pool : ground.pools) {
    if (pool->name != cluster) continue;
    for (const auto& endpoint : pool->endpoints) services.insert(endpoint->service);
  }
  return services.empty() ? "nobody" : absl::StrJoin(services, ", ");
}

std::string Described(v1::SentResource::State state) {
  return state == v1::SentResource::SENT ? "has not answered it yet" : "was not sent it";
}

}  // namespace

std::string StateOf(const v1::Container& container) {
  std::string state = absl::AsciiStrToLower(v1::Container::State_Name(container.state()));
  if (container.state() != v1::Container::RUNNING) return state;
  if (container.stopping()) absl::StrAppend(&state, ", stopping");
  switch (container.health()) {
    case v1::Container::STARTING:
      return absl::StrCat(state, ", its HEALTHCHECK has not passed yet");
    case v1::Container::UNHEALTHY:
      return absl::StrCat(state, ", its HEALTHCHECK fails");
    case v1::Container::HEALTHY:
      return absl::StrCat(state, ", its HEALTHCHECK passes");
    default:
      return state;
  }
}

absl::optional<v1::Problem> StopByWords(const ContainerGround& ground,
                                        const RoutingRequest& request, const Problems& problems) {
  if (request.published()) return absl::nullopt;
  for (const Problem::Severity severity : {Problem::Severity::kError, Problem::Severity::kNotice}) {
    const auto found = std::find_if(problems.begin(), problems.end(), [&](const Problem& problem) {
      return problem.severity == severity;
    });
    if (found != problems.end()) return FromModel(*found);
  }
  return Stop(ground, "it asks for no host, so it is not published",
              "name a host, as in VIRTUAL_HOST=shop.example or the label "
              "fairlead.host=shop.example, and create the container anew");
}

absl::optional<v1::Problem> StopByState(const ContainerGround& ground) {
  const v1::Container& container = Facts(ground);
  const std::string what = absl::StrCat("it does not run: it is ", StateOf(container));
  switch (container.state()) {
    case v1::Container::RUNNING:
      break;
    case v1::Container::PAUSED:
      return Stop(ground, "it is paused", Start(ground, "unpause"));
    case v1::Container::RESTARTING:
      return Stop(ground, what, absl::StrCat("see why it ends: ", Start(ground, "logs")));
    default:
      return Stop(ground, what,
                  absl::StrCat(Start(ground, "start"), "; if it ends by itself, ",
                               Start(ground, "logs"), " says why"));
  }
  if (!ground.held_back) return absl::nullopt;
  return Told(
      ground,
      [&](const v1::Problem& problem) {
        return IsOfContainer(ground, problem) && problem.word().empty();
      },
      Stop(ground, "it ends and is started again and again",
           absl::StrCat("see why it ends: ", Start(ground, "logs"))));
}

absl::optional<v1::Problem> StopOfRoute(const ContainerGround& ground,
                                        const v1::RouteExplained& route,
                                        const std::string& service) {
  const std::string claim = absl::StrCat(route.host(), route.path());
  const auto& claims = ground.service_routes;
  if (std::find(claims.begin(), claims.end(), claim) == claims.end()) {
    return Stop(ground,
                absl::StrCat("its service ", service, " does not ask for ", claim,
                             ": of containers that disagree the newest that runs is heard"),
                "create all containers of the service with the same words");
  }
  if (route.cluster().empty()) {
    return HeldBack(ground, route.host(), "RDS",
                    Stop(ground, absl::StrCat("there is no route for ", claim), ""));
  }
  if (!route.has_endpoint()) {
    // Only what runs is in a cluster.
    if (auto stop = StopByState(ground); stop.has_value()) return stop;
    return Stop(ground,
                absl::StrCat("requests for ", claim, " go to the containers of ",
                             Others(ground, route.cluster()), ", and it is not among them"),
                "give each service a host or path of its own");
  }
  if (route.endpoint().health() != v1::Endpoint::HEALTHY) {
    return StopByHealth(ground, route.endpoint());
  }
  if (route.endpoint().addresses().empty()) {
    return Told(
        ground,
        [&](const v1::Problem& problem) {
          return IsOfContainer(ground, problem) &&
                 absl::StartsWith(problem.what(), "no reachable address");
        },
        Stop(ground, "no address of it is known at which a proxy could reach it",
             "publish its port, or connect it to a bridge network"));
  }
  if (ground.snapshot->Find(Type::kCluster, route.cluster()) == nullptr) {
    return HeldBack(
        ground, route.cluster(), "CDS",
        Stop(ground, absl::StrCat("proxies are not sent the cluster ", route.cluster()), ""));
  }
  if (!route.route_configurations().empty()) return absl::nullopt;
  return HeldBack(
      ground, route.host(), "RDS",
      Stop(ground,
           absl::StrCat("no route configuration that proxies are sent leads to the cluster ",
                        route.cluster()),
           "see whether a static resource lies over it: `fairlead resources list` shows what each "
           "overrides"));
}

absl::optional<v1::Problem> StopWithoutProxies(const ContainerGround& ground) {
  if (!ground.proxies.empty()) return absl::nullopt;
  return Stop(ground, "no proxy that gets containers' routes is connected",
              "start one: `fairlead bootstrap envoy --help` says how; `fairlead proxies` lists "
              "those that are connected");
}

absl::optional<v1::Problem> StopAtProxy(const ContainerGround& ground,
                                        const v1::ProxyExplained& proxy) {
  if (proxy.address().empty()) {
    return Told(
        ground,
        [&](const v1::Problem& problem) {
          return IsOfContainer(ground, problem) && problem.service() == proxy.cluster() &&
                 absl::StrContains(problem.proxy(), proxy.node_id());
        },
        Stop(ground,
             absl::StrCat("no address of it can be reached from where the proxy ", proxy.node_id(),
                          " stands"),
             "publish its port, or put it on a network that the proxy shares"));
  }
  for (const v1::ProxyExplained::Held& held : proxy.held()) {
    if (held.state() != v1::SentResource::NACKED) continue;
    return Told(
        ground,
        [&](const v1::Problem& problem) {
          return problem.proxy() == proxy.node_id() &&
                 absl::StartsWith(problem.what(),
                                  absl::StrCat("the proxy refused its ", held.type()));
        },
        Stop(ground,
             absl::StrCat("the proxy ", proxy.node_id(), " refused ", held.type(), " ", held.name(),
                          " and goes on with what it had"),
             "`fairlead proxies` shows its own words"));
  }
  for (const v1::ProxyExplained::Held& held : proxy.held()) {
    if (held.is_current() && held.state() == v1::SentResource::ACKED) continue;
    // Of several route configurations or listeners, one is enough for some of its requests.
    if (held.type() == "RDS" || held.type() == "LDS") continue;
    return Stop(ground,
                absl::StrCat("the proxy ", proxy.node_id(), " ", Described(held.state()), ": ",
                             held.type(), " ", held.name()),
                "ask again in a moment; `fairlead proxies` shows whether it answers at all");
  }
  return absl::nullopt;
}

}  // namespace fairlead
