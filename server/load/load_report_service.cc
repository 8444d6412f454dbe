#include "server/load/load_report_service.h"

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "server/base/completion.h"
#include "server/base/grpc_status.h"
#include "server/load/load_report.h"

namespace fairlead {
namespace {

using envoy::config::endpoint::v3::ClusterStats;
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

// One call, from waiting for it to its end, with one operation under way at a time. Deletes itself.
class LoadReportService::Stream {
 public:
  Stream(LoadReportService& service, grpc::ServerCompletionQueue& queue)
      : service_(service), queue_(queue), number_(++service.last_stream_) {
    service_.service_.RequestStreamLoadStats(&context_, &stream_, &queue_, &queue_, &accepted_);
  }

 private:
  // Binds a completion to a member function.
  class Step final : public Completion {
   public:
    Step(Stream& stream, void (Stream::*done)(bool)) : stream_(stream), done_(done) {}
    void Complete(bool ok) override { (stream_.*done_)(ok); }

   private:
    Stream& stream_;
    void (Stream::*const done_)(bool);
  };

  void OnAccepted(bool ok) {
    if (!ok) {  // the server is shutting down
      delete this;
      return;
    }
    service_.Accept(queue_);
    if (++service_.open_streams_ > service_.options_.most_streams) {
      return Finish({grpc::StatusCode::RESOURCE_EXHAUSTED,
                     absl::StrCat("more than ", service_.options_.most_streams,
                                  " streams of load reports at once; raise --max-xds-streams")});
    }
    Read();
  }

  // Begins the next operation, unless the service was stopped: then this was all.
  void Begin(absl::FunctionRef<void()> operation) {
    {
      absl::MutexLock lock(&service_.mutex_);
      if (!service_.is_stopped_) return operation();
    }
    delete this;
  }

  void Read() {
    Begin([this] { stream_.Read(&request_, &read_); });
  }

  void OnRead(bool ok) {
    if (!ok) return Finish(grpc::Status::OK);
    const absl::Status taken = Take();
    if (!taken.ok()) return Finish(ToGrpc(taken));
    if (asked_) {
      Read();
    } else {
      Ask();
    }
  }

  absl::Status Take() {
    grpc::Slice request;
    grpc::Status received = request_.TrySingleSlice(&request);
    if (!received.ok()) received = request_.DumpToSingleSlice(&request);
    request_.Clear();
    if (!received.ok()) return absl::InternalError(received.error_message());
    return ForEachClusterReport(
        {reinterpret_cast<const char*>(request.begin()), request.size()},
        [this](const ClusterStats& stats) {
          const Load load = AddCluster(number_, stats, service_.board_);
          if (load.requests > 0 && stats.cluster_name().size() <= LoadBoard::kLongestName) {
            service_.on_report_(stats.cluster_name(), load);
          }
        });
  }

  // What the client is to report, and how often: once, after its first message.
  void Ask() {
    asked_ = true;
    LoadStatsResponse response;
    response.set_send_all_clusters(true);
    response.set_report_endpoint_granularity(true);
    response.mutable_load_reporting_interval()->set_seconds(
        absl::ToInt64Seconds(service_.options_.interval));
    const grpc::Slice bytes(response.SerializeAsString());
    Begin([&] { stream_.Write(grpc::ByteBuffer(&bytes, 1), &written_); });
  }

  void OnWritten(bool ok) {
    if (ok) {
      Read();
    } else {
      Finish(grpc::Status::CANCELLED);
    }
  }

  void Finish(const grpc::Status& status) {
    Begin([&] { stream_.Finish(status, &finished_); });
  }

  void OnFinished(bool /*ok*/) {
    service_.board_.Forget(number_);
    --service_.open_streams_;
    delete this;
  }

  LoadReportService& service_;
  grpc::ServerCompletionQueue& queue_;
  const uint64_t number_;
  grpc::ServerContext context_;
  grpc::ServerAsyncReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer> stream_{&context_};
  Step accepted_{*this, &Stream::OnAccepted};
  Step read_{*this, &Stream::OnRead};
  Step written_{*this, &Stream::OnWritten};
  Step finished_{*this, &Stream::OnFinished};
  bool asked_ = false;
  grpc::ByteBuffer request_;
};

void LoadReportService::Start(grpc::ServerCompletionQueue& queue) { Accept(queue); }

void LoadReportService::Accept(grpc::ServerCompletionQueue& queue) {
  absl::MutexLock lock(&mutex_);
  if (!is_stopped_) new Stream(*this, queue);
}

void LoadReportService::Stop() {
  absl::MutexLock lock(&mutex_);
  is_stopped_ = true;
}

}  // namespace fairlead
