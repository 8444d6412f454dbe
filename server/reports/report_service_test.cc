#include "server/reports/report_service.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "fairlead/v1/report.grpc.pb.h"
#include "server/reports/catalog_server.h"
#include "test/fakes/agent/fake_agent.h"
#include "test/fakes/agent/web_container.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;

using Hosts = std::map<std::string, v1::Host>;

auto HasContainers(const std::string& host, uint32_t containers) {
  return [=](const Hosts& hosts) {
    const auto found = hosts.find(host);
    return found != hosts.end() && found->second.containers() == containers &&
           found->second.state() == v1::Host::CONNECTED;
  };
}

auto HasState(const std::string& host, v1::Host::State state) {
  return [=](const Hosts& hosts) {
    const auto found = hosts.find(host);
    return found != hosts.end() && found->second.state() == state;
  };
}

TEST(ReportService, WhatAnAgentTellsIsTakenAndAcknowledged) {
  CatalogServer server;
  FakeAgent agent({.address = server.address()});
  agent.Run(WebContainer("h1", 1, "172.20.0.2"));
  agent.Run(WebContainer("h1", 2, "172.20.0.3"));
  EXPECT_TRUE(agent.AwaitAcknowledged());
  EXPECT_TRUE(server.Await(HasContainers("h1", 2)));
  agent.Remove(WebContainer("h1", 1, "").id());
  EXPECT_TRUE(agent.AwaitAcknowledged());
  EXPECT_TRUE(server.Await(HasContainers("h1", 1)));
  EXPECT_EQ(server.Hosts()["h1"].addresses(0), "127.0.0.1");
  EXPECT_EQ(agent.resyncs(), 0);
}

TEST(ReportService, AGapIsHealedByASnapshot) {
  CatalogServer server;
  FakeAgent agent({.address = server.address()});
  ASSERT_TRUE(agent.AwaitAcknowledged());
  agent.SkipSequence();
  agent.Run(WebContainer("h1", 1, "172.20.0.2"));
  EXPECT_TRUE(server.Await(HasContainers("h1", 1)));
  EXPECT_TRUE(agent.AwaitAcknowledged());
  EXPECT_GE(agent.resyncs(), 1);
}

TEST(ReportService, AnAgentThatIsGoneIsNoticedAtOnceAndMayComeBack) {
  CatalogServer server;
  FakeAgent agent({.address = server.address()});
  agent.Run(WebContainer("h1", 1, "172.20.0.2"));
  ASSERT_TRUE(server.Await(HasContainers("h1", 1)));
  agent.Kill();
  EXPECT_TRUE(server.Await(HasState("h1", v1::Host::DISCONNECTED)));
  EXPECT_EQ(server.Hosts()["h1"].containers(), 1u);
  agent.Start();
  EXPECT_TRUE(server.Await(HasContainers("h1", 1)));
}

TEST(ReportService, ASecondAgentIsRefusedAndTheFirstServesOn) {
  CatalogServer server;
  FakeAgent first({.address = server.address()});
  ASSERT_TRUE(first.AwaitAcknowledged());
  FakeAgent second({.address = server.address(), .reconnects = false});
  EXPECT_TRUE(second.AwaitEnd(grpc::StatusCode::ALREADY_EXISTS));
  EXPECT_THAT(second.EndMessage(), HasSubstr("claims the host id h1"));
  first.Run(WebContainer("h1", 1, "172.20.0.2"));
  EXPECT_TRUE(first.AwaitAcknowledged());
  EXPECT_EQ(first.streams(), 1);
}

TEST(ReportService, ManyAgentsAtOnce) {
  CatalogServer server;
  std::vector<std::unique_ptr<FakeAgent>> agents;
  for (int i = 0; i < 40; ++i) {
    agents.push_back(std::make_unique<FakeAgent>(
        FakeAgent::Options{.address = server.address(), .host_id = absl::StrCat("h", i)}));
    agents.back()->Run(WebContainer(absl::StrCat("h", i), 1, "172.20.0.2"));
  }
  for (const auto& agent : agents) EXPECT_TRUE(agent->AwaitAcknowledged());
  EXPECT_EQ(server.Hosts().size(), 40u);
}

TEST(ReportService, ALieEndsTheStreamWithItsReason) {
  CatalogServer server;
  FakeAgent agent({.address = server.address(), .reconnects = false});
  ASSERT_TRUE(agent.AwaitAcknowledged());
  v1::ReportRequest hello;
  hello.mutable_hello()->set_host_id("h2");
  agent.Send(hello);
  EXPECT_TRUE(agent.AwaitEnd(grpc::StatusCode::FAILED_PRECONDITION));
  EXPECT_THAT(agent.EndMessage(), HasSubstr("second Hello"));
}

// A stream without an agent around it.
class RawStream {
 public:
  explicit RawStream(const std::string& address)
      : stub_(v1::ReportService::NewStub(
            grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))),
        call_(stub_->Report(&context_)) {}

  bool Write(const v1::ReportRequest& message) { return call_->Write(message); }
  // The end that the server gives it.
  grpc::Status End() {
    v1::ReportResponse response;
    while (call_->Read(&response)) {
    }
    return call_->Finish();
  }
  void Cancel() { context_.TryCancel(); }
  void Leave() { call_->WritesDone(); }

 private:
  std::unique_ptr<v1::ReportService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ReportRequest, v1::ReportResponse>> call_;
};

