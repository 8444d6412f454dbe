#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/engine/engine_url.h"

namespace fairlead {

// Which networks a container is in.
struct OwnNetworks {
  bool host = false;               // the host's own: every bridge is reached from there
  std::vector<std::string> names;  // else these, sorted
  std::string container;           // the id of the one that has them; empty: not known
};

// Asks the engine, with GET requests alone, for the container with that id. Of one that shares
// another's network (network_mode "container:ID") these are the other's. Blocks for some seconds at
// most; the process has to ignore SIGPIPE. Errors are EngineClient's; FAILED_PRECONDITION if it is
// in no network at all.
absl::StatusOr<OwnNetworks> FindOwnNetworks(const EngineUrl& engine, const std::string& id);

// The gateway of this machine's first default route, as in /proc/net/route, whose text `routes` is:
// of a container the bridge of its first network that is not internal, and so an address of its
// host. Empty if there is none. Pure.
std::string DefaultGateway(absl::string_view routes);

// The IPv4 address by which this machine is seen from outside: that of the default route's
// interface, else the first one that is neither loopback nor a bridge, as engines make them. Empty
// if there is none. Nothing is sent.
std::string OutwardAddress();

}  // namespace fairlead
