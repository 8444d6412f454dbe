#pragma once

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "server/status/http_exchange.h"
#include "server/status/http_server.h"

namespace fairlead {

// One client's connection, between calls of poll(2): what was read and is to be written. Never
// blocks. Belongs to the thread of the HttpServer that polls it.
class HttpConnection {
 public:
  enum class State {
    kReading,    // a request's head, or waits for one
    kAnswering,  // a worker makes the answer; not to be polled
    kWriting,    // the answer
    kClosing,    // our end is closed; what still comes is dropped, so that the answer is not lost
                 // with a reset
    kClosed,     // to be destroyed
  };

  // Takes the descriptor, which must not block. `now` is monotonic, here and below.
  HttpConnection(int descriptor, const HttpServer::Patience& patience, absl::Duration now);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  State state() const { return state_; }
  int descriptor() const { return descriptor_; }
  absl::Duration deadline() const { return deadline_; }  // of a state that is polled
  size_t unsent() const { return output_.size() - sent_; }

  // The descriptor can be read or written, as the state wants.
  void OnReady(absl::Duration now);
  // The deadline is over.
  void OnDeadline(absl::Duration now);

  // If a whole head has come (state kReading): takes it, and the state is kAnswering. Else empty.
  std::string TakeHead(absl::Duration now);
  // Whether the request that TakeHead yielded is the connection's last one.
  bool is_last() const { return requests_ >= HttpServer::kMostRequests; }
  // The answer to what TakeHead yielded.
  void Answer(HttpAnswer answer, absl::Duration now);

 private:
  void Read(absl::Duration now);
  void Drop();
  void Write(absl::Duration now);
  void FinishAnswer(absl::Duration now);
  void Enter(State state, absl::Duration deadline);

  const int descriptor_;
  const HttpServer::Patience& patience_;
  State state_ = State::kReading;
  absl::Duration deadline_;
  std::string input_;
  std::string output_;
  size_t sent_ = 0;
  size_t dropped_ = 0;
  bool close_after_ = false;
  int requests_ = 0;
};

}  // namespace fairlead
