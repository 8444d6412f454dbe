#include "agents/reporter/reporter.h"

#include <pthread.h>

#include <utility>

#include "fairlead/v1/report.grpc.pb.h"
#include "server/base/backoff.h"
#include "server/base/clock.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(absl::ToInt64Milliseconds(duration));
}

grpc::ChannelArguments ChannelArguments(absl::Duration connect_timeout) {
  constexpr int kLargestResponse = 64 << 10;
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // Each try is a new channel with a connection of its own; the waits between them are ours. gRPC
  // takes the least wait for the time that connecting may take.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, Milliseconds(connect_timeout));
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(kLargestResponse);
  return arguments;
}

void LogEnd(const std::string& server, const std::string& host_id, const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::ALREADY_EXISTS) {
    spdlog::error(
        "server {} has another agent for host id '{}', so this one is not heard: {}; give "
        "each host its own --host-id",
        server, host_id, Quoted(status.error_message()));
    return;
  }
  spdlog::warn("no report stream to server {}, tried again soon: {} (code {})", server,
               Quoted(status.error_message()), static_cast<int>(status.error_code()));
}

}  // namespace

Reporter::Reporter(Options options)
    : options_(std::move(options)), outbox_(options_.outbox), thread_([this] { Run(); }) {}

Reporter::~Reporter() { Stop(); }

void Reporter::Report(HostUpdate update) {
  absl::MutexLock lock(&mutex_);
  outbox_.Merge(std::move(update));
}

void Reporter::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  if (thread_.joinable()) thread_.join();
}

bool Reporter::StoppedWithin(absl::Duration wait) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&stopped_), wait);
  return stopped_;
}

void Reporter::Run() {
  pthread_setname_np(pthread_self(), "reporter");
  Backoff backoff(options_.first_wait, options_.last_wait);
  {
    absl::MutexLock lock(&mutex_);
    const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return stopped_ || outbox_.Ready();
    };
    mutex_.Await(absl::Condition(&ready));
    if (stopped_) return;
  }
  size_t next = 0;
  do {
    const std::string& server = options_.servers[next++ % options_.servers.size()];
    const grpc::Status status = RunStream(server);
    if (StoppedWithin(absl::ZeroDuration())) return;
    LogEnd(server, options_.outbox.hello.host_id(), status);
    absl::MutexLock lock(&mutex_);
    if (outbox_.acknowledged() != 0) backoff.Reset();
  } while (!StoppedWithin(backoff.Next()));
}

std::optional<v1::ReportRequest> Reporter::NextMessage() {
  absl::MutexLock lock(&mutex_);
  while (true) {
    if (stopped_ || stream_ended_) return std::nullopt;
    const absl::Duration now = Clock::Real().Monotonic();
    if (auto message = outbox_.Next(now)) return message;
    const absl::Duration due = outbox_.NextDue();
    const auto changed = [this, due]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return stopped_ || stream_ended_ || outbox_.NextDue() < due;
    };
    mutex_.AwaitWithTimeout(absl::Condition(&changed), due - now);
  }
}

grpc::Status Reporter::RunStream(const std::string& server) {
  const auto stub = v1::ReportService::NewStub(grpc::CreateCustomChannel(
      server, options_.credentials, ChannelArguments(options_.connect_timeout)));
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    outbox_.Begin();
    stream_ended_ = false;
    context_ = &context;
    if (stopped_) context.TryCancel();
  }
  const auto stream = stub->Report(&context);
  std::thread reader([this, &stream, &server] {
    pthread_setname_np(pthread_self(), "answers");
    v1::ReportResponse response;
    bool first = true;
    while (stream->Read(&response)) {
      if (std::exchange(first, false)) spdlog::info("reports to server {}", server);
      absl::MutexLock lock(&mutex_);
      outbox_.Received(response);
    }
    absl::MutexLock lock(&mutex_);
    stream_ended_ = true;
  });
  while (const auto message = NextMessage()) {
    if (!stream->Write(*message)) break;
  }
  context.TryCancel();  // of no effect if the stream has ended by itself
  reader.join();
  {
    absl::MutexLock lock(&mutex_);
    context_ = nullptr;
  }
  return stream->Finish();
}

}  // namespace fairlead
