#include "server/status/http_exchange.h"

#include <httplib.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/status/http_head.h"

namespace fairlead {
namespace {

// What the library takes for a connection: the request's text, and room for the answer's.
class TextStream final : public httplib::Stream {
 public:
  explicit TextStream(std::string input) : input_(std::move(input)) {}

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  ssize_t read(char* target, size_t size) override {
    const size_t count = std::min(size, input_.size() - read_);
    std::copy_n(input_.data() + read_, count, target);
    read_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* data, size_t size) override {
    output_.append(data, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  // None: the library refuses descriptors of 1024 and more, which a server with many streams has.
  socket_t socket() const override { return -1; }

  std::string TakeOutput() { return std::move(output_); }

 private:
  const std::string input_;
  size_t read_ = 0;
  std::string output_;
};

HttpRequest RequestOf(const httplib::Request& request) {
  HttpRequest result{.path = request.path, .query = {}};
  for (const auto& [name, value] : request.params) result.query.emplace(name, value);
  return result;
}

}  // namespace

class HttpExchange::Library final : public httplib::Server {
 public:
  explicit Library(HttpServer::Handler handler) : handler_(std::move(handler)) {
    set_keep_alive_max_count(HttpServer::kMostRequests);
    set_default_headers(
        {{"Cache-Control", "no-store"},
         {"X-Content-Type-Options", "nosniff"},
         {"Content-Security-Policy",
          "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}});
    // Everything is answered before the library looks for routes: those are regular expressions,
    // and bodies are read.
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      Route(request, response);
      return HandlerResponse::Handled;
    });
  }

  HttpAnswer Answer(std::string head, bool last) {
    TextStream stream(std::move(head));
    bool closed = false;
    bool parsed = false;
    const bool answered =
        process_request(stream, last, closed, [&parsed](httplib::Request&) { parsed = true; });
    // Where the next request would begin is anyone's guess.
    if (!parsed) return Refusal("400 Bad Request", "this is no HTTP/1.1 request\n");
    return {.text = stream.TakeOutput(), .close = last || closed || !answered};
  }

 private:
  void Route(const httplib::Request& request, httplib::Response& response) {
    if (request.method != "GET" && request.method != "HEAD") {
      response.status = 405;
      response.set_header("Allow", "GET, HEAD");
      response.set_content("only GET and HEAD: nothing can be changed over HTTP\n", "text/plain");
      return;
    }
    const HttpReply reply = handler_(RequestOf(request));
    response.status = reply.status;
    response.set_content(reply.body, reply.content_type);
  }

  const HttpServer::Handler handler_;
};

HttpExchange::HttpExchange(HttpServer::Handler handler)
    : library_(std::make_unique<Library>(std::move(handler))) {}

HttpExchange::~HttpExchange() = default;

HttpAnswer HttpExchange::Answer(absl::string_view head, bool last) {
  ReducedHead reduced = Reduce(head);
  return library_->Answer(std::move(reduced.text), last || reduced.has_body);
}

HttpAnswer Refusal(absl::string_view status, absl::string_view text) {
  return {.text = absl::StrCat("HTTP/1.1 ", status,
                               "\r\nConnection: close\r\nContent-Type: text/plain\r\n"
                               "Content-Length: ",
                               text.size(), "\r\n\r\n", text),
          .close = true};
}

}  // namespace fairlead
