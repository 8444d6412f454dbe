#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/routing/example_facts.h"
#include "server/routing/routing.h"

namespace fairlead {
namespace {

// What has been told: facts in, and the model that the changes out add up to.
struct Told {
  std::map<std::string, HostChange> hosts;
  std::map<std::pair<std::string, std::string>, ContainerChange> containers;

  std::map<std::string, std::shared_ptr<const Pool>> pools;
  std::map<std::string, std::shared_ptr<const VirtualHost>> virtual_hosts;
  std::map<std::string, std::shared_ptr<const ServiceRecord>> services;
  std::map<std::string, Problems> problems;

  void Take(const ModelChanges& changes);
};

bool Same(const Pool& a, const Pool& b) {
  return a.name == b.name && a.upstream == b.upstream &&
         std::equal(a.endpoints.begin(), a.endpoints.end(), b.endpoints.begin(), b.endpoints.end(),
                    [](const auto& x, const auto& y) { return *x == *y; });
}

bool Same(const VirtualHost& a, const VirtualHost& b) { return a == b; }

// Each change must be one: of something that was not so before.
template <typename Value>
void TakeOne(std::map<std::string, std::shared_ptr<const Value>>& values, const std::string& name,
             const std::shared_ptr<const Value>& after) {
  const auto before = values.find(name);
  if (after == nullptr) {
    EXPECT_NE(before, values.end()) << name << " is gone and was not there";
    values.erase(name);
    return;
  }
  EXPECT_TRUE(before == values.end() || !Same(*before->second, *after)) << name << " is the same";
  values[name] = after;
}

void Told::Take(const ModelChanges& changes) {
  for (const auto& change : changes.pools) TakeOne(pools, change.name, change.after);
  for (const auto& change : changes.virtual_hosts) {
    TakeOne(virtual_hosts, change.domain, change.after);
  }
  for (const auto& change : changes.services) {
    if (change.after == nullptr) {
      services.erase(change.name);
    } else {
      services[change.name] = change.after;
    }
  }
  for (const ProblemsOf& of : changes.problems) {
    EXPECT_NE(problems[of.source], of.problems) << of.source << " is the same";
    problems[of.source] = of.problems;
    if (of.problems.empty()) problems.erase(of.source);
  }
}

class Chance {
 public:
  explicit Chance(uint64_t seed) : random_(seed) {}
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  bool OneIn(int n) { return Below(n) == 0; }
  template <typename T>
  T Of(const std::vector<T>& values) {
    return values[Below(static_cast<int>(values.size()))];
  }
  std::mt19937_64& random() { return random_; }

