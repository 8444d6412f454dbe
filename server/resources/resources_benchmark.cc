// What one change costs beside thousands of other domains. All must stay level, however many there
// are, but for the bytes of the route configuration and of the https listener, which are one
// resource each.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/resources/resources.h"

namespace fairlead {
namespace {

std::shared_ptr<const Pool> PoolOf(const std::string& name, int containers) {
  auto pool = std::make_shared<Pool>();
  pool->name = name;
  for (int i = 0; i < containers; ++i) {
    auto endpoint = std::make_shared<Endpoint>();
    endpoint->container_id = endpoint->container_name = absl::StrCat("c", i);
    endpoint->host_id = "h1";
    endpoint->port = 8000;
    endpoint->addresses = {{Address::From::kHost, "n", absl::StrCat("172.18.0.", 2 + i), 8000}};
    pool->endpoints.push_back(endpoint);
  }
  return pool;
}

std::string PoolName(int i) { return absl::StrCat("shop/web", i, ":8000"); }

VirtualHostChange HostOf(int i, const std::string& path) {
  auto host = std::make_shared<VirtualHost>();
  host->domain = absl::StrCat("web", i, ".example");
  Route& route = host->routes.emplace_back();
  route.path = path;
  route.pool = PoolName(i);
  return {host->domain, host};
}

ModelChanges ModelOf(int services) {
  ModelChanges model;
  for (int i = 0; i < services; ++i) {
    model.pools.push_back({PoolName(i), PoolOf(PoolName(i), 10)});
    model.virtual_hosts.push_back(HostOf(i, "/"));
  }
  return model;
}

CertificateChanges CertificatesOf(int services) {
  CertificateChanges changes;
  for (int i = 0; i < services; ++i) {
    auto certificate = std::make_shared<Certificate>();
    certificate->name = absl::StrCat("web", i, ".example");
    changes.certificates.push_back({certificate->name, certificate});
  }
  return changes;
}

void BM_FromNothing(benchmark::State& state) {
  const ModelChanges model = ModelOf(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    Resources resources({});
    benchmark::DoNotOptimize(resources.Apply(model));
  }
}
BENCHMARK(BM_FromNothing)->Arg(2'000)->Unit(benchmark::kMillisecond);

// A container that comes and goes.
void BM_OneContainer(benchmark::State& state) {
  const int services = static_cast<int>(state.range(0));
  Resources resources({});
  resources.OpenView(1, {"default", "h1", {}, "", ""});
  resources.Apply(ModelOf(services));
  ModelChanges fewer;
  fewer.pools.push_back({PoolName(services / 2), PoolOf(PoolName(services / 2), 9)});
  ModelChanges more;
  more.pools.push_back({PoolName(services / 2), PoolOf(PoolName(services / 2), 10)});
  bool is_fewer = false;
  for (auto _ : state) {
    is_fewer = !is_fewer;
    benchmark::DoNotOptimize(resources.Apply(is_fewer ? fewer : more));
  }
}
BENCHMARK(BM_OneContainer)->Arg(10)->Arg(2'000)->Unit(benchmark::kMicrosecond);

// A domain whose path is another. With `tls` each domain has a certificate of its own.
void OneDomain(benchmark::State& state, bool tls) {
  const int services = static_cast<int>(state.range(0));
  Resources resources({});
  if (tls) resources.Apply(CertificatesOf(services), absl::nullopt);
  resources.Apply(ModelOf(services));
  ModelChanges one;
  one.virtual_hosts.push_back(HostOf(services / 2, "/a"));
  ModelChanges other;
  other.virtual_hosts.push_back(HostOf(services / 2, "/"));
  bool is_one = false;
  for (auto _ : state) {
    is_one = !is_one;
    benchmark::DoNotOptimize(resources.Apply(is_one ? one : other));
  }
}
void BM_OneDomain(benchmark::State& state) { OneDomain(state, false); }
void BM_OneDomainOverTls(benchmark::State& state) { OneDomain(state, true); }
BENCHMARK(BM_OneDomain)->Arg(10)->Arg(2'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_OneDomainOverTls)->Arg(10)->Arg(2'000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace fairlead
