#include "server/routing/health.h"

#include <algorithm>
#include <utility>

namespace fairlead {
namespace {

using Health = Endpoint::Health;

std::shared_ptr<const Endpoint> With(const Endpoint& endpoint, Health health, std::string reason) {
  auto changed = std::make_shared<Endpoint>(endpoint);
  changed->health = health;
  changed->reason = std::move(reason);
  return changed;
}

bool Serves(const Endpoint& endpoint) {
  return endpoint.health == Health::kHealthy && !endpoint.addresses.empty();
}

}  // namespace

std::optional<OwnHealth> HealthOf(const v1::Container& container) {
  if (container.state() == v1::Container::PAUSED) return OwnHealth{Health::kUnhealthy, "paused"};
  if (container.state() != v1::Container::RUNNING) return std::nullopt;
  if (container.health() == v1::Container::STARTING) {
    return OwnHealth{Health::kStarting, "its HEALTHCHECK has not passed yet"};
  }
  const bool fails = container.health() == v1::Container::UNHEALTHY;
  if (container.stopping()) {
    return OwnHealth{Health::kDraining, fails ? "stopping, and its HEALTHCHECK fails" : "stopping"};
  }
  if (fails) return OwnHealth{Health::kUnhealthy, "its HEALTHCHECK fails"};
  return OwnHealth{Health::kHealthy, ""};
}

std::vector<std::shared_ptr<const Endpoint>> SettleHealth(const std::vector<PoolMember>& members) {
  std::vector<PoolMember> settled = members;
  const bool any = std::any_of(members.begin(), members.end(),
                               [](const auto& member) { return Serves(*member.endpoint); });
  if (!any) {
    for (PoolMember& member : settled) {
      if (member.endpoint->health != Health::kDraining || member.fails_check) continue;
      member.endpoint = With(*member.endpoint, Health::kHealthy, "stopping, but the only one left");
    }
  }
  const bool elsewhere = std::any_of(settled.begin(), settled.end(), [](const auto& member) {
    return !member.host_silent && Serves(*member.endpoint);
  });
  std::vector<std::shared_ptr<const Endpoint>> endpoints;
  endpoints.reserve(settled.size());
  for (PoolMember& member : settled) {
    if (elsewhere && member.host_silent && member.endpoint->health == Health::kHealthy) {
      member.endpoint = With(*member.endpoint, Health::kUnhealthy, "its host is silent");
    }
    endpoints.push_back(std::move(member.endpoint));
  }
  return endpoints;
}

}  // namespace fairlead