 private:
  std::mt19937_64 random_;
};

ExampleContainer RandomContainer(Chance& chance) {
  using C = v1::Container;
  ExampleContainer container;
  container.id = absl::StrCat("c", chance.Below(8));
  container.service = chance.Of<std::string>({"web", "web", "api", "db", ""});
  container.virtual_host = chance.Of<std::string>({"a.example", "a.example", "a.example,b.example",
                                                   "b.example", "localhost", "", "a..example"});
  container.path = chance.Of<std::string>({"", "", "", "/", "/api", "api"});
  container.port = chance.Of<std::string>({"", "", "8000", "9000", "80a"});
  container.state =
      chance.Of<C::State>({C::RUNNING, C::RUNNING, C::RUNNING, C::PAUSED, C::EXITED, C::CREATED});
  container.health = chance.Of<C::Health>({C::NO_CHECK, C::HEALTHY, C::STARTING, C::UNHEALTHY});
  container.stopping = chance.OneIn(4);
  container.created_at = chance.Below(5);
  container.started_at = chance.Below(3);
  container.ip = chance.Of<std::string>({"172.20.0.2", "172.20.0.3", "", "127.0.0.1"});
  container.published = chance.OneIn(3) ? 32768 : 0;
  container.network_mode = chance.Of<std::string>({"net", "net", "net", "host", "container:c1"});
  container.labels = {
      {"fairlead.multiports",
       chance.Of<std::string>({"", "", "", "{a.example: {/: {port: 8000}, /api: {port: 9000}}}",
                               "{a.example: {/: {port: 8000}, /rpc: {port: 8000, proto: grpc}},"
                               " b.example: {external_http_port: 8081}}",
                               "{a.example: {/api: {dest: /}}}"})},
      {"fairlead.proto", chance.Of<std::string>({"", "", "", "https", "uwsgi"})},
      {"fairlead.network-access", chance.Of<std::string>({"", "", "internal"})},
      {"fairlead.loadbalance", chance.Of<std::string>({"", "", "ip_hash"})},
      {"fairlead.hsts", chance.Of<std::string>({"", "", "off", "max-age=5"})},
      {"fairlead.ssl-verify-client", chance.Of<std::string>({"", "", "on", "optional", "off"})},
      {"fairlead.external-http-port", chance.Of<std::string>({"", "", "", "8081", "8082"})},
      {"fairlead.external-https-port", chance.Of<std::string>({"", "", "", "8081", "8082"})}};
  return container;
}

HostChange RandomHost(Chance& chance) {
  return HostIs(absl::StrCat("h", chance.Below(3)),
                chance.Of<std::vector<std::string>>({{"10.0.0.1"}, {"10.0.0.2", "fd00::1"}, {}}),
                chance.OneIn(3), chance.Of<std::string>({"", "zone-a"}));
}

void Forget(Told& told, const std::string& host_id) {
  told.hosts.erase(host_id);
  for (auto it = told.containers.begin(); it != told.containers.end();) {
    it = it->first.first == host_id ? told.containers.erase(it) : std::next(it);
  }
}

FactChanges RandomEvent(Chance& chance, Told& told) {
  FactChanges event;
  if (chance.OneIn(15)) {
    const HostChange change = RandomHost(chance);
    told.hosts[change.host_id] = change;
    event.hosts.push_back(change);
  } else if (chance.OneIn(40)) {
    event.hosts.push_back(HostGone(absl::StrCat("h", chance.Below(3))));
    Forget(told, event.hosts[0].host_id);
  }
  for (int i = chance.Below(3); i >= 0; --i) {
    const std::string host_id = absl::StrCat("h", chance.Below(3));
    if (!told.hosts.contains(host_id)) continue;
    ContainerChange change = Is(host_id, RandomContainer(chance));
    if (chance.OneIn(3)) change.after = nullptr;
    const std::pair<std::string, std::string> key(host_id, change.container_id);
    if (change.after == nullptr) {
      told.containers.erase(key);
    } else {
      told.containers[key] = change;
    }
    event.containers.push_back(std::move(change));
  }
  return event;
}

// The same facts, told to a model that knows only the service records: at once, or one by one in
// any order.
Told FromNothing(const Told& told, const Routing& incremental, Routing& routing, Moment now,
                 bool at_once, Chance& chance) {
  Told rebuilt;
  rebuilt.Take(routing.Restore(incremental.ServiceRecords(), now.wall));
  std::vector<FactChanges> events;
  for (const auto& [id, change] : told.hosts) events.push_back({{change}, {}, {}});
  for (const auto& [key, change] : told.containers) events.push_back({{}, {change}, {}});
  std::shuffle(events.begin(), events.end(), chance.random());
  FactChanges all;
  for (const FactChanges& event : events) {
    all.hosts.insert(all.hosts.end(), event.hosts.begin(), event.hosts.end());
    all.containers.insert(all.containers.end(), event.containers.begin(), event.containers.end());
    if (!at_once) rebuilt.Take(routing.Apply(event, now));
  }
  if (at_once) rebuilt.Take(routing.Apply(all, now));
  return rebuilt;
}

void ExpectSame(const Told& a, const Told& b) {
  ASSERT_EQ(a.pools.size(), b.pools.size());
  for (const auto& [name, pool] : a.pools) {
    ASSERT_TRUE(b.pools.contains(name)) << name;
    EXPECT_TRUE(Same(*pool, *b.pools.at(name))) << name;
  }
  ASSERT_EQ(a.virtual_hosts.size(), b.virtual_hosts.size());
  for (const auto& [domain, host] : a.virtual_hosts) {
    ASSERT_TRUE(b.virtual_hosts.contains(domain)) << domain;
    EXPECT_TRUE(Same(*host, *b.virtual_hosts.at(domain))) << domain;
  }
  EXPECT_EQ(a.problems, b.problems);
}

// Every route leads to a pool, every pool is behind a route.
void ExpectWhole(const Told& told) {
  std::set<std::string> behind;
  for (const auto& [domain, host] : told.virtual_hosts) {
    EXPECT_FALSE(host->routes.empty()) << domain;
    for (const Route& route : host->routes) behind.insert(route.pool);
  }
  std::set<std::string> there;
  for (const auto& [name, pool] : told.pools) there.insert(name);
  EXPECT_EQ(behind, there);
}

TEST(Routing, EventByEventEqualsFromNothing) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Chance chance(seed);
    // Whose starts are held back depends on when they came; here everything comes at once.
    Routing::Options options;
    options.crash_damping.at_once = 1'000'000;
    options.empty_services.most_routes = 3;
    Routing routing{options};
    Told told;
    Moment now = {absl::Hours(1), absl::FromUnixSeconds(1'000'000)};
    for (int i = 0; i < 200 && !::testing::Test::HasFailure(); ++i) {
      if (chance.OneIn(20)) {
        const absl::Duration passed = absl::Hours(chance.Below(20));
        now = {now.monotonic + passed, now.wall + passed};
        told.Take(routing.Tick(now));
      }
      told.Take(routing.Apply(RandomEvent(chance, told), now));
      ExpectWhole(told);
      if (i % 25 != 24) continue;
      for (const bool at_once : {true, false}) {
        Routing other{options};
        ExpectSame(told, FromNothing(told, routing, other, now, at_once, chance));
      }
    }
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace fairlead
