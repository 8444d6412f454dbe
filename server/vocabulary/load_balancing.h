#pragma once

#include <optional>
#include <string>

#include "server/base/problem.h"
#include "server/vocabulary/said.h"

namespace fairlead {

// How requests are spread over a pool's containers.
struct LoadBalancing {
  enum class Policy {
    kRoundRobin,
    kLeastRequest,  // the one of two random ones that has fewer requests under way
    kRandom,
    kHash,  // a ring: the same key gets the same container, and a change moves few keys
  };
  // What the key of kHash is; the others do not look at it.
  enum class Key { kClientAddress, kHeader, kCookie, kQueryParameter };

  Policy policy = Policy::kRoundRobin;
  Key key = Key::kClientAddress;
  std::string key_name;  // of the header (lower case), cookie or query parameter

  friend bool operator==(const LoadBalancing&, const LoadBalancing&) = default;
};

// nginx's balancing lines, with or without the final ';': least_conn, ip_hash, random, random two,
// random two least_conn, hash KEY, hash KEY consistent, where KEY is one of nginx's variables
// $remote_addr, $binary_remote_addr, $request_uri, $uri, $host, $http_HEADER, $cookie_NAME and
// $arg_NAME; and round_robin. None: it is something else, `problems` says what follows. `said` is
// not empty.
std::optional<LoadBalancing> ParseLoadBalancing(const Said& said, const Place& place,
                                                Problems& problems);

}  // namespace fairlead
