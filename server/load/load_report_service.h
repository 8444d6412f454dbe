#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "envoy/service/load_stats/v3/lrs.grpc.pb.h"
#include "server/load/load_board.h"

namespace fairlead {

// LRS: takes the load reports of all proxies, of all clusters, and sums them on the board. Source:
// envoy/service/load_stats/v3/lrs.proto.
//
// On gRPC's callback API, which holds a message back for up to 100 ms now and then
// (docs/decisions/0003): that does not matter here, and a stream costs no thread.
class LoadReportService final
    : public envoy::service::load_stats::v3::LoadReportingService::CallbackService {
 public:
  struct Options {
    // How often proxies report.
    absl::Duration interval = absl::Seconds(5);
    // Streams at once; one more is refused with RESOURCE_EXHAUSTED.
    int most_streams = 16'384;
  };
  // Called on gRPC's threads for each cluster of a report, with the requests and errors in it.
  using OnReport = std::function<void(const std::string& cluster, const Load& in_interval)>;

  // `board` must outlive this.
  LoadReportService(Options options, LoadBoard& board, OnReport on_report)
      : options_(options), board_(board), on_report_(std::move(on_report)) {}

  grpc::ServerBidiReactor<envoy::service::load_stats::v3::LoadStatsRequest,
                          envoy::service::load_stats::v3::LoadStatsResponse>*
  StreamLoadStats(grpc::CallbackServerContext* context) override;

 private:
  class Stream;

  const Options options_;
  LoadBoard& board_;
  const OnReport on_report_;
  std::atomic<int> open_streams_{0};
  std::atomic<uint64_t> last_stream_{0};
};

}  // namespace fairlead
