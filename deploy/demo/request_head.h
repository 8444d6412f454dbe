#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// What comes to the demo web server, read. Pure; nothing but the C++ library.

namespace demo {

inline constexpr int kMaxBodyBytes = 16 * 1024 * 1024;

// A request as its head says it.
struct Request {
  std::string method;
  std::string path;   // without the query
  std::string query;  // without the '?'
  std::string id;     // X-Receipt
  std::string head;   // as it came, if it is asked for /headers
  size_t body_bytes = 0;
  bool has_unknown_length = false;  // Transfer-Encoding
  bool keep_alive = true;
  bool upgrade = false;  // to a WebSocket
};

// The number that `text` is, from 0 to `max`.
std::optional<int> ParseNumber(std::string_view text, int max);

// `head` ends with the line before the empty one. Nothing if its first line is no request line.
std::optional<Request> ParseHead(std::string_view head);

}  // namespace demo
