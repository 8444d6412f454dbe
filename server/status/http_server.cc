#include "server/status/http_server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/base/clock.h"
#include "server/base/listening_socket.h"
#include "server/status/http_connection.h"
#include "server/status/http_exchange.h"
#include "server/status/workers.h"

namespace fairlead {
namespace {

// After the process ran out of descriptors.
constexpr absl::Duration kAcceptPause = absl::Milliseconds(100);
// At a time: far less than there may be, so that what came before is read before it has to make
// room.
constexpr int kMostAccepted = 16;

class PollingHttpServer final : public HttpServer {
 public:
  PollingHttpServer(ListeningSocket listening, Handler handler, Patience patience)
      : listening_(std::move(listening)),
        patience_(patience),
        exchange_(std::move(handler)),
        thread_([this] { Run(); }) {}

  ~PollingHttpServer() override {
    {
      absl::MutexLock lock(&mutex_);
      over_ = true;
    }
    Wake();
    thread_.join();
    workers_.reset();
    close(listening_.descriptor);
    close(wake_);
  }

  const std::string& address() const override { return listening_.address; }

 private:
  using State = HttpConnection::State;
  // By number, in the order in which they came.
  using Connections = std::map<uint64_t, std::unique_ptr<HttpConnection>>;

  static absl::Duration Now() { return Clock::Real().Monotonic(); }

  void Wake() {
    // A counter that is full wakes all the same.
    [[maybe_unused]] const int ignored = eventfd_write(wake_, 1);
  }

  void Run();
  bool TakeAnswers();
  void Poll();
  void Accept(absl::Duration now);
  void MakeRoom();
  void Serve(absl::Duration now);
  void Submit(uint64_t number, HttpConnection& connection, std::string head);
  void BoundUnsent();

  const ListeningSocket listening_;
  const int wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);  // readable: see mutex_'s members
  const Patience patience_;
  HttpExchange exchange_;

  absl::Mutex mutex_;
  std::vector<std::pair<uint64_t, HttpAnswer>> answers_ ABSL_GUARDED_BY(mutex_);
  bool over_ ABSL_GUARDED_BY(mutex_) = false;

  // The polling thread's.
  Connections connections_;
  uint64_t last_number_ = 0;
  absl::Duration accept_after_ = absl::ZeroDuration();

  std::unique_ptr<Workers> workers_ = std::make_unique<Workers>(kThreads);
  std::thread thread_;
};

void PollingHttpServer::Run() {
  pthread_setname_np(pthread_self(), "http");
  while (TakeAnswers()) {
    Serve(Now());
    BoundUnsent();
    Poll();
  }
}

// False: the server is to end.
bool PollingHttpServer::TakeAnswers() {
  std::vector<std::pair<uint64_t, HttpAnswer>> answers;
  {
    absl::MutexLock lock(&mutex_);
    if (over_) return false;
    answers.swap(answers_);
  }
  for (auto& [number, answer] : answers) {
    const auto found = connections_.find(number);
    if (found != connections_.end()) found->second->Answer(std::move(answer), Now());
  }
  return true;
}

// Hands over the heads that are there, and takes leave of connections that are over.
void PollingHttpServer::Serve(absl::Duration now) {
  for (auto next = connections_.begin(); next != connections_.end();) {
    const auto current = next++;
    HttpConnection& connection = *current->second;
    if (connection.deadline() <= now) connection.OnDeadline(now);
    if (connection.state() == State::kReading) {
      std::string head = connection.TakeHead(now);
      if (!head.empty()) Submit(current->first, connection, std::move(head));
    }
    if (connection.state() == State::kClosed) connections_.erase(current);
  }
}

void PollingHttpServer::Submit(uint64_t number, HttpConnection& connection, std::string head) {
  workers_->Run([this, number, head = std::move(head), last = connection.is_last()] {
    HttpAnswer answer = exchange_.Answer(head, last);
    absl::MutexLock lock(&mutex_);
    answers_.emplace_back(number, std::move(answer));
    Wake();
  });
}

void PollingHttpServer::BoundUnsent() {
  size_t unsent = 0;
  for (const auto& [number, connection] : connections_) unsent += connection->unsent();
  for (auto next = connections_.begin(); next != connections_.end() && unsent > kMostUnsent;) {
    const auto current = next++;
    if (current->second->unsent() == 0) continue;
    unsent -= current->second->unsent();
    connections_.erase(current);
  }
}

// Waits until something is to be done, and does what concerns sockets.
void PollingHttpServer::Poll() {
  absl::Duration until = absl::InfiniteDuration();
  std::vector<pollfd> ready = {{wake_, POLLIN, 0}, {listening_.descriptor, POLLIN, 0}};
  if (Now() < accept_after_) {
    until = accept_after_;
    ready[1].events = 0;
  }
  std::vector<HttpConnection*> polled;
  for (const auto& [number, connection] : connections_) {
    if (connection->state() == State::kAnswering) continue;
    const short events = connection->state() == State::kWriting ? POLLOUT : POLLIN;
    ready.push_back({connection->descriptor(), events, 0});
    polled.push_back(connection.get());
    until = std::min(until, connection->deadline());
  }
  const int timeout =
      until == absl::InfiniteDuration()
          ? -1
          : static_cast<int>(
                absl::ToInt64Milliseconds(std::max(until - Now(), absl::ZeroDuration())) + 1);
  if (poll(ready.data(), ready.size(), timeout) < 0) return;

  eventfd_t count;
  if (ready[0].revents != 0) eventfd_read(wake_, &count);
  const absl::Duration now = Now();
  for (size_t i = 0; i < polled.size(); ++i) {
    if (ready[i + 2].revents != 0) polled[i]->OnReady(now);
  }
  if (ready[1].revents != 0) Accept(now);
}

void PollingHttpServer::Accept(absl::Duration now) {
  for (int i = 0; i < kMostAccepted; ++i) {
    const int descriptor =
        accept4(listening_.descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
      const bool none = errno == EAGAIN || errno == EWOULDBLOCK;
      if (!none && errno != EINTR && errno != ECONNABORTED) accept_after_ = now + kAcceptPause;
      return;
    }
    MakeRoom();
    auto connection = std::make_unique<HttpConnection>(descriptor, patience_, now);
    if (connections_.size() < kMostConnections) {
      connections_.emplace(++last_number_, std::move(connection));
    }
  }
}

// If there is none: closes the oldest connection whose client is waited for.
void PollingHttpServer::MakeRoom() {
  if (connections_.size() < kMostConnections) return;
  const auto oldest = std::find_if(connections_.begin(), connections_.end(), [](const auto& entry) {
    return entry.second->state() != State::kAnswering;
  });
  if (oldest != connections_.end()) connections_.erase(oldest);
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Listen(const std::string& address,
                                                               Handler handler, Patience patience) {
  absl::StatusOr<ListeningSocket> listening = ListenOn(address);
  if (!listening.ok()) return listening.status();
  return std::make_unique<PollingHttpServer>(*std::move(listening), std::move(handler), patience);
}

}  // namespace fairlead
