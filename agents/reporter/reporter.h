#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agents/observer/host_update.h"
#include "agents/reporter/outbox.h"

namespace fairlead {

// Reports one host to a server, for ever: opens a Report stream to the first server that takes it,
// writes what Outbox says, and when the stream ends goes to the next server after a wait with full
// jitter. It begins with the first update, not before.
//
// A blocking stream with a thread to write and one to read: gRPC 1.51's callback API lets messages
// lie for up to 100 ms after a quiet second.
//
// Threads: Report from any; Stop by the owner.
class Reporter {
 public:
  struct Options {
    std::vector<std::string> servers;  // "HOST:PORT"; at least one
    std::shared_ptr<grpc::ChannelCredentials> credentials;
    Outbox::Options outbox;
    absl::Duration first_wait = absl::Milliseconds(100);
    absl::Duration last_wait = absl::Seconds(5);
    absl::Duration connect_timeout = absl::Seconds(5);
  };

  explicit Reporter(Options options);
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  // Never blocks. The message is written at once if the stream is free, else what came meanwhile
  // goes as one.
  void Report(HostUpdate update);

  // Ends the stream at once. The server is not told that the containers are gone, for they are not.
  // Idempotent.
  void Stop();

 private:
  void Run();
  // One stream, until it ends.
  grpc::Status RunStream(const std::string& server);
  // Waits for something to write; nothing once the stream has ended or is to end.
  std::optional<v1::ReportRequest> NextMessage();
  bool StoppedWithin(absl::Duration wait);

  const Options options_;
  absl::Mutex mutex_;
  Outbox outbox_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool stream_ended_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;  // of the stream that is open
  std::thread thread_;
};

}  // namespace fairlead
