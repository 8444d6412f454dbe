#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/optional.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead {

// One message of a client, in either variant of the protocol, taken apart.
struct XdsRequest {
  std::string type_url;
  std::string nonce;                  // of the response that it answers; empty: of none
  std::string version_info;           // state of the world only
  absl::optional<std::string> error;  // present: a NACK, with the client's own words

  // State of the world: the whole list. Delta: names to add.
  std::vector<std::string> names;
  // Delta only: names to drop, and what the client has already (name to version).
  std::vector<std::string> unsubscribe;
  absl::flat_hash_map<std::string, std::string> initial_versions;
};

XdsRequest RequestOf(envoy::service::discovery::v3::DiscoveryRequest&& message);
XdsRequest RequestOf(envoy::service::discovery::v3::DeltaDiscoveryRequest&& message);

}  // namespace fairlead
