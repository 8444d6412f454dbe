#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "server/status/http_server.h"

namespace fairlead {

struct HttpAnswer {
  std::string text;    // head and body, as they go over the wire
  bool close = false;  // the connection is to be closed after it
};

// One request to one answer, by cpp-httplib's parser and writer: from text to text, without a
// socket. Thread-safe.
class HttpExchange {
 public:
  explicit HttpExchange(HttpServer::Handler handler);
  ~HttpExchange();

  // `head` is a whole one. `last`: no more requests are taken on the connection.
  HttpAnswer Answer(absl::string_view head, bool last);

 private:
  class Library;
  const std::unique_ptr<Library> library_;
};

// An answer to a request that was not read to its end: `status` is such as "408 Request Timeout",
// `text` says why.
HttpAnswer Refusal(absl::string_view status, absl::string_view text);

}  // namespace fairlead
