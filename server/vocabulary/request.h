#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"

namespace fairlead {

// What a container asks for. See docs/labels.md.
struct RoutingRequest {
  // Never empty, whether the container is published or not. See ServiceName.
  std::string service;
  // Lower case, sorted, each once: "shop.example", "*.shop.example", "shop.*". Empty: the container
  // is not published, since it does not ask for a host, or asks for something that is refused.
  std::vector<std::string> hosts;
  // A prefix that starts with '/', the same for all hosts.
  std::string path = "/";
  // In the container. 1 to 65535 where there are hosts.
  uint16_t port = 0;

  bool published() const { return !hosts.empty(); }

  friend bool operator==(const RoutingRequest& a, const RoutingRequest& b) {
    return a.service == b.service && a.hosts == b.hosts && a.path == b.path && a.port == b.port;
  }
};

// Reads a container's variables and labels. Values are text from strangers: one that does not fit
// its grammar is refused whole, never escaped or repaired, and takes the container out of the
// routing where traffic would otherwise go elsewhere than asked. Every refusal is a problem with
// its place (`host_id`, the container's name, the word). Pure: the same container gives the same
// request and the same problems in the same order.
RoutingRequest ParseRequest(const v1::Container& container, const std::string& host_id,
                            Problems& problems);

}  // namespace fairlead
