#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/routing/example_facts.h"
#include "server/routing/routing.h"

namespace fairlead {

inline constexpr absl::Time kStart = absl::FromUnixSeconds(3'600'000);

// A routing model, its facts given one by one, and what the last one changed.
class Model {
 public:
  explicit Model(Routing::Options options = {}) : routing_(std::move(options)) {
    Apply({{HostIs("h1", {"10.0.0.1"}), HostIs("h2", {"10.0.0.2"})}, {}, {}});
  }

  void Apply(const FactChanges& facts) { changes_ = routing_.Apply(facts, moment()); }
  void Apply(const ContainerChange& change) { Apply(FactChanges{{}, {change}, {}}); }
  void Apply(const HostChange& change) { Apply(FactChanges{{change}, {}, {}}); }
  void Wait(absl::Duration time) {
    now_ += time;
    changes_ = routing_.Tick(moment());
  }

  const ModelChanges& changes() const { return changes_; }
  const Routing& routing() const { return routing_; }
  Routing& routing() { return routing_; }
  absl::Time now() const { return now_; }

  // "ID health" for each endpoint of the pool; {"no pool"} if there is none.
  std::vector<std::string> Pool(const std::string& name) const {
    const auto pool = routing_.FindPool(name);
    if (pool == nullptr) return {"no pool"};
    static constexpr const char* kHealth[] = {"healthy", "unhealthy", "draining", "starting"};
    std::vector<std::string> endpoints;
    for (const auto& endpoint : pool->endpoints) {
      endpoints.push_back(
          absl::StrCat(endpoint->container_id, " ", kHealth[static_cast<int>(endpoint->health)]));
    }
    return endpoints;
  }

  // "PATH -> POOL" for each route of the domain; {"404"} if it is not known.
  std::vector<std::string> Domain(const std::string& domain) const {
    const auto host = routing_.FindVirtualHost(domain);
    if (host == nullptr) return {"404"};
    std::vector<std::string> routes;
    for (const Route& route : host->routes) {
      routes.push_back(absl::StrCat(route.path, " -> ", route.pool));
    }
    return routes;
  }

 private:
  Moment moment() const { return {now_ - absl::UnixEpoch(), now_}; }

  Routing routing_;
  absl::Time now_ = kStart;
  ModelChanges changes_;
};

// Names of what changed; a '-' before what is gone.
inline std::vector<std::string> Changed(const ModelChanges& changes) {
  std::vector<std::string> names;
  const auto add = [&](const char* kind, const std::string& name, bool there) {
    names.push_back(absl::StrCat(there ? "" : "-", kind, " ", name));
  };
  for (const auto& change : changes.pools) add("pool", change.name, change.after != nullptr);
  for (const auto& change : changes.virtual_hosts) {
    add("host", change.domain, change.after != nullptr);
  }
  for (const auto& change : changes.services) add("service", change.name, change.after != nullptr);
  for (const auto& problems : changes.problems) {
    add("problems", problems.source, !problems.problems.empty());
  }
  return names;
}

inline ExampleContainer Web(const std::string& id, int created_at = 1) {
  ExampleContainer container;
  container.id = id;
  container.created_at = created_at;
  return container;
}

inline ExampleContainer Blog(const std::string& id) {
  ExampleContainer container = Web(id);
  container.project = "blog";
  return container;
}

}  // namespace fairlead
