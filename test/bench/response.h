#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace fairlead {

// What a benchmark's client wants to know of an HTTP/1.1 response (RFC 9112).
struct Response {
  int status = 0;
  std::string served_by;  // the demo server's X-Served-By: a container's short id; empty: none
  std::string body;
  bool keep_alive = true;
  size_t bytes = 0;  // how many of the input it took
};

// The response at the front of `received`; nothing while it is incomplete. A status of 0 says that
// it is no response that this client reads (HTTP/1.1 with Content-Length or chunks): give the
// connection up.
std::optional<Response> ParseResponse(std::string_view received);

}  // namespace fairlead
