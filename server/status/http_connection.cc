#include "server/status/http_connection.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "server/status/http_head.h"

namespace fairlead {
namespace {

// What a client may still send after our end is closed.
constexpr size_t kMostDropped = 256 * 1024;

bool IsPassing(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

HttpConnection::HttpConnection(int descriptor, const HttpServer::Patience& patience,
                               absl::Duration now)
    : descriptor_(descriptor), patience_(patience), deadline_(now + patience.head) {}

HttpConnection::~HttpConnection() { close(descriptor_); }

void HttpConnection::Enter(State state, absl::Duration deadline) {
  state_ = state;
  deadline_ = deadline;
}

void HttpConnection::OnReady(absl::Duration now) {
  if (state_ == State::kReading)
    Read(now);
  else if (state_ == State::kWriting)
    Write(now);
  else if (state_ == State::kClosing)
    Drop();
}

void HttpConnection::OnDeadline(absl::Duration now) {
  if (state_ == State::kReading && !input_.empty()) {
    Answer(Refusal("408 Request Timeout", "the request took too long\n"), now);
  } else {
    state_ = State::kClosed;
  }
}

void HttpConnection::Read(absl::Duration now) {
  char buffer[4096];
  const ssize_t count = recv(descriptor_, buffer, sizeof(buffer), 0);
  if (count < 0 && IsPassing(errno)) return;
  if (count <= 0) {
    state_ = State::kClosed;
    return;
  }
  if (input_.empty() && requests_ > 0) deadline_ = now + patience_.head;
  input_.append(buffer, static_cast<size_t>(count));
}

std::string HttpConnection::TakeHead(absl::Duration now) {
  const size_t size = HeadSize(input_);
  if (size > HttpServer::kMostHead || (size == 0 && input_.size() > HttpServer::kMostHead)) {
    Answer(Refusal("431 Request Header Fields Too Large",
                   "the request line and its fields are too long\n"),
           now);
    return "";
  }
  if (size == 0) return "";
  std::string head = input_.substr(0, size);
  input_.erase(0, size);
  ++requests_;
  Enter(State::kAnswering, absl::InfiniteDuration());
  return head;
}

void HttpConnection::Answer(HttpAnswer answer, absl::Duration now) {
  output_ = std::move(answer.text);
  sent_ = 0;
  close_after_ = answer.close;
  Enter(State::kWriting, now + patience_.answer);
  Write(now);
}

void HttpConnection::Write(absl::Duration now) {
  const ssize_t count =
      send(descriptor_, output_.data() + sent_, output_.size() - sent_, MSG_NOSIGNAL);
  if (count < 0 && !IsPassing(errno)) {
    state_ = State::kClosed;
    return;
  }
  if (count > 0) sent_ += static_cast<size_t>(count);
  if (sent_ == output_.size()) FinishAnswer(now);
}

void HttpConnection::FinishAnswer(absl::Duration now) {
  output_ = std::string();
  sent_ = 0;
  if (close_after_) {
    input_ = std::string();
    shutdown(descriptor_, SHUT_WR);
    Enter(State::kClosing, now + patience_.close);
  } else {
    Enter(State::kReading, now + (input_.empty() ? patience_.idle : patience_.head));
  }
}

void HttpConnection::Drop() {
  char buffer[4096];
  const ssize_t count = recv(descriptor_, buffer, sizeof(buffer), 0);
  if (count < 0 && IsPassing(errno)) return;
  if (count > 0) dropped_ += static_cast<size_t>(count);
  if (count <= 0 || dropped_ > kMostDropped) state_ = State::kClosed;
}

}  // namespace fairlead
