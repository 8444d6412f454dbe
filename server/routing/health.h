#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fairlead/v1/facts.pb.h"
#include "server/routing/model.h"

namespace fairlead {

struct OwnHealth {
  Endpoint::Health health;
  std::string reason;  // empty if there is nothing to say
};

// A container's health by its own word. None: it is no endpoint (not started, restarting, exited,
// dead, being removed). Whatever has not passed its HEALTHCHECK yet is kStarting, also while it is
// stopping: it never got traffic.
std::optional<OwnHealth> HealthOf(const v1::Container& container);

// An endpoint as a member of a pool.
struct PoolMember {
  std::shared_ptr<const Endpoint> endpoint;  // its health by its own word
  bool host_silent = false;
  bool fails_check = false;  // its HEALTHCHECK fails
};

// The members' health as proxies are told:
// - if none is healthy, those that are stopping but whose HEALTHCHECK does not fail are healthy:
// they may still
//   be serving, and there is nothing better;
// - a healthy one on a silent host is unhealthy, but only while there is a healthy one on another
// host. An endpoint that nobody can reach is no alternative. What does not change is the very
// endpoint that was given.
std::vector<std::shared_ptr<const Endpoint>> SettleHealth(const std::vector<PoolMember>& members);

}  // namespace fairlead
