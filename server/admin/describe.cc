#include "server/admin/describe.h"

#include <algorithm>

#include "server/admin/timestamps.h"

namespace fairlead {
namespace {

std::string FromWord(const Address& address) {
  switch (address.from) {
    case Address::From::kHost:
    case Address::From::kPublishedLoopback:
      return "host";
    case Address::From::kSpanningNetwork:
      return "network " + address.network;
    case Address::From::kPublished:
      return "published";
    case Address::From::kHostNetwork:
      return "host-network";
  }
  return "";
}

}  // namespace

v1::Endpoint::Health DescribeHealth(Endpoint::Health health) {
  switch (health) {
    case Endpoint::Health::kHealthy:
      return v1::Endpoint::HEALTHY;
    case Endpoint::Health::kUnhealthy:
      return v1::Endpoint::UNHEALTHY;
    case Endpoint::Health::kDraining:
      return v1::Endpoint::DRAINING;
    case Endpoint::Health::kStarting:
      return v1::Endpoint::STARTING;
  }
  return v1::Endpoint::HEALTH_UNSPECIFIED;
}

v1::Service DescribeService(const ServiceSummary& summary) {
  v1::Service service;
  service.set_name(summary.name);
  service.mutable_routes()->Assign(summary.routes.begin(), summary.routes.end());
  service.mutable_clusters()->Assign(summary.clusters.begin(), summary.clusters.end());
  service.set_healthy(summary.healthy);
  service.set_unhealthy(summary.unhealthy);
  service.set_draining(summary.draining);
  service.set_starting(summary.starting);
  service.mutable_hosts()->Assign(summary.hosts.begin(), summary.hosts.end());
  return service;
}

v1::Endpoint DescribeEndpoint(const std::string& cluster, const Endpoint& endpoint) {
  v1::Endpoint described;
  described.set_cluster(cluster);
  described.set_service(endpoint.service);
  described.set_container_id(endpoint.container_id);
  described.set_container_name(endpoint.container_name);
  described.set_host_id(endpoint.host_id);
  described.set_port(endpoint.port);
  described.set_health(DescribeHealth(endpoint.health));
  const bool is_lost = endpoint.addresses.empty() && endpoint.reason.empty();
  described.set_reason(is_lost ? "no reachable address: see the problems" : endpoint.reason);
  for (const Address& address : endpoint.addresses) {
    v1::Endpoint::Address& added = *described.add_addresses();
    added.set_from(FromWord(address));
    added.set_ip(address.ip);
    added.set_port(address.port);
  }
  return described;
}

v1::Problem DescribeProblem(const Problem& problem, absl::Time since) {
  v1::Problem described;
  described.set_host(problem.place.host);
  described.set_container(problem.place.container);
  described.set_word(problem.place.word);
  described.set_proxy(problem.place.proxy);
  described.set_service(problem.place.service);
  described.set_severity(problem.severity == Problem::Severity::kError ? v1::Problem::ERROR
                                                                       : v1::Problem::NOTICE);
  described.set_what(problem.what);
  described.set_cure(problem.cure);
  *described.mutable_since() = ToTimestamp(since);
  return described;
}

}  // namespace fairlead
