#pragma once

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/status/status.h"

namespace fairlead {

// What the end of a call to the server at `server` means, in words for people. `connected`: whether
// the connection stood when the call ended; a deadline that passes without one is UNAVAILABLE.
absl::Status CallError(const grpc::Status& status, const std::string& server, bool connected);

}  // namespace fairlead
