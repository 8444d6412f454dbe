#include "deploy/images/drop_in/local_http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/base/clock.h"

namespace fairlead {
namespace {

constexpr size_t kMostBytes = 256 << 10;

// A connection, closed at its end.
class LocalConnection {
 public:
  LocalConnection(int fd, absl::Duration deadline) : fd_(fd), deadline_(deadline) {}
  ~LocalConnection() { close(fd_); }
  LocalConnection(const LocalConnection&) = delete;
  LocalConnection& operator=(const LocalConnection&) = delete;

  absl::Status Send(absl::string_view bytes) {
    while (!bytes.empty()) {
      if (const absl::Status status = Await(POLLOUT); !status.ok()) return status;
      const ssize_t count = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return absl::UnavailableError(std::strerror(errno));
      bytes.remove_prefix(static_cast<size_t>(count));
    }
    return absl::OkStatus();
  }

  // Until the other side closes.
  absl::StatusOr<std::string> ReceiveAll() {
    std::string all;
    std::array<char, 16384> buffer;
    while (true) {
      if (const absl::Status status = Await(POLLIN); !status.ok()) return status;
      const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return absl::UnavailableError(std::strerror(errno));
      if (count == 0) return all;
      all.append(buffer.data(), static_cast<size_t>(count));
      if (all.size() > kMostBytes) {
        return absl::ResourceExhaustedError(
            absl::StrCat("the answer has more than ", kMostBytes, " bytes"));
      }
    }
  }

 private:
  absl::Status Await(short events) {
    const absl::Duration left = deadline_ - Clock::Real().Monotonic();
    pollfd waited = {.fd = fd_, .events = events, .revents = 0};
    const int milliseconds =
        left > absl::ZeroDuration() ? static_cast<int>(absl::ToInt64Milliseconds(left)) + 1 : 0;
    const int ready = poll(&waited, 1, milliseconds);
    if (ready > 0 || (ready < 0 && errno == EINTR)) return absl::OkStatus();
    return absl::DeadlineExceededError("no answer in time");
  }

  const int fd_;
  const absl::Duration deadline_;
};

absl::StatusOr<int> Connect(const LocalAddress& address) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  if (address.unix_path.empty()) {
    auto& in = reinterpret_cast<sockaddr_in&>(storage);
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    in.sin_port = htons(address.port);
    size = sizeof(in);
  } else {
    auto& un = reinterpret_cast<sockaddr_un&>(storage);
    if (address.unix_path.size() >= sizeof(un.sun_path)) {
      return absl::InvalidArgumentError("the path of the socket is too long");
    }
    un.sun_family = AF_UNIX;
    std::memcpy(un.sun_path, address.unix_path.data(), address.unix_path.size());
    size = sizeof(un);
  }
  const int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::ErrnoToStatus(errno, "cannot make a socket");
  if (connect(fd, reinterpret_cast<sockaddr*>(&storage), size) != 0) {
    const int error = errno;
    close(fd);
    return absl::UnavailableError(absl::StrCat("cannot connect: ", std::strerror(error)));
  }
  return fd;
}

}  // namespace

absl::StatusOr<LocalAnswer> ParseLocalAnswer(absl::string_view text) {
  LocalAnswer answer;
  const size_t end = text.find("\r\n\r\n");
  const absl::string_view status = text.substr(0, end).substr(0, 12);
  // "HTTP/1.1 200"
  if (end == absl::string_view::npos || status.size() < 12 ||
      !absl::StartsWith(status, "HTTP/1.") || !absl::SimpleAtoi(status.substr(9), &answer.status) ||
      answer.status < 100) {
    return absl::DataLossError("the answer is no HTTP/1.1");
  }
  answer.body = std::string(text.substr(end + 4));
  return answer;
}

absl::StatusOr<LocalAnswer> AskLocally(const LocalAddress& address, const std::string& method,
                                       const std::string& target, absl::Duration timeout) {
  const absl::Duration deadline = Clock::Real().Monotonic() + timeout;
  const absl::StatusOr<int> fd = Connect(address);
  if (!fd.ok()) return fd.status();
  LocalConnection connection(*fd, deadline);
  const absl::Status sent = connection.Send(absl::StrCat(
      method, " ", target,
      " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
  if (!sent.ok()) return sent;
  const absl::StatusOr<std::string> received = connection.ReceiveAll();
  if (!received.ok()) return received.status();
  return ParseLocalAnswer(*received);
}

}  // namespace fairlead
