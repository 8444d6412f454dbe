#pragma once

#include <cstdint>
#include <string>

#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "server/routing/model.h"

namespace fairlead {

// Where ACME's HTTP-01 challenges are looked for, by RFC 8555, section 8.3.
inline constexpr char kChallenges[] = "/.well-known/acme-challenge/";

// Who answers them in place of the hosts' own containers.
struct AcmeResponder {
  std::string ip;     // as proxies reach it
  uint16_t port = 0;  // 0: there is none

  bool is_there() const { return port != 0; }
};

// The cluster's name; no pool has it (server/routing/names.h: theirs have a ':' or a '/').
inline constexpr char kAcmeResponderCluster[] = "acme-responder";

envoy::config::cluster::v3::Cluster AcmeResponderClusterOf(const AcmeResponder& responder);

// Whether a container of the host claims that path itself, or one below it: its word is stronger
// than the responder. As in nginx, where the responder's location is "^~", neither a shorter path
// nor a regular expression does.
bool ClaimsChallenges(const VirtualHost& host);

// Passes challenges to the responder, whoever asks: no passwords, no network access. `route` has
// its match.
void PassToAcmeResponder(envoy::config::route::v3::Route& route);

}  // namespace fairlead
