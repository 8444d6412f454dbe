// What a change costs. BM_OneChange must stay level, however many services there are.

#include <benchmark/benchmark.h>

#include "absl/strings/str_cat.h"
#include "server/routing/example_facts.h"
#include "server/routing/routing.h"

namespace fairlead {
namespace {

constexpr int kContainersOfAService = 10;
constexpr Moment kNow = {absl::Hours(1), absl::FromUnixSeconds(1'000'000)};

ExampleContainer Replica(int service, int replica) {
  ExampleContainer container;
  container.id = absl::StrCat("c", service, "-", replica);
  container.service = absl::StrCat("web", service);
  container.virtual_host = absl::StrCat("web", service, ".example,www.web", service, ".example");
  container.ip = absl::StrCat("172.", 16 + replica, ".", service / 250, ".", 2 + service % 250);
  container.published = static_cast<uint16_t>(32768 + service);
  return container;
}

std::string HostOf(int replica) { return absl::StrCat("h", replica); }

FactChanges Facts(int services) {
  FactChanges facts;
  for (int replica = 0; replica < kContainersOfAService; ++replica) {
    facts.hosts.push_back(HostIs(HostOf(replica), {absl::StrCat("10.0.0.", 1 + replica)}));
    for (int service = 0; service < services; ++service) {
      facts.containers.push_back(Is(HostOf(replica), Replica(service, replica)));
    }
  }
  return facts;
}

void BM_FromNothing(benchmark::State& state) {
  const FactChanges facts = Facts(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    Routing routing{Routing::Options{}};
    benchmark::DoNotOptimize(routing.Apply(facts, kNow));
  }
  state.counters["containers"] = static_cast<double>(facts.containers.size());
}
BENCHMARK(BM_FromNothing)->Arg(2'000)->Unit(benchmark::kMillisecond);

// A container that stops, and runs again.
void BM_OneChange(benchmark::State& state) {
  const int services = static_cast<int>(state.range(0));
  Routing routing{Routing::Options{}};
  routing.Apply(Facts(services), kNow);
  ExampleContainer container = Replica(services / 2, 3);
  const ContainerChange running = Is(HostOf(3), container);
  container.stopping = true;
  const ContainerChange stopping = Is(HostOf(3), container);
  bool stop = false;
  for (auto _ : state) {
    stop = !stop;
    const ModelChanges changes = routing.Apply({{}, {stop ? stopping : running}, {}}, kNow);
    if (changes.pools.size() != 1) state.SkipWithError("one change is not one pool");
  }
}
BENCHMARK(BM_OneChange)->Arg(10)->Arg(2'000)->Arg(20'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fairlead
