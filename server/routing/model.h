#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/base/problem.h"
#include "server/catalog/facts.h"
#include "server/vocabulary/domain_settings.h"
#include "server/vocabulary/load_balancing.h"
#include "server/vocabulary/protocol.h"

namespace fairlead {

// A way to an endpoint, and who can go it. See docs/addresses.md.
struct Address {
  enum class From {
    kHost,  // on the container's own host, on network `network`: container address and port
    kSpanningNetwork,    // anywhere on `network`, which spans hosts (overlay, macvlan, ipvlan, or
                         // configured as routable)
    kPublished,          // anywhere: the host's advertised address and a published port
    kPublishedLoopback,  // on the same host only: published on a loopback address
    kHostNetwork,  // anywhere: the host's advertised address and the container port (network_mode:
                   // host)
  };

  From from = From::kHost;
  std::string network;  // the network's name, for kHost and kSpanningNetwork
  std::string ip;       // a literal IPv4 or IPv6 address
  uint16_t port = 0;

  friend bool operator==(const Address& a, const Address& b) {
    return a.from == b.from && a.network == b.network && a.ip == b.ip && a.port == b.port;
  }
};

// One container and port, as a member of a pool. Immutable.
// Its identity is container, start and port: an address that a new container reuses is another
// endpoint.
struct Endpoint {
  enum class Health {
    kHealthy,
    kUnhealthy,
    kDraining,
    kStarting,  // known, and not sent to any proxy
  };

  std::string container_id;
  std::string container_name;
  std::string service;
  std::string host_id;
  std::string zone;  // of its host; empty if unknown
  absl::Time started_at = absl::InfinitePast();
  uint16_t port = 0;  // in the container
  Health health = Health::kHealthy;
  std::string
      reason;  // why it is not healthy, or healthy in spite of something: "stopping", "paused", ...
  // In order of preference (design.md, "Which address a proxy is given"). Empty: nobody can reach
  // it.
  std::vector<Address> addresses;

  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return a.container_id == b.container_id && a.container_name == b.container_name &&
           a.service == b.service && a.host_id == b.host_id && a.zone == b.zone &&
           a.started_at == b.started_at && a.port == b.port && a.health == b.health &&
           a.reason == b.reason && a.addresses == b.addresses;
  }
};

// How a pool's containers are spoken to.
struct Upstream {
  Protocol protocol = Protocol::kHttp;
  LoadBalancing load_balancing = {};
  // Connections are used again.
  bool keep_alive = true;

  friend bool operator==(const Upstream&, const Upstream&) = default;
};

// The containers that claim the same hosts and paths: one cluster, whose assignment holds them all.
// Immutable.
struct Pool {
  // The cluster's (and EDS) name: PROJECT/SERVICE:PORT for one service and one port, HOST/PATH for
  // a mixed one.
  std::string name;
  Upstream upstream;
  // Sorted by container id and port. May be empty: its routes answer 503.
  std::vector<std::shared_ptr<const Endpoint>> endpoints;
};

struct Route {
  std::string path;  // a prefix that starts with '/', or "~REGEX" as nginx has it
  std::string pool;  // Pool::name
  // What the container gets instead of the prefix. None: the path as it came.
  std::optional<std::string> destination;
  // Only for clients in private networks.
  bool internal = false;
  // What the pool's policy hashes, if it does.
  LoadBalancing load_balancing = {};

  friend bool operator==(const Route&, const Route&) = default;
};

// A domain and what is behind it. Immutable.
struct VirtualHost {
  // Lower case: "shop.example", "*.shop.example" or "shop.*"; or "~REGEX" as nginx has it. Never
  // "*".
  std::string domain;
  // In the order in which they are tried, as nginx does: regular expressions by their text, then
  // the longest prefix first; each path once. Never empty.
  std::vector<Route> routes;
  DomainSettings settings;
  // The services whose words `settings` has its public ports from; empty: it has none.
  std::string http_port_by = {};
  std::string https_port_by = {};

  friend bool operator==(const VirtualHost&, const VirtualHost&) = default;
};

// What must outlive the containers of a service: its routes stay and answer 503 when all of them
// are gone. Immutable.
struct ServiceRecord {
  std::string name;
  // A container whose words stand for the service (those of the newest one that runs or ran), and
  // its host.
  ContainerFacts spokesman;
  std::string host_id;
  // When its last container went; InfiniteFuture while it has some.
  absl::Time empty_since = absl::InfiniteFuture();
};

struct ServiceChange {
  std::string name;
  std::shared_ptr<const ServiceRecord> after;  // null: it is forgotten
};

struct PoolChange {
  std::string name;
  std::shared_ptr<const Pool> after;  // null: it is gone
};

struct VirtualHostChange {
  std::string domain;
  std::shared_ptr<const VirtualHost> after;  // null: it is gone
};

// What one change of facts meant: only what differs from before.
struct ModelChanges {
  std::vector<PoolChange> pools;
  std::vector<VirtualHostChange> virtual_hosts;
  std::vector<ServiceChange> services;
  std::vector<ProblemsOf> problems;

  bool empty() const {
    return pools.empty() && virtual_hosts.empty() && services.empty() && problems.empty();
  }
};

}  // namespace fairlead
