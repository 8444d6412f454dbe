#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace fairlead {

// A TCP client for tests, which may send whatever it likes, as slowly as it likes. Reading ends
// after ten seconds at the latest, so that a test that fails ends.
class RawClient {
 public:
  // Connects to "IP:PORT", IPv4; on failure, what is sent and read fails.
  explicit RawClient(const std::string& address);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  // False: the other end does not take it any more.
  bool Send(absl::string_view text);
  // One answer: its head, and as much body as its Content-Length says. Less if the other end closes
  // the connection before.
  std::string ReadAnswer();
  // Everything until the other end closes the connection.
  std::string ReadAll();
  // Whether the other end closed it, and nothing was left to read.
  bool IsClosed();

 private:
  // False: the end.
  bool Read();

  int descriptor_;
  std::string read_;
};

// One request on a connection of its own, closed after it. `request_line` such as "GET /healthz".
std::string Ask(const std::string& address, const std::string& request_line);

}  // namespace fairlead
