// The reporter against real servers over real sockets.
#include "agents/reporter/reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "absl/strings/str_cat.h"
#include "fairlead/v1/report.grpc.pb.h"
#include "server/base/tls.h"
#include "test/support/certificates.h"

namespace fairlead {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(20);

// Keeps what agents say, and says what it is told to.
class ReportServer final : public v1::ReportService::Service {
 public:
  explicit ReportServer(
      const std::string& address = "127.0.0.1:0",
      std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials()) {
    server_ = grpc::ServerBuilder()
                  .AddListeningPort(address, std::move(credentials), &port_)
                  .RegisterService(this)
                  .BuildAndStart();
  }
  ~ReportServer() override {
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
  }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  // Refuses streams so, from now on.
  void Refuse(grpc::Status status) {
    absl::MutexLock lock(&mutex_);
    refusal_ = std::move(status);
  }
  // Ends the streams that are open.
  void EndStreams() {
    absl::MutexLock lock(&mutex_);
    for (grpc::ServerContext* context : contexts_) context->TryCancel();
  }
  // Goes with the answer to the next message.
  void AskForResync() {
    absl::MutexLock lock(&mutex_);
    resync_ = true;
  }
  void StopReading(bool stop) {
    absl::MutexLock lock(&mutex_);
    reading_ = !stop;
  }
  // Takes the next message out; an empty one if none came in time.
  v1::ReportRequest Take() {
    absl::MutexLock lock(&mutex_);
    const auto there = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !requests_.empty(); };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&there), kDeadline)) return {};
    v1::ReportRequest request = std::move(requests_.front());
    requests_.pop_front();
    return request;
  }
  bool AwaitStreams(int count) {
    absl::MutexLock lock(&mutex_);
    const auto there = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return streams_ >= count; };
    return mutex_.AwaitWithTimeout(absl::Condition(&there), kDeadline);
  }

 private:
  grpc::Status Report(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::ReportResponse, v1::ReportRequest>* stream) override {
    {
      absl::MutexLock lock(&mutex_);
      ++streams_;
      if (!refusal_.ok()) return refusal_;
      contexts_.push_back(context);
    }
    v1::ReportRequest request;
    while (stream->Read(&request)) stream->Write(Keep(request));
    absl::MutexLock lock(&mutex_);
    contexts_.erase(std::find(contexts_.begin(), contexts_.end(), context));
    return grpc::Status::OK;
  }
  v1::ReportResponse Keep(const v1::ReportRequest& request) {
    absl::MutexLock lock(&mutex_);
    requests_.push_back(request);
    const auto reading = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return reading_; };
    mutex_.Await(absl::Condition(&reading));
    v1::ReportResponse response;
    response.set_acknowledged(request.has_update() ? request.update().sequence()
                                                   : request.snapshot().sequence());
    response.set_resync(std::exchange(resync_, false));
    return response;
  }

  absl::Mutex mutex_;
  std::deque<v1::ReportRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<grpc::ServerContext*> contexts_ ABSL_GUARDED_BY(mutex_);
  grpc::Status refusal_ ABSL_GUARDED_BY(mutex_);
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
  bool resync_ ABSL_GUARDED_BY(mutex_) = false;
  bool reading_ ABSL_GUARDED_BY(mutex_) = true;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

Reporter::Options To(std::vector<std::string> servers) {
  Reporter::Options options;
  options.servers = std::move(servers);
  options.credentials = grpc::InsecureChannelCredentials();
  options.outbox.hello.set_host_id("h1");
  options.outbox.snapshot_interval = absl::Milliseconds(1);
  options.first_wait = absl::Milliseconds(5);
  options.last_wait = absl::Milliseconds(50);
  return options;
}

HostUpdate Upsert(const std::string& id) {
  HostUpdate update;
  auto facts = std::make_shared<v1::Container>();
  facts->set_id(id);
  update.upserts.push_back(std::move(facts));
  return update;
}

HostUpdate WholeHost(const std::string& id) {
  HostUpdate update = Upsert(id);
  update.engine.emplace().set_reachable(true);
  return update;
}

void ExpectBeginning(ReportServer& server, const std::vector<std::string>& ids) {
  EXPECT_EQ(server.Take().hello().host_id(), "h1");
  const v1::ReportRequest request = server.Take();
  EXPECT_TRUE(request.snapshot().last());
  std::vector<std::string> got;
  for (const auto& container : request.snapshot().containers()) got.push_back(container.id());
  EXPECT_EQ(got, ids);
}

