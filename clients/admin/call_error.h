#pragma once

#include <grpcpp/grpcpp.h>

#include <string>

#include "absl/status/status.h"

namespace fairlead {

// What the end of a call to the server at `server` means, in words for people. `connected`: whether
// the connection stood when the call ended; a deadline that passes without one is UNAVAILABLE.
absl::Status CallError(const grpc::Status& status, const std::string& server, bool connected);

// The same for the end of a watch that had begun; also one that ends without an error of its own
// is one (UNAVAILABLE), since a watch goes on for as long as its server serves.
absl::Status WatchError(const grpc::Status& status, const std::string& server);

}  // namespace fairlead
