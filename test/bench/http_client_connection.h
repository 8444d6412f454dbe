#pragma once

#include <netinet/in.h>

#include <chrono>
#include <string>

#include "absl/status/statusor.h"
#include "test/bench/response.h"

namespace fairlead {

// One HTTP/1.1 connection, kept open, one request at a time. Blocks; each call for at most the time
// given when it was opened, then DEADLINE_EXCEEDED. UNAVAILABLE when the other end is not there or
// left; open a new one then.
class HttpClientConnection {
 public:
  static absl::StatusOr<HttpClientConnection> OpenTcp(const sockaddr_in& to,
                                                      std::chrono::milliseconds timeout);
  static absl::StatusOr<HttpClientConnection> OpenUnix(const std::string& path,
                                                       std::chrono::milliseconds timeout);
  HttpClientConnection(HttpClientConnection&& other) noexcept;
  HttpClientConnection& operator=(HttpClientConnection&& other) noexcept;
  ~HttpClientConnection();

  // `method` and `target` as in the request line; a body goes out as JSON.
  absl::StatusOr<Response> Exchange(const std::string& method, const std::string& target,
                                    const std::string& host, const std::string& body = "");

 private:
  explicit HttpClientConnection(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace fairlead
