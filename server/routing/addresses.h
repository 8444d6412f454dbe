#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"
#include "server/catalog/facts.h"
#include "server/routing/model.h"

namespace fairlead {

// What an endpoint's addresses are made of.
struct Whereabouts {
  const v1::Container& container;
  // Whose networks and published ports the container has: itself, or with network_mode
  // "container:ID" that one. Null: that one is not known, or has no network of its own either.
  const v1::Container* network_owner;
  // Null: the host is not known yet.
  const HostFacts* host;
  // In the container.
  uint16_t port;
  // Names of networks that span hosts whatever their driver.
  const absl::flat_hash_set<std::string>& routable_networks;
  // Whether a port that the host publishes is a way.
  bool published_ports = true;
};

// All ways to the endpoint, in order of preference (see docs/addresses.md); IPv4 before IPv6,
// networks by name. What is nobody's (unspecified, link-local, multicast) and, but for a port that
// the engine published on it, loopback is never among them, whatever container, engine or agent
// say: a container must not turn a proxy to the services of the proxy's own host. If there is none,
// `problems` gets one that says why, at `place`.
std::vector<Address> AddressesOf(const Whereabouts& whereabouts, const Place& place,
                                 Problems& problems);

// The id that `container` shares the network of; empty if it has its own.
std::string NetworkOwnerId(const v1::Container& container);

}  // namespace fairlead
