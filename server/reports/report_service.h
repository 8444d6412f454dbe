#pragma once

#include <grpcpp/server_builder.h>

#include <memory>

#include "absl/time/time.h"
#include "server/reports/report_sink.h"

namespace fairlead {

class ReportStreams;

// The agents' port: v1::ReportService on gRPC's asynchronous API, with a completion queue and a
// thread of its own. (The callback API of gRPC 1.51 holds requests back for up to 100 ms after a
// second of quiet.)
//
// Order of calls: Register, BuildAndStart of the builder, Start, ..., EndStreams, Shutdown of the
// grpc::Server, Stop.
class ReportService {
 public:
  struct Options {
    // What agents are asked to keep to. Much less than the catalog's host_timeout.
    absl::Duration heartbeat_interval = absl::Seconds(5);
    // A stream on which no message comes for so long after its begin is ended.
    absl::Duration patience = absl::Seconds(10);
    // Streams at once; one more is refused with RESOURCE_EXHAUSTED.
    size_t most_streams = 4096;
  };

  // `sink` must outlive this.
  explicit ReportService(ReportSink& sink) : ReportService(sink, Options()) {}
  ReportService(ReportSink& sink, const Options& options);
  // Stops.
  ~ReportService();
  ReportService(const ReportService&) = delete;
  ReportService& operator=(const ReportService&) = delete;

  // Before BuildAndStart of `builder`; this must outlive the server.
  void Register(grpc::ServerBuilder& builder);

  // After BuildAndStart.
  void Start();

  // Ends all streams, and those that come from now on, with UNAVAILABLE, so that agents know at
  // once that the server stops, and Shutdown of the grpc::Server has not to cut them.
  void EndStreams();

  // EndStreams, and ends the thread; afterwards the sink is not called any more.
  // After, or while, the server is shut down: until then it waits. Idempotent.
  void Stop();

 private:
  const std::shared_ptr<ReportStreams> streams_;
};

}  // namespace fairlead
