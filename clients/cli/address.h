#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// Where something listens.
struct HostPort {
  std::string host;    // a name, an IPv4 address, or an IPv6 address without its brackets
  uint16_t port = 0;   // 1 to 65535
  bool is_ip = false;  // whether `host` is an address
};

// Reads "NAME:PORT", "IPv4:PORT" or "[IPv6]:PORT". INVALID_ARGUMENT says what to write.
absl::StatusOr<HostPort> ParseHostPort(absl::string_view text);

}  // namespace fairlead
