#include "server/reports/report_service.h"

#include <grpcpp/grpcpp.h>
#include <pthread.h>

#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "fairlead/v1/report.grpc.pb.h"
#include "server/reports/report_stream.h"

namespace fairlead {
namespace {

// Calls that are waited for at once: so many agents that come at the same time are taken without a
// wait.
constexpr int kWaitingCalls = 16;

absl::Status Stopping() {
  return absl::UnavailableError("the server is stopping; try again, or another server");
}

}  // namespace

// All streams of a service, waiting ones included. Outlives the service while a reply refers to it.
class ReportStreams : public std::enable_shared_from_this<ReportStreams> {
 public:
  ReportStreams(ReportSink& sink, const ReportService::Options& options)
      : sink_(sink), options_(options) {}

  void Register(grpc::ServerBuilder& builder) {
    builder.RegisterService(&service_);
    queue_ = builder.AddCompletionQueue();
  }

  void Start() {
    for (int call = 0; call < kWaitingCalls; ++call) AcceptOne();
    thread_ = std::thread([this] { Run(); });
  }

  void EndStreams();
  void Stop();

  // From any thread; no effect on a stream that is gone.
  void Answer(SessionId session, const Catalog::Outcome& outcome) {
    if (outcome.superseded.has_value()) {
      End(*outcome.superseded, absl::AbortedError("a newer stream of the same host replaced this"));
    }
    const std::shared_ptr<ReportStream> stream = Find(session);
    if (stream != nullptr) stream->Answer(outcome);
  }

  void End(SessionId session, const absl::Status& status) {
    const std::shared_ptr<ReportStream> stream = Find(session);
    if (stream != nullptr) stream->End(status);
  }

 private:
  std::shared_ptr<ReportStream> Find(SessionId session) {
    absl::MutexLock lock(&mutex_);
    const auto found = streams_.find(session);
    return found == streams_.end() ? nullptr : found->second;
  }

  void AcceptOne();
  void Run();
  void Handle(ReportStream& stream, const ReportStream::Event& event);

  ReportSink& sink_;
  const ReportService::Options options_;
  v1::ReportService::AsyncService service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::thread thread_;

  absl::Mutex mutex_;
  absl::flat_hash_map<SessionId, std::shared_ptr<ReportStream>> streams_ ABSL_GUARDED_BY(mutex_);
  SessionId last_session_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

namespace {

class Reply final : public ReportReply {
 public:
  Reply(std::weak_ptr<ReportStreams> streams, SessionId session)
      : streams_(std::move(streams)), session_(session) {}
  ~Reply() override {
    const std::shared_ptr<ReportStreams> streams = streams_.lock();
    if (streams != nullptr) streams->End(session_, Stopping());
  }

  void Answer(const Catalog::Outcome& outcome) override {
    const std::shared_ptr<ReportStreams> streams = std::exchange(streams_, {}).lock();
    if (streams != nullptr) streams->Answer(session_, outcome);
  }

 private:
  std::weak_ptr<ReportStreams> streams_;  // none once it is answered
  const SessionId session_;
};

}  // namespace

void ReportStreams::AcceptOne() {
  std::shared_ptr<ReportStream> stream;
  {
    absl::MutexLock lock(&mutex_);
    if (is_ending_) return;
    stream = std::make_shared<ReportStream>(
        ++last_session_, ReportStream::Options{options_.heartbeat_interval, options_.patience},
        queue_.get());
    streams_[stream->session()] = stream;
    // Under the lock: Stop shuts the queue down only when no stream is left.
    stream->Accept(service_);
  }
}

void ReportStreams::Run() {
  pthread_setname_np(pthread_self(), "reports");
  void* completed = nullptr;
  bool ok = false;
  while (queue_->Next(&completed, &ok)) {
    const auto& tag = *static_cast<ReportStream::Tag*>(completed);
    ReportStream& stream = *tag.stream;
    Handle(stream, stream.Completed(tag.operation, ok));
  }
}

void ReportStreams::Handle(ReportStream& stream, const ReportStream::Event& event) {
  if (event.accepted) {
    AcceptOne();
    absl::MutexLock lock(&mutex_);
    if (streams_.size() > options_.most_streams + kWaitingCalls) {
      stream.End(absl::ResourceExhaustedError(
          absl::StrCat("this server has ", options_.most_streams,
                       " streams of agents already; try again later, or another server")));
    }
  }
  if (event.has_message) {
    sink_.OnMessage(stream.session(), stream.peer(), stream.TakeMessage(),
                    std::make_shared<Reply>(weak_from_this(), stream.session()));
  }
  if (event.ended) sink_.OnEnd(stream.session());
  if (!event.over) return;
  absl::MutexLock lock(&mutex_);
  streams_.erase(stream.session());
}

void ReportStreams::EndStreams() {
  std::vector<std::shared_ptr<ReportStream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    is_ending_ = true;
    for (const auto& [session, stream] : streams_) streams.push_back(stream);
  }
  for (const std::shared_ptr<ReportStream>& stream : streams) stream->End(Stopping());
}

void ReportStreams::Stop() {
  EndStreams();
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(is_stopped_, true)) return;
    const auto none_is_left = [this]()
                                  ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return streams_.empty(); };
    mutex_.Await(absl::Condition(&none_is_left));
  }
  if (queue_ != nullptr) queue_->Shutdown();
  if (thread_.joinable()) {
    thread_.join();
  } else if (queue_ != nullptr) {
    void* tag = nullptr;
    bool ok = false;
    while (queue_->Next(&tag, &ok)) {
    }
  }
}

ReportService::ReportService(ReportSink& sink, const Options& options)
    : streams_(std::make_shared<ReportStreams>(sink, options)) {}

ReportService::~ReportService() { Stop(); }

void ReportService::Register(grpc::ServerBuilder& builder) { streams_->Register(builder); }

void ReportService::Start() { streams_->Start(); }

void ReportService::EndStreams() { streams_->EndStreams(); }

void ReportService::Stop() { streams_->Stop(); }

}  // namespace fairlead
