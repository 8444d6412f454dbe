#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace fairlead {

// What a load client needs of the xDS messages, read and written by hand: parsing a message for
// each of a thousand streams would take more processor time than the server that is measured. Field
// numbers are those of envoy/service/discovery/v3/discovery.proto; a message may have its fields in
// any order and a repeated one in pieces, so that requests are concatenated from these parts.

enum class XdsVariant { kSotw, kDelta };

// ---- requests ----

// The client's name, for the first request of a stream.
std::string NodeBytes(XdsVariant variant, absl::string_view node_id);

// The type, and the names that are subscribed to; none: wildcard. A state-of-the-world ACK repeats
// it whole, a delta ACK with no names.
std::string SubscriptionBytes(XdsVariant variant, absl::string_view type_url,
                              const std::vector<std::string>& names);

// What the client has already: name to version. Delta only.
std::string VersionsBytes(const absl::flat_hash_map<std::string, std::string>& versions);

// What makes a request the ACK of a response.
std::string AckBytes(XdsVariant variant, absl::string_view version, absl::string_view nonce);

// ---- responses ----

struct DiscoveryScan {
  std::string version;
  std::string nonce;
  std::string type_url;
  size_t bytes = 0;
  size_t resources = 0;
  size_t removed = 0;
};

// Called for each resource; `version` is empty in state of the world. Valid during the call only.
using ResourceVisitor = absl::FunctionRef<void(absl::string_view name, absl::string_view version)>;

// Reads a DiscoveryResponse or DeltaDiscoveryResponse that lies in `pieces`, without copying
// resources. In state of the world a resource's name is taken from field 1 of the resource itself,
// which it is of clusters, assignments, routes and listeners. Nothing: these are no such bytes.
absl::optional<DiscoveryScan> ScanDiscovery(XdsVariant variant,
                                            const std::vector<absl::string_view>& pieces,
                                            ResourceVisitor visit);

}  // namespace fairlead
