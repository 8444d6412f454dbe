#include "server/load/load_report_service.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using envoy::config::endpoint::v3::ClusterStats;
using envoy::service::load_stats::v3::LoadStatsRequest;
using envoy::service::load_stats::v3::LoadStatsResponse;

absl::Duration ToDuration(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

void AddEndpoints(uint64_t stream, const ClusterStats& stats, absl::Duration interval,
                  LoadBoard& board) {
  for (const auto& locality : stats.upstream_locality_stats()) {
    for (const auto& endpoint : locality.upstream_endpoint_stats()) {
      const auto& address = endpoint.address().socket_address();
      board.Add(
          stream,
          LoadBoard::EndpointName(stats.cluster_name(), address.address(), address.port_value()),
          endpoint.total_issued_requests(), endpoint.total_error_requests(), interval);
    }
  }
}

// What one cluster's report adds.
Load AddCluster(uint64_t stream, const ClusterStats& stats, LoadBoard& board) {
  const absl::Duration interval = ToDuration(stats.load_report_interval());
  Load load;
  for (const auto& locality : stats.upstream_locality_stats()) {
    load.requests += locality.total_issued_requests();
    load.errors += locality.total_error_requests();
  }
  const double seconds = absl::ToDoubleSeconds(interval);
  if (seconds > 0) load.requests_per_second = static_cast<double>(load.requests) / seconds;
  board.Add(stream, stats.cluster_name(), load.requests, load.errors, interval);
  AddEndpoints(stream, stats, interval, board);
  return load;
}

}  // namespace

// Deletes itself when the call is over.
class LoadReportService::Stream final
    : public grpc::ServerBidiReactor<LoadStatsRequest, LoadStatsResponse> {
 public:
  Stream(LoadReportService& service, uint64_t number) : service_(service), number_(number) {
    if (service_.open_streams_.fetch_add(1) >= service_.options_.most_streams) {
      Finish({grpc::StatusCode::RESOURCE_EXHAUSTED,
              absl::StrCat("more than ", service_.options_.most_streams,
                           " streams of load reports at once; raise --max-xds-streams")});
      return;
    }
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
      return;
    }
    for (const ClusterStats& stats : request_.cluster_stats()) {
      const Load load = AddCluster(number_, stats, service_.board_);
      if (load.requests > 0) service_.on_report_(stats.cluster_name(), load);
    }
    if (std::exchange(asked_, true)) {
      StartRead(&request_);
    } else {
      Ask();
    }
  }

  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&request_);
    } else {
      Finish(grpc::Status::CANCELLED);
    }
  }

  void OnDone() override {
    service_.board_.Forget(number_);
    service_.open_streams_.fetch_sub(1);
    delete this;
  }

 private:
  // What the client is to report, and how often: once, after its first message.
  void Ask() {
    response_.set_send_all_clusters(true);
    response_.set_report_endpoint_granularity(true);
    response_.mutable_load_reporting_interval()->set_seconds(
        absl::ToInt64Seconds(service_.options_.interval));
    StartWrite(&response_);
  }

  LoadReportService& service_;
  const uint64_t number_;
  bool asked_ = false;
  LoadStatsRequest request_;
  LoadStatsResponse response_;
};

grpc::ServerBidiReactor<LoadStatsRequest, LoadStatsResponse>* LoadReportService::StreamLoadStats(
    grpc::CallbackServerContext* /*context*/) {
  return new Stream(*this, ++last_stream_);
}

}  // namespace fairlead
