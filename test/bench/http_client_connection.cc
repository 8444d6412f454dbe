#include "test/bench/http_client_connection.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace fairlead {
namespace {

constexpr size_t kMaxResponseBytes = 16 * 1024 * 1024;

absl::Status Failed(const std::string& what) {
  const std::string text = what + ": " + std::strerror(errno);
  return errno == EAGAIN ? absl::DeadlineExceededError(text) : absl::UnavailableError(text);
}

// A connected socket; its calls fail with EAGAIN after `timeout`.
absl::StatusOr<int> Connect(const sockaddr* to, socklen_t size, std::chrono::milliseconds timeout) {
  const int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return Failed("no socket");
  const timeval limit = {.tv_sec = timeout.count() / 1000,
                         .tv_usec = timeout.count() % 1000 * 1000};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect(fd, to, size) == 0) return fd;
  const absl::Status status = Failed("cannot connect");
  close(fd);
  return status;
}

}  // namespace

absl::StatusOr<HttpClientConnection> HttpClientConnection::OpenTcp(
    const sockaddr_in& to, std::chrono::milliseconds timeout) {
  const absl::StatusOr<int> fd =
      Connect(reinterpret_cast<const sockaddr*>(&to), sizeof to, timeout);
  if (!fd.ok()) return fd.status();
  const int on = 1;
  setsockopt(*fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return HttpClientConnection(*fd);
}

absl::StatusOr<HttpClientConnection> HttpClientConnection::OpenUnix(
    const std::string& path, std::chrono::milliseconds timeout) {
  sockaddr_un to = {};
  to.sun_family = AF_UNIX;
  if (path.size() >= sizeof to.sun_path) return absl::InvalidArgumentError("too long: " + path);
  path.copy(to.sun_path, path.size());
  const absl::StatusOr<int> fd =
      Connect(reinterpret_cast<const sockaddr*>(&to), sizeof to, timeout);
  if (!fd.ok()) return fd.status();
  return HttpClientConnection(*fd);
}

HttpClientConnection::HttpClientConnection(HttpClientConnection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

HttpClientConnection& HttpClientConnection::operator=(HttpClientConnection&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

HttpClientConnection::~HttpClientConnection() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<Response> HttpClientConnection::Exchange(const std::string& method,
                                                        const std::string& target,
                                                        const std::string& host,
                                                        const std::string& body) {
  std::string request =
      method + " " + target + " HTTP/1.1\r\nHost: " + host +
      "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  while (!request.empty()) {
    const ssize_t count = send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
    if (count < 0) return Failed("cannot send");
    request.erase(0, static_cast<size_t>(count));
  }
  std::string received;
  while (received.size() < kMaxResponseBytes) {
    char bytes[16 * 1024];
    const ssize_t count = recv(fd_, bytes, sizeof bytes, 0);
    if (count < 0) return Failed("cannot receive");
    if (count == 0) return absl::UnavailableError("closed before an answer");
    received.append(bytes, static_cast<size_t>(count));
    if (std::optional<Response> response = ParseResponse(received)) return *std::move(response);
  }
  return absl::ResourceExhaustedError("the answer is over 16 MiB");
}

}  // namespace fairlead
