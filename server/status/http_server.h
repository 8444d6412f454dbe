#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fairlead {

struct HttpRequest {
  std::string path;  // decoded, without the query; starts with '/'
  // Decoded; of a name that comes more than once, the first.
  std::map<std::string, std::string> query;
};

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// An HTTP/1.1 server for looking in. cpp-httplib parses requests and writes answers; connections
// are ours, since its own have no limits that hold against strangers, give every slow client a
// thread, and fail on descriptors of 1024 and more. Here one thread reads and writes for all
// connections and never waits for one of them, and four threads answer.
//
// GET and HEAD only (405). A request's body is never read: the connection is closed after the
// answer.
class HttpServer {
 public:
  // Called on up to four threads at once. Must not throw.
  using Handler = std::function<HttpReply(const HttpRequest& request)>;

  static constexpr int kThreads = 4;
  static constexpr size_t kMostHead = 8 * 1024;  // request line and fields; beyond: 431
  static constexpr int kMostRequests = 5;        // on one connection
  static constexpr size_t kMostConnections = 64;
  // Answers that wait for their clients to take them.
  static constexpr size_t kMostUnsent = 32 * 1024 * 1024;

  // How long a client has.
  struct Patience {
    absl::Duration head =
        absl::Seconds(2);  // from its first byte (of a connection: at once) to its end; then 408
    absl::Duration answer = absl::Seconds(5);  // to take all of it
    absl::Duration idle = absl::Seconds(5);    // between requests
    absl::Duration close = absl::Seconds(1);   // to close its end, after we closed ours
  };

  // Serves on `address`, as ListenOn (server/base/listening_socket.h) takes it, and with its
  // errors. Of more connections, or unsent bytes, than there may be, the oldest connection that is
  // waited for is closed.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Listen(const std::string& address,
                                                            Handler handler, Patience patience);
  // Closes all connections; handlers that run are waited for.
  virtual ~HttpServer() = default;

  // "IP:PORT", with the port that it got.
  virtual const std::string& address() const = 0;
};

}  // namespace fairlead