TEST(Reporter, SaysHelloTheWholeHostAndWhatChanges) {
  ReportServer server;
  Reporter reporter(To({server.address()}));
  reporter.Report(WholeHost("a"));
  ExpectBeginning(server, {"a"});
  reporter.Report(Upsert("b"));
  EXPECT_EQ(server.Take().update().upserts(0).id(), "b");
}

TEST(Reporter, ComesBackAfterTheStreamEnds) {
  ReportServer server;
  Reporter reporter(To({server.address()}));
  reporter.Report(WholeHost("a"));
  ExpectBeginning(server, {"a"});
  server.EndStreams();
  ASSERT_TRUE(server.AwaitStreams(2));
  ExpectBeginning(server, {"a"});
}

TEST(Reporter, ComesBackAfterTheServerWasAway) {
  auto server = std::make_unique<ReportServer>();
  const std::string address = server->address();
  Reporter reporter(To({address}));
  reporter.Report(WholeHost("a"));
  ExpectBeginning(*server, {"a"});
  server.reset();
  reporter.Report(Upsert("b"));
  ReportServer again(address);
  ExpectBeginning(again, {"a", "b"});
}

TEST(Reporter, GoesToTheNextServer) {
  ReportServer refusing;
  refusing.Refuse(grpc::Status(grpc::StatusCode::ALREADY_EXISTS, "h1 is connected from 10.0.0.1"));
  ReportServer server;
  Reporter reporter(To({"127.0.0.1:1", refusing.address(), server.address()}));
  reporter.Report(WholeHost("a"));
  ExpectBeginning(server, {"a"});
  EXPECT_TRUE(refusing.AwaitStreams(1));
}

TEST(Reporter, ResyncsOnDemand) {
  ReportServer server;
  Reporter reporter(To({server.address()}));
  reporter.Report(WholeHost("a"));
  ExpectBeginning(server, {"a"});
  server.AskForResync();
  reporter.Report(Upsert("b"));
  EXPECT_TRUE(server.Take().has_update());
  const v1::ReportRequest request = server.Take();
  EXPECT_EQ(request.snapshot().containers_size(), 2);
  EXPECT_EQ(request.snapshot().sequence(), 3);
}

TEST(Reporter, AServerThatReadsSlowlyIsToldTheLastStateOnly) {
  ReportServer server;
  Reporter reporter(To({server.address()}));
  reporter.Report(WholeHost("a"));
  ExpectBeginning(server, {"a"});
  server.StopReading(true);
  constexpr int kUpdates = 2000;
  for (int i = 0; i < kUpdates; ++i) {
    HostUpdate update;
    auto facts = std::make_shared<v1::Container>();
    facts->set_id("a");
    facts->set_name(absl::StrCat(i, std::string(100'000, 'x')));
    update.upserts.push_back(std::move(facts));
    reporter.Report(std::move(update));
  }
  server.StopReading(false);
  int messages = 0;
  std::string name;
  while (name.rfind("1999x", 0) != 0) {
    const v1::ReportRequest request = server.Take();
    ASSERT_TRUE(request.has_update());
    name = request.update().upserts(0).name();
    ++messages;
  }
  EXPECT_LT(messages, kUpdates / 2) << "changes merge";
}

TEST(Reporter, StopsAtOnceWhateverItIsDoing) {
  for (const bool connected : {true, false}) {
    ReportServer server;
    Reporter reporter(To({connected ? server.address() : "127.0.0.1:1"}));
    reporter.Report(WholeHost("a"));
    if (connected) {
      ExpectBeginning(server, {"a"});
    }
    reporter.Stop();
    reporter.Report(Upsert("b"));
  }
  Reporter idle(To({"127.0.0.1:1"}));
}

TEST(Reporter, WithTlsBothSidesKnowEachOther) {
  const TestAuthority authority("authority");
  const auto server_files = authority.Issue("server", "IP:127.0.0.1");
  const auto agent_files = authority.Issue("agent", "URI:spiffe://example/agent/h1");
  const auto with = [&](const TestAuthority::Files& files) {
    TlsOptions tls;
    tls.certificate_file = files.certificate;
    tls.key_file = files.key;
    tls.authorities_file = authority.certificate_file();
    return tls;
  };
  ReportServer server("127.0.0.1:0", *ServerCredentials(with(server_files), {"127.0.0.1:0"}));
  Reporter::Options options = To({server.address()});
  options.credentials = *ChannelCredentials(with(agent_files), options.servers);
  Reporter reporter(std::move(options));
  reporter.Report(WholeHost("a"));
  ExpectBeginning(server, {"a"});
}

}  // namespace
}  // namespace fairlead
