// A web server to try Fairlead with: one static file, nothing but the C++ library, so that it makes
// an image `FROM scratch` without a registry. It tells which container answered, can be sick, slow
// or slow to stop.
//
//   web serve PORT    serves until SIGTERM or SIGINT
//   web check PORT    for HEALTHCHECK: exit status 0 if this container's /healthz answers 200
//
//   any path, GET     "HOSTNAME PATH"; the header X-Served-By has the host name (Docker's short
//   container id) too any path, POST    the same, when the body has been read /slow?ms=N answers
//   after N milliseconds /stream?ms=N      a line each N milliseconds until the client leaves
//   /headers          the request's head as it came
//   with Upgrade: websocket, any path: 101, and then whatever comes is sent back as it is
//   /healthz          200, or 503 while it is sick
//   /sick             sick from now on; /sick?off: well again
//
// WEB_LINGER_MS (default 0): how long it goes on serving after SIGTERM; 0: it exits at once,
// whatever is under way. WEB_SICK (default unset): when set and not empty, it is sick from the
// start. WEB_RECEIPTS (default unset): a file to which it appends "HOSTNAME ID" for each POST with
// an X-Receipt, as soon as it has read the request's head and before it does anything else. Who
// counts lost requests can so tell those that a dying container had received.
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "deploy/demo/request_head.h"

namespace {

using demo::ParseHead;
using demo::ParseNumber;
using demo::Request;

constexpr size_t kMaxHeadBytes = 16 * 1024;
constexpr int kMaxWaitMs = 600'000;

// What the connections share.
struct Server {
  std::string host_name;
  std::atomic<bool> sick{false};
  int receipts = -1;  // a file opened for appending; -1: none is wanted
};

// The N of "ms=N" in a query; `otherwise` if there is none.
int Milliseconds(std::string_view query, int otherwise) {
  if (query.substr(0, 3) != "ms=") return otherwise;
  return ParseNumber(query.substr(3), kMaxWaitMs).value_or(otherwise);
}

// One client's connection, served by one thread.
class Connection {
 public:
  Connection(int fd, Server& server) : fd_(fd), server_(server) {}
  ~Connection() { close(fd_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Serve() {
    while (std::optional<Request> request = ReadRequest()) {
      if (!Answer(*request) || !request->keep_alive) return;
    }
  }

 private:
  // Adds to received_. False when the client has gone.
  bool ReceiveMore() {
    char bytes[16 * 1024];
    const ssize_t count = recv(fd_, bytes, sizeof bytes, 0);
    if (count > 0) received_.append(bytes, static_cast<size_t>(count));
    return count > 0;
  }

  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }

  // False if the client left before `milliseconds` were over.
  bool Wait(int milliseconds) {
    pollfd client = {.fd = fd_, .events = POLLRDHUP, .revents = 0};
    return poll(&client, 1, milliseconds) == 0;
  }

  std::optional<Request> ReadRequest() {
    size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (received_.size() > kMaxHeadBytes || !ReceiveMore()) return std::nullopt;
    }
    std::optional<Request> request = ParseHead(std::string_view(received_).substr(0, end + 2));
    received_.erase(0, end + 4);
    if (!request.has_value()) return std::nullopt;
    WriteReceipt(*request);
    while (received_.size() < request->body_bytes) {
      if (!ReceiveMore()) return std::nullopt;
    }
    received_.erase(0, request->body_bytes);
    return request;
  }

  void WriteReceipt(const Request& request) {
    if (server_.receipts < 0 || request.method != "POST" || request.id.empty()) return;
    const std::string line = server_.host_name + " " + request.id + "\n";
    if (write(server_.receipts, line.data(), line.size()) < 0) {
      std::cerr << "web: cannot write a receipt: " << std::strerror(errno) << "\n";
    }
  }

  bool SendAnswer(std::string_view status, std::string_view body) {
    std::string answer = "HTTP/1.1 ";
    answer.append(status);
    answer.append("\r\nContent-Type: text/plain\r\nX-Served-By: " + server_.host_name);
    answer.append("\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
    answer.append(body);
    return Send(answer);
  }

  bool Stream(int milliseconds) {
    if (!Send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Served-By: " + server_.host_name +
              "\r\nTransfer-Encoding: chunked\r\n\r\n")) {
      return false;
    }
    const std::string chunk = "2\r\n.\n\r\n";
    while (Send(chunk) && Wait(milliseconds)) {
    }
    return false;
  }

