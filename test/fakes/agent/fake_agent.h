#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "fairlead/v1/report.grpc.pb.h"

namespace fairlead {

// An agent as the server sees one, without an engine: speaks the real Report stream, and runs what
// the test says. It sends Hello and a snapshot, then an update for each change, heartbeats, and a
// snapshot when the server asks. It connects again when its stream ends, without much of a wait, as
// long as it is not killed.
//
// Threads: all calls from any thread. The stream and the heartbeats live on threads of its own
// until the destructor.
class FakeAgent {
 public:
  struct Options {
    std::string address;  // of the server's agent port
    std::string host_id = "h1";
    std::string host_name = "";
    std::vector<std::string> advertise_addresses = {};
    std::string zone = "";
    absl::Duration heartbeat_interval = absl::Milliseconds(200);
    bool reconnects = true;  // else it is as if killed when its stream ends
  };

  // Connects at once.
  explicit FakeAgent(Options options);
  ~FakeAgent();
  FakeAgent(const FakeAgent&) = delete;
  FakeAgent& operator=(const FakeAgent&) = delete;

  // What the host runs; each change is told at once.
  void Run(const v1::Container& container);                // new, or different from now on
  void Run(const std::vector<v1::Container>& containers);  // the same, told in one update
  void Remove(const std::string& container_id);
  void LoseEngine(const std::string& error);
  void FindEngine();  // a snapshot follows

  // Faults.
  void Kill();       // as kill -9: the stream is gone, and nothing is told until Start
  void Start();      // after Kill: a new run (epoch), which knows nothing while its engine is away
  void CutStream();  // the connection breaks; the same run connects again
  void Stall();      // the stream stays, and nothing is sent on it until Resume
  void Resume();     // a snapshot tells what happened meanwhile
  // Writes `message` as it is, whatever it says; nothing if there is no stream.
  void Send(const v1::ReportRequest& message);
  // The next update's sequence leaves one out.
  void SkipSequence();
  // From now on connects there.
  void SetAddress(const std::string& address);

  // Waits until everything that was told is acknowledged on the stream that is open, or for
  // `deadline`. Whether it is.
  bool AwaitAcknowledged(absl::Duration deadline = absl::Seconds(20)) const;
  // The same until a stream ended with `code`.
  bool AwaitEnd(grpc::StatusCode code, absl::Duration deadline = absl::Seconds(20)) const;
  // The message of the last stream that ended.
  std::string EndMessage() const;

  // Since the constructor.
  int streams() const;  // begun
  int resyncs() const;  // that the server asked for

 private:
  struct Stream {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<v1::ReportRequest, v1::ReportResponse>> call;
    bool is_ended = false;  // nothing may be written any more
  };

  void RunStreams();
  void RunHeartbeats();
  bool AwaitTurn(bool first);
  std::shared_ptr<Stream> Open();
  void Follow(Stream& stream);
  void Write(const v1::ReportRequest& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  void WriteSnapshot() ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  void Tell(v1::Update update);
  void Cancel();

  const Options options_;

  // Held over a write, so that what is told is told in order. Before mutex_.
  mutable absl::Mutex write_mutex_;
  std::shared_ptr<Stream> writing_ ABSL_GUARDED_BY(write_mutex_);  // null: no stream to write on

  mutable absl::Mutex mutex_ ABSL_ACQUIRED_AFTER(write_mutex_);
  std::string address_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<Stream> stream_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::Container> containers_ ABSL_GUARDED_BY(mutex_);
  v1::Engine engine_ ABSL_GUARDED_BY(mutex_);
  bool knows_containers_ ABSL_GUARDED_BY(mutex_) = true;
  uint64_t sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;  // on this stream
  uint64_t epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_killed_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_stalled_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_ending_ ABSL_GUARDED_BY(mutex_) = false;
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
  int resyncs_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<grpc::Status> ends_ ABSL_GUARDED_BY(mutex_);

  std::thread stream_thread_;
  std::thread heartbeat_thread_;
};

}  // namespace fairlead
