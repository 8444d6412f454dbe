#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "envoy/config/core/v3/base.pb.h"
#include "server/snapshot/view.h"

namespace fairlead {

inline constexpr char kDefaultGroup[] = "default";

// Where the client stands: metadata.fairlead.{group,host,networks} and locality.zone.
// INVALID_ARGUMENT: a value has the wrong type or is too large; says which.
absl::StatusOr<View> ViewOf(const envoy::config::core::v3::Node& node);

// The container whose networks the client is in, as far as it says so:
// metadata.fairlead.container, the engine's full id. Empty: it does not. INVALID_ARGUMENT as above.
absl::StatusOr<std::string> ContainerOf(const envoy::config::core::v3::Node& node);

// Whether the client says itself which group it is of.
bool NamesGroup(const envoy::config::core::v3::Node& node);

// What the client is, for people to see: "envoy 1.40.0", "gRPC C++ 1.51.1".
std::string UserAgentOf(const envoy::config::core::v3::Node& node);

}  // namespace fairlead