  // Neither the handshake's key nor frames are looked at: who sends plain bytes gets them back.
  bool Echo() {
    if (!Send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket"
              "\r\nX-Served-By: " +
              server_.host_name + "\r\n\r\n")) {
      return false;
    }
    do {
      if (!Send(received_)) return false;
      received_.clear();
    } while (ReceiveMore());
    return false;
  }

  bool Answer(const Request& request) {
    if (request.has_unknown_length) {
      SendAnswer("411 Length Required", "say Content-Length, at most 16 MiB\n");
      return false;
    }
    if (request.upgrade) return Echo();
    if (request.path == "/stream") return Stream(std::max(1, Milliseconds(request.query, 100)));
    if (request.path == "/headers") return SendAnswer("200 OK", request.head);
    if (request.path == "/sick") server_.sick = request.query != "off";
    if (request.path == "/healthz" && server_.sick) {
      return SendAnswer("503 Service Unavailable", "sick\n");
    }
    if (request.path == "/slow" && !Wait(Milliseconds(request.query, 1000))) return false;
    return SendAnswer("200 OK", server_.host_name + " " + request.path + "\n");
  }

  const int fd_;
  Server& server_;
  std::string received_;  // read and not used yet
};

int Fail(const std::string& what) {
  std::cerr << "web: " << what << ": " << std::strerror(errno) << "\n";
  return 1;
}

sockaddr_in Address(in_addr_t ip, int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(ip);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// A socket that listens on `port` of all addresses; below 0 with errno set if there can be none.
int Listen(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = Address(INADDR_ANY, port);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) return -1;
  if (listen(listener, SOMAXCONN) < 0) return -1;
  return listener;
}

void AcceptForEver(int listener, Server& server) {
  while (true) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;  // the client left, or descriptors are short until another one leaves
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::thread([fd, &server] { Connection(fd, server).Serve(); }).detach();
  }
}

std::string HostName() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

std::string_view Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

// Waits for SIGTERM or SIGINT, then for the time that WEB_LINGER_MS says or for another one.
void AwaitEnd(int linger_ms) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  int signal = 0;
  sigwait(&ends, &signal);
  if (linger_ms == 0) return;
  const timespec linger = {.tv_sec = linger_ms / 1000, .tv_nsec = linger_ms % 1000 * 1'000'000L};
  while (sigtimedwait(&ends, nullptr, &linger) < 0 && errno == EINTR) {
  }
}

int Serve(int port) {
  const std::string_view linger_text = Variable("WEB_LINGER_MS");
  const std::optional<int> linger_ms =
      linger_text.empty() ? 0 : ParseNumber(linger_text, kMaxWaitMs);
  if (!linger_ms.has_value()) {
    std::cerr << "web: WEB_LINGER_MS is a number of milliseconds, at most 600000\n";
    return 2;
  }
  // Blocked here and so in every thread: AwaitEnd alone takes them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  // Never destroyed: its connections' threads end with the process.
  Server& server = *new Server;
  server.host_name = HostName();
  server.sick = !Variable("WEB_SICK").empty();
  const std::string receipts(Variable("WEB_RECEIPTS"));
  if (!receipts.empty()) {
    server.receipts = open(receipts.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (server.receipts < 0) return Fail("cannot open " + receipts);
  }
  const int listener = Listen(port);
  if (listener < 0) return Fail("cannot listen on port " + std::to_string(port));
  std::thread([listener, &server] { AcceptForEver(listener, server); }).detach();
  AwaitEnd(*linger_ms);
  _exit(0);
}

int Check(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Address(INADDR_LOOPBACK, port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0) {
    return Fail("nobody listens on port " + std::to_string(port));
  }
  const std::string_view request = "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n";
  if (send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) return Fail("cannot send");
  char answer[64] = "";
  const ssize_t count = recv(fd, answer, sizeof answer, MSG_WAITALL);
  const std::string_view text(answer, count > 0 ? static_cast<size_t>(count) : 0);
  return text.substr(0, 12) == "HTTP/1.1 200" ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc == 3 ? argv[1] : "";
  const int port = argc == 3 ? ParseNumber(argv[2], 65535).value_or(0) : 0;
  if (command == "serve" && port != 0) return Serve(port);
  if (command == "check" && port != 0) return Check(port);
  std::cerr << "usage: web serve PORT | web check PORT\n";
  return 2;
}
