#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace fairlead {

struct HttpRequest {
  std::string path;                          // decoded, without the query; starts with '/'
  std::map<std::string, std::string> query;  // decoded; of a name that comes more often, the first
};

struct HttpReply {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

// An HTTP/1.1 server for looking in, around cpp-httplib, whose limits are too weak for strangers.
// It reads request heads itself, on one thread, and hands a request to one of its four threads when
// the head is there; so who is slow holds a connection and no thread, and who sends too much is
// refused before anything is parsed.
//
// GET and HEAD only (405), no body (the connection is closed after the answer), heads of at most 8
// KiB (431), 2 s for a head (408), 5 s to take the answer, 64 connections (of more, the one that
// has waited for longest is closed), 5 requests on each.
class HttpServer {
 public:
  // Called on up to four threads at once. Must not throw.
  using Handler = std::function<HttpReply(const HttpRequest& request)>;

  // Serves on "HOST:PORT": HOST is a name or an address ([...] around IPv6; empty: all addresses),
  // port 0 takes a free one. INVALID_ARGUMENT if `address` is none; UNAVAILABLE if it cannot be
  // listened on.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Listen(const std::string& address,
                                                            Handler handler);
  // Ends all connections; requests that are being answered are waited for.
  virtual ~HttpServer() = default;

  // "HOST:PORT", with the port that it got.
  virtual const std::string& address() const = 0;
};

}  // namespace fairlead
