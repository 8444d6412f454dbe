#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "envoy/service/load_stats/v3/lrs.grpc.pb.h"
#include "server/load/load_board.h"

namespace fairlead {

// LRS: takes the load reports of all proxies, of all clusters, and sums them on the board. Source:
// envoy/service/load_stats/v3/lrs.proto.
//
// Asynchronous, on a completion queue that another service's thread serves: a stream costs no
// thread, and no thread more competes for what comes in (docs/decisions/0005).
//
// Order of calls: Register, BuildAndStart of the builder, Start, ..., Shutdown of the grpc::Server,
// with which the streams end, Stop, and then the queue may be shut down.
class LoadReportService {
 public:
  struct Options {
    // How often proxies report.
    absl::Duration interval = absl::Seconds(5);
    // Streams at once; one more is refused with RESOURCE_EXHAUSTED.
    int most_streams = 16'384;
  };
  // Called on the queue's thread for each cluster of a report, with the requests and errors in it.
  using OnReport = std::function<void(const std::string& cluster, const Load& in_interval)>;

  // `board` must outlive this.
  LoadReportService(Options options, LoadBoard& board, OnReport on_report)
      : options_(options), board_(board), on_report_(std::move(on_report)) {}

  void Register(grpc::ServerBuilder& builder) { builder.RegisterService(&service_); }
  // Takes calls from now on. The thread of `queue` takes each tag for a Completion; it is the only
  // one that touches the streams, and must be done with them before this is destroyed.
  void Start(grpc::ServerCompletionQueue& queue);
  // No stream begins another operation: gRPC ends the process at one on a queue that is shut down.
  void Stop();

 private:
  class Stream;

  // Waits for the next call.
  void Accept(grpc::ServerCompletionQueue& queue);

  const Options options_;
  LoadBoard& board_;
  const OnReport on_report_;
  using Service = envoy::service::load_stats::v3::LoadReportingService;

  // Raw: what is read is bounded before it is parsed.
  Service::WithRawMethod_StreamLoadStats<Service::Service> service_;
  int open_streams_ = 0;
  uint64_t last_stream_ = 0;

  absl::Mutex mutex_;
  bool is_stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fairlead