TEST(ReportService, AStreamWithoutHelloIsEnded) {
  CatalogServer server({.patience = absl::Milliseconds(100)});
  RawStream stream(server.address());
  EXPECT_EQ(stream.End().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_EQ(server.ends(), 0);
}

TEST(ReportService, AMessageBeforeHelloIsRefused) {
  CatalogServer server;
  RawStream stream(server.address());
  v1::ReportRequest message;
  message.mutable_heartbeat()->set_sequence(1);
  stream.Write(message);
  EXPECT_EQ(stream.End().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST(ReportService, OneStreamTooManyIsRefused) {
  CatalogServer server({.most_streams = 2});
  FakeAgent first({.address = server.address(), .host_id = "h1"});
  FakeAgent second({.address = server.address(), .host_id = "h2"});
  ASSERT_TRUE(first.AwaitAcknowledged());
  ASSERT_TRUE(second.AwaitAcknowledged());
  RawStream third(server.address());
  EXPECT_EQ(third.End().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(ReportService, AnAgentThatLeavesIsGivenOk) {
  CatalogServer server;
  RawStream stream(server.address());
  stream.Leave();
  EXPECT_TRUE(stream.End().ok());
}

// The next message is read only when the one before is answered: what floods waits in the agent.
TEST(ReportService, AFloodIsHeldBack) {
  CatalogServer server;
  server.Hold();
  FakeAgent agent({.address = server.address(), .heartbeat_interval = absl::Milliseconds(1)});
  ASSERT_TRUE(server.Await([&](const Hosts&) { return server.messages() > 0; }));
  for (int i = 0; i < 100; ++i) agent.Run(WebContainer("h1", i, "172.20.0.2"));
  EXPECT_EQ(server.messages(), 1);
}

TEST(ReportService, AReplyThatIsDroppedEndsTheStream) {
  CatalogServer server;
  server.Hold();
  FakeAgent agent({.address = server.address(), .reconnects = false});
  ASSERT_TRUE(server.Await([&](const Hosts&) { return server.messages() > 0; }));
  server.DropHeld();
  EXPECT_TRUE(agent.AwaitEnd(grpc::StatusCode::UNAVAILABLE));
}

TEST(ReportService, EverySessionEndsOnce) {
  CatalogServer server;
  v1::ReportRequest hello;
  hello.mutable_hello()->set_epoch("e");
  for (int i = 0; i < 30; ++i) {
    hello.mutable_hello()->set_host_id(absl::StrCat("h", i));
    RawStream stream(server.address());
    stream.Write(hello);
    ASSERT_TRUE(
        server.Await([&](const Hosts& hosts) { return hosts.contains(absl::StrCat("h", i)); }));
    if (i % 3 == 0) stream.Cancel();
    if (i % 3 == 1) stream.Leave();
    if (i % 3 == 2) stream.Write(hello);  // out of turn
    stream.End();
    ASSERT_TRUE(server.Await([&](const Hosts&) { return server.ends() >= i + 1; }));
  }
  server.Shutdown();
  EXPECT_EQ(server.ends(), 30);
}

TEST(ReportService, StopsInAnyState) {
  for (int round = 0; round < 10; ++round) {
    CatalogServer server;
    if (round % 2 == 0) server.Hold();
    std::vector<std::unique_ptr<FakeAgent>> agents;
    for (int i = 0; i < 5; ++i) {
      agents.push_back(std::make_unique<FakeAgent>(
          FakeAgent::Options{.address = server.address(), .host_id = absl::StrCat("h", i)}));
    }
    RawStream without_hello(server.address());
    if (round > 5) {
      ASSERT_TRUE(server.Await([&](const Hosts&) { return server.messages() > 4; }));
    }
    server.Shutdown();
    EXPECT_FALSE(without_hello.End().ok());
  }
}

TEST(ReportService, AServerThatStopsSaysSo) {
  CatalogServer server;
  FakeAgent agent({.address = server.address(), .reconnects = false});
  ASSERT_TRUE(agent.AwaitAcknowledged());
  server.Shutdown();
  EXPECT_TRUE(agent.AwaitEnd(grpc::StatusCode::UNAVAILABLE));
  EXPECT_THAT(agent.EndMessage(), HasSubstr("the server is stopping"));
}

TEST(ReportService, ThatWasNeverStartedStops) {
  class Nobody final : public ReportSink {
    void OnMessage(SessionId, std::string, v1::ReportRequest,
                   std::shared_ptr<ReportReply>) override {}
    void OnEnd(SessionId) override {}
  };
  Nobody nobody;
  { const ReportService unregistered(nobody); }
  grpc::ServerBuilder builder;
  ReportService service(nobody);
  service.Register(builder);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  server->Shutdown();
  service.Stop();
}

}  // namespace
}  // namespace fairlead
