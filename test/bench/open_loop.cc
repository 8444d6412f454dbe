#include "test/bench/open_loop.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "test/bench/response.h"

namespace fairlead {
namespace {

using Clock = std::chrono::steady_clock;

// A connection and the request that is under way on it.
struct Connection {
  int fd = -1;
  bool busy = false;
  uint64_t number = 0;
  bool is_post = false;
  Clock::time_point due;
  std::string to_send;
  std::string received;
};

class OpenLoop {
 public:
  OpenLoop(const LoadOptions& options, int stop) : options_(options), stop_(stop) {}
  ~OpenLoop() {
    for (const auto& [fd, connection] : connections_) close(fd);
    if (timer_ >= 0) close(timer_);
    if (epoll_ >= 0) close(epoll_);
  }
  OpenLoop(const OpenLoop&) = delete;
  OpenLoop& operator=(const OpenLoop&) = delete;

  absl::Status SetUp() {
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    const long interval = 1'000'000'000L / options_.rate;
    const timespec step = {.tv_sec = interval / 1'000'000'000L,
                           .tv_nsec = interval % 1'000'000'000L};
    const itimerspec timer = {.it_interval = step, .it_value = step};
    start_ = Clock::now();
    if (epoll_ < 0 || timer_ < 0 || timerfd_settime(timer_, 0, &timer, nullptr) < 0 ||
        !Watch(timer_, EPOLLIN) || !Watch(stop_, EPOLLIN)) {
      return absl::UnavailableError(std::string("cannot set a timer up: ") + std::strerror(errno));
    }
    return absl::OkStatus();
  }

  LoadResult Run() {
    epoll_event events[64];
    while (!ending_ || busy_ > 0) {
      const int count = epoll_wait(epoll_, events, 64, 1000);
      for (int i = 0; i < count; ++i) Handle(events[i]);
      ExpireRequests();
    }
    std::sort(result_.latencies.begin(), result_.latencies.end());
    return std::move(result_);
  }

 private:
  bool Watch(int fd, uint32_t events) {
    epoll_event event = {};
    event.events = events;
    event.data.fd = fd;
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
  }

  void Handle(const epoll_event& event) {
    if (event.data.fd == stop_) {
      End();
    } else if (event.data.fd == timer_) {
      SendWhatIsDue();
    } else if (const auto found = connections_.find(event.data.fd); found != connections_.end()) {
      Progress(*found->second, event.events);
    }
  }

  void End() {
    if (std::exchange(ending_, true)) return;
    epoll_ctl(epoll_, EPOLL_CTL_DEL, timer_, nullptr);
    epoll_ctl(epoll_, EPOLL_CTL_DEL, stop_, nullptr);
  }

  void SendWhatIsDue() {
    uint64_t ticks = 0;
    if (read(timer_, &ticks, sizeof ticks) != sizeof ticks) return;
    for (uint64_t i = 0; i < ticks && !ending_; ++i) SendNext();
  }

  void SendNext() {
    const uint64_t number = result_.requests++;
    const std::chrono::nanoseconds since_start(1'000'000'000L / options_.rate *
                                               static_cast<int64_t>(number + 1));
    if (options_.seconds > 0 && since_start >= std::chrono::seconds(options_.seconds)) End();
    const bool is_post = options_.post_every > 0 && number % options_.post_every == 0;
    if (is_post) ++result_.posts;
    Connection& connection = FreeConnection();
    ++busy_;
    connection.busy = true;
    connection.number = number;
    connection.is_post = is_post;
    connection.due = start_ + since_start;
    result_.worst_delay =
        std::max<std::chrono::nanoseconds>(result_.worst_delay, Clock::now() - connection.due);
    connection.to_send = RequestText(number, is_post);
    if (connection.fd < 0) {
      Fail(connection, "no socket: " + std::string(std::strerror(errno)));
      return;
    }
    SendMore(connection);
  }

  std::string RequestText(uint64_t number, bool is_post) const {
    std::string text = is_post ? "POST " : "GET ";
    text += options_.path + " HTTP/1.1\r\nHost: " + options_.host;
    text += "\r\nX-Receipt: " + std::to_string(number);
    if (is_post)
      text += "\r\nContent-Length: 64\r\n\r\n" + std::string(64, 'x');
    else
      text += "\r\n\r\n";
    return text;
  }

  // The idle one that was used last, else a new one, whose fd is below 0 if there can be none.
  Connection& FreeConnection() {
    if (!idle_.empty()) {
      Connection& connection = *connections_.at(idle_.back());
      idle_.pop_back();
      return connection;
    }
    auto connection = std::make_unique<Connection>();
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->fd >= 0) {
      const int on = 1;
      setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      connect(connection->fd, reinterpret_cast<const sockaddr*>(&options_.to), sizeof options_.to);
      Watch(connection->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
    }
    const int fd = connection->fd;
    return *(connections_[fd] = std::move(connection));
  }

  void Progress(Connection& connection, uint32_t events) {
    if ((events & EPOLLOUT) != 0 && !connection.to_send.empty() && !SendMore(connection)) return;
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) ReceiveMore(connection);
  }

