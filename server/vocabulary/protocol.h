#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "server/base/problem.h"
#include "server/vocabulary/said.h"

namespace fairlead {

// How a container is spoken to.
enum class Protocol {
  kHttp,   // HTTP/1.1
  kHttps,  // HTTP/1.1 over TLS, its certificate not looked at (as nginx does)
  kGrpc,   // HTTP/2 in clear text
  kGrpcs,  // HTTP/2 over TLS, its certificate not looked at
};

// "http", "https", "grpc" or "grpcs".
absl::string_view ProtocolName(Protocol protocol);

// VIRTUAL_PROTO, whatever its case; http if it is empty. None: it is refused, `problems` says why.
std::optional<Protocol> ParseProtocol(const Said& said, const Place& place, Problems& problems);

}  // namespace fairlead
