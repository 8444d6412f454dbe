#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fairlead {

// Where a process of the same container listens: the path of a Unix socket, or a port of 127.0.0.1.
struct LocalAddress {
  std::string unix_path;  // empty: TCP
  uint16_t port = 0;
};

struct LocalAnswer {
  int status = 0;    // of HTTP, such as 200
  std::string body;  // as it was sent, so with the sizes of its chunks if it came in chunks
};

// The whole of what came as an answer. DATA_LOSS: it is no HTTP/1.x, or broke off within its head.
// Pure.
absl::StatusOr<LocalAnswer> ParseLocalAnswer(absl::string_view text);

// One request to a process of the same container, over a connection of its own. Blocks for
// `timeout` at most. `method` and `target` are those of the request line. Errors: UNAVAILABLE if
// nobody listens there or the answer broke off, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED if the answer
// has more than 256 KiB, DATA_LOSS if it is no HTTP.
absl::StatusOr<LocalAnswer> AskLocally(const LocalAddress& address, const std::string& method,
                                       const std::string& target, absl::Duration timeout);

}  // namespace fairlead