  // False when the connection is gone.
  bool SendMore(Connection& connection) {
    const ssize_t count =
        send(connection.fd, connection.to_send.data(), connection.to_send.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      connection.to_send.erase(0, static_cast<size_t>(count));
      return true;
    }
    // ENOTCONN: still connecting. EPOLLOUT says when it goes on.
    if (errno == EAGAIN || errno == ENOTCONN) return true;
    Fail(connection, std::string("cannot send: ") + std::strerror(errno));
    return false;
  }

  void ReceiveMore(Connection& connection) {
    char bytes[16 * 1024];
    ssize_t count = 0;
    while ((count = recv(connection.fd, bytes, sizeof bytes, 0)) > 0) {
      connection.received.append(bytes, static_cast<size_t>(count));
    }
    const int error = count < 0 ? errno : 0;
    const bool gone = count == 0 || (error != EAGAIN && error != ENOTCONN);
    if (connection.busy) {
      if (const std::optional<Response> response = ParseResponse(connection.received)) {
        Finish(connection, *response, gone);
        return;
      }
    }
    if (gone) Fail(connection, count == 0 ? "closed before an answer" : std::strerror(error));
  }

  void Finish(Connection& connection, const Response& response, bool gone) {
    if (response.status == 200) {
      ++result_.answers_by_container[response.served_by];
      result_.latencies.push_back(Clock::now() - connection.due);
    } else {
      Record(connection, response.status, response.body);
    }
    connection.busy = false;
    --busy_;
    connection.received.erase(0, response.bytes);
    if (gone || !response.keep_alive || response.status == 0) {
      Close(connection);
    } else {
      idle_.push_back(connection.fd);
    }
  }

  void Record(const Connection& connection, int status, const std::string& error) {
    result_.failed.push_back({.number = connection.number,
                              .is_post = connection.is_post,
                              .due = connection.due - start_,
                              .latency = Clock::now() - connection.due,
                              .status = status,
                              .error = error.substr(0, 300)});
  }

  // What was under way on it has failed.
  void Fail(Connection& connection, const std::string& why) {
    if (connection.busy) {
      Record(connection, 0, why);
      --busy_;
    }
    Close(connection);
  }

  void Close(const Connection& connection) {
    const int fd = connection.fd;
    idle_.erase(std::remove(idle_.begin(), idle_.end(), fd), idle_.end());
    if (fd >= 0) close(fd);
    connections_.erase(fd);
  }

  void ExpireRequests() {
    const Clock::time_point now = Clock::now();
    if (now < next_expiry_) return;
    next_expiry_ = now + std::chrono::milliseconds(100);
    std::vector<Connection*> expired;
    for (const auto& [fd, connection] : connections_) {
      if (connection->busy && now - connection->due > options_.timeout)
        expired.push_back(connection.get());
    }
    for (Connection* connection : expired) Fail(*connection, "no answer within the time");
  }

  const LoadOptions& options_;
  const int stop_;
  int epoll_ = -1;
  int timer_ = -1;
  Clock::time_point start_;
  Clock::time_point next_expiry_;
  bool ending_ = false;
  int busy_ = 0;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;  // by fd
  std::vector<int> idle_;  // the one used last at the end
  LoadResult result_;
};

}  // namespace

absl::StatusOr<LoadResult> RunOpenLoop(const LoadOptions& options, int stop) {
  OpenLoop loop(options, stop);
  const absl::Status status = loop.SetUp();
  if (!status.ok()) return status;
  return loop.Run();
}

}  // namespace fairlead
