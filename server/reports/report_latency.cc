// Claim: a message is with the sink less than 0.3 ms (median) after an agent wrote it, though the
// stream was quiet for two seconds.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "fairlead/v1/report.grpc.pb.h"
#include "server/base/clock.h"
#include "server/reports/report_service.h"

namespace fairlead {
namespace {

constexpr int kSamples = 20;
constexpr absl::Duration kQuiet = absl::Seconds(2);

class Arrivals final : public ReportSink {
 public:
  void OnMessage(SessionId, std::string, v1::ReportRequest,
                 std::shared_ptr<ReportReply> reply) override {
    const absl::Duration now = Clock::Real().Monotonic();
    reply->Answer({});
    absl::MutexLock lock(&mutex_);
    arrived_ = now;
    ++count_;
  }
  void OnEnd(SessionId) override {}

  absl::Duration Await(int count) {
    absl::MutexLock lock(&mutex_);
    const auto has_come = [this, count]()
                              ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return count_ >= count; };
    mutex_.Await(absl::Condition(&has_come));
    return arrived_;
  }
  // Nothing comes meanwhile.
  void StayQuiet(absl::Duration time) {
    absl::MutexLock lock(&mutex_);
    const auto never = [] { return false; };
    mutex_.AwaitWithTimeout(absl::Condition(&never), time);
  }

 private:
  absl::Mutex mutex_;
  absl::Duration arrived_ ABSL_GUARDED_BY(mutex_);
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

void Measure() {
  Arrivals arrivals;
  ReportService service(arrivals);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  service.Register(builder);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  service.Start();

  const auto stub = v1::ReportService::NewStub(
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const auto call = stub->Report(&context);
  v1::ReportRequest message;
  message.mutable_heartbeat()->set_sequence(1);
  call->Write(message);
  arrivals.Await(1);
  std::vector<absl::Duration> times;
  for (int sample = 0; sample < kSamples; ++sample) {
    arrivals.StayQuiet(kQuiet);
    const absl::Duration begin = Clock::Real().Monotonic();
    call->Write(message);
    times.push_back(arrivals.Await(sample + 2) - begin);
  }
  context.TryCancel();
  call->Finish();
  server->Shutdown();
  service.Stop();
  std::sort(times.begin(), times.end());
  std::printf(
      "agent's write to sink after %g s of quiet, %d samples: median %.3f ms, most %.3f ms\n",
      absl::ToDoubleSeconds(kQuiet), kSamples, absl::ToDoubleMilliseconds(times[times.size() / 2]),
      absl::ToDoubleMilliseconds(times.back()));
}

}  // namespace
}  // namespace fairlead

int main() {
  fairlead::Measure();
  return 0;
}
