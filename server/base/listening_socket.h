#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

struct ListeningSocket {
  int descriptor = -1;  // does not block; the caller's to close
  std::string address;  // "IP:PORT", with the port that it got
};

// Listens on "HOST:PORT"; HOST may be empty (all addresses), an IP address ([...] around IPv6) or a
// name; port 0 takes a free one. INVALID_ARGUMENT for an address that is none, else what the system
// said.
absl::StatusOr<ListeningSocket> ListenOn(absl::string_view address);

}  // namespace fairlead
