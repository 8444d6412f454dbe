#pragma once

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"

namespace fairlead {

// Whether `text` is an IPv4 or IPv6 address, without brackets or zone.
bool IsIpAddress(absl::string_view text);

// Takes the ports of an inspection: those of NetworkSettings.Ports, with where they are published,
// and those of Config.ExposedPorts, the only ones there are for a container without a network of
// its own. INVALID_ARGUMENT if one of them is none, or there are more than 16 384.
absl::Status TakePorts(const nlohmann::json& inspection, v1::Container& container);

}  // namespace fairlead
