#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"
#include "server/vocabulary/domain_settings.h"
#include "server/vocabulary/load_balancing.h"
#include "server/vocabulary/protocol.h"

namespace fairlead {

// Requests for these hosts and paths, and where they go in the container.
struct RouteRequest {
  // Lower case: "shop.example", "*.shop.example", "shop.*"; or a regular expression as nginx has
  // it, with its case: "~^shop[0-9]+\.example$".
  std::string host;
  // A prefix that starts with '/', or a regular expression: "~^/(a|b)/".
  std::string path;
  // In the container; 1 to 65535.
  uint16_t port = 0;
  Protocol protocol = Protocol::kHttp;
  // What the container gets instead of the prefix; starts with '/'. None: the path as it came, and
  // always for a regular expression.
  std::optional<std::string> destination;
  // A word names the port; else it is the container's DefaultPort. Nothing follows from it.
  bool port_said = false;

  friend bool operator==(const RouteRequest& a, const RouteRequest& b) {
    return a.host == b.host && a.path == b.path && a.port == b.port && a.protocol == b.protocol &&
           a.destination == b.destination;
  }
};

// A host that is asked for, and what is asked of it whatever the path.
struct DomainRequest {
  std::string host;
  DomainSettings settings;

  friend bool operator==(const DomainRequest&, const DomainRequest&) = default;
};

// What a container asks for. See docs/labels.md.
struct RoutingRequest {
  // Never empty, whether the container is published or not. See ServiceName.
  std::string service;
  // Sorted by host and path, each pair once. Empty: the container is not published, since it does
  // not ask for a host, or asks for something that is refused.
  std::vector<RouteRequest> routes;
  // The hosts of `routes`, sorted, each once.
  std::vector<DomainRequest> domains;
  // Asked for path by path, which outranks who asks with one path for all hosts.
  bool multiports = false;
  // Only for clients in private networks.
  bool internal = false;
  LoadBalancing load_balancing;
  // Connections to the container are used again.
  bool keep_alive = true;

  bool published() const { return !routes.empty(); }
  // Null: it does not ask for them.
  const RouteRequest* FindRoute(absl::string_view host, absl::string_view path) const;
  const DomainRequest* FindDomain(absl::string_view host) const;

  friend bool operator==(const RoutingRequest&, const RoutingRequest&) = default;
};

// Reads a container's variables and labels. Values are text from strangers: one that does not fit
// its grammar is refused whole, never escaped or repaired, and takes the container out of the
// routing where traffic would otherwise go elsewhere than asked. Every refusal is a problem with
// its place (`host_id`, the container's name, the word). Pure: the same container gives the same
// request and the same problems in the same order.
RoutingRequest ParseRequest(const v1::Container& container, const std::string& host_id,
                            Problems& problems);

}  // namespace fairlead
