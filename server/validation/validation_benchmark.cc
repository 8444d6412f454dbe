// What validation costs beside serializing: an assignment of 5 000 endpoints, and routes of 1 000
// domains.
#include <benchmark/benchmark.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/config/route/v3/route.pb.h"
#include "server/validation/validate.h"

namespace fairlead {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::config::route::v3::RouteConfiguration;

ClusterLoadAssignment LargeAssignment() {
  ClusterLoadAssignment assignment;
  assignment.set_cluster_name("shop/web:8000");
  auto& locality = *assignment.add_endpoints();
  locality.mutable_load_balancing_weight()->set_value(5'000);
  for (int i = 0; i < 5'000; ++i) {
    auto& endpoint = *locality.add_lb_endpoints();
    endpoint.mutable_load_balancing_weight()->set_value(1);
    auto& socket = *endpoint.mutable_endpoint()->mutable_address()->mutable_socket_address();
    socket.set_address(absl::StrCat("10.0.", i / 250, ".", i % 250 + 1));
    socket.set_port_value(8'000);
  }
  return assignment;
}

RouteConfiguration LargeRoutes() {
  RouteConfiguration routes;
  routes.set_name("http");
  for (int i = 0; i < 1'000; ++i) {
    auto& host = *routes.add_virtual_hosts();
    host.set_name(absl::StrCat("app", i, ".example.com"));
    host.add_domains(host.name());
    for (const char* const path : {"/api", "/"}) {
      auto& route = *host.add_routes();
      route.mutable_match()->set_prefix(path);
      auto& method = *route.mutable_match()->add_headers();
      method.set_name(":method");
      method.mutable_string_match()->mutable_safe_regex()->set_regex("GET|HEAD");
      route.mutable_route()->set_cluster("shop/web:8000");
      route.mutable_route()->mutable_retry_policy()->set_retry_on("connect-failure");
    }
  }
  return routes;
}

template <typename Large>
void Serialize(benchmark::State& state, const Large& message) {
  for (auto _ : state) benchmark::DoNotOptimize(message.SerializeAsString());
}

template <typename Large>
void ValidateAll(benchmark::State& state, const Large& message) {
  for (auto _ : state) {
    if (!Validate(message).ok()) state.SkipWithError("it is refused");
  }
}

void SerializeAssignment(benchmark::State& state) { Serialize(state, LargeAssignment()); }
void ValidateAssignment(benchmark::State& state) { ValidateAll(state, LargeAssignment()); }
void SerializeRoutes(benchmark::State& state) { Serialize(state, LargeRoutes()); }
void ValidateRoutes(benchmark::State& state) { ValidateAll(state, LargeRoutes()); }

BENCHMARK(SerializeAssignment);
BENCHMARK(ValidateAssignment);
BENCHMARK(SerializeRoutes);
BENCHMARK(ValidateRoutes);

}  // namespace
}  // namespace fairlead
