// The xDS port by itself, over real gRPC: what a stream is told, and what ends it.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/service/discovery/v3/ads.grpc.pb.h"
#include "envoy/service/endpoint/v3/eds.grpc.pb.h"
#include "server/admin/health_service.h"
#include "server/base/acceptor.h"
#include "server/subscriptions/xds_service.h"
#include "test/fakes/proxy/fake_proxy.h"

namespace fairlead {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::service::discovery::v3::AggregatedDiscoveryService;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;

ResourceChange AssignmentOf(const std::string& name, const std::string& ip) {
  ClusterLoadAssignment assignment;
  assignment.set_cluster_name(name);
  auto& endpoint = *assignment.add_endpoints()->add_lb_endpoints();
  endpoint.set_health_status(envoy::config::core::v3::HEALTHY);
  auto& socket = *endpoint.mutable_endpoint()->mutable_address()->mutable_socket_address();
  socket.set_address(ip);
  socket.set_port_value(80);
  return {Type::kEndpoint, name, Resource::Of(Type::kEndpoint, name, assignment)};
}

// Puts every stream in view 1, whose snapshot the test changes.
class XdsPort final : public StreamObserver {
 public:
  XdsPort() : xds_({.queues = 2, .most_streams = 50, .identifier = "test"}, *this) {
    grpc::ServerBuilder builder;
    acceptor_ = std::move(*Acceptor::Bind("127.0.0.1:0"));
    acceptor_->AddTo(builder, grpc::InsecureServerCredentials());
    builder.RegisterService(&health_);
    xds_.Register(builder);
    server_ = builder.BuildAndStart();
    xds_.Start();
    acceptor_->Start();
  }
  ~XdsPort() override {
    acceptor_.reset();
    server_->Shutdown(std::chrono::system_clock::now());
    xds_.Stop();
  }

  void Change(std::vector<ResourceChange> changes) {
    absl::MutexLock lock(&mutex_);
    snapshot_ = snapshot_->With(changes);
    xds_.Publish(1, snapshot_,
                 std::make_shared<const std::vector<ResourceChange>>(std::move(changes)));
  }

  const std::string& address() const { return acceptor_->address(); }
  std::shared_ptr<grpc::Channel> Channel() const {
    return grpc::CreateChannel(address(), grpc::InsecureChannelCredentials());
  }
  void AwaitOpen(int streams) {
    absl::MutexLock lock(&mutex_);
    const auto condition = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return open_ == streams; };
    EXPECT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&condition), absl::Seconds(20)));
  }
  XdsService& xds() { return xds_; }

  void OnStream(StreamId stream, const ProxyIdentity& proxy) override {
    absl::MutexLock lock(&mutex_);
    ++open_;
    if (proxy.node_id == "refused") {
      xds_.Refuse(stream, absl::ResourceExhaustedError("too many"));
    } else {
      xds_.Attach(stream, 1, snapshot_);
    }
  }
  void OnStreamEnd(StreamId, const ProxyIdentity&) override {
    absl::MutexLock lock(&mutex_);
    --open_;
  }
  void OnAnswer(StreamId, const ProxyIdentity&, Type, const std::string&) override {}
  void OnWithheld(StreamId, const ProxyIdentity&, Type,
                  const std::vector<RefusedResource>&) override {}

 private:
  absl::Mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_ ABSL_GUARDED_BY(mutex_) = Snapshot::Empty();
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
  HealthService health_{std::make_shared<ServingState>()};
  XdsService xds_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
};

// A client of the state of the world that does just what it is told.
class Client {
 public:
  explicit Client(const XdsPort& port)
      : stub_(AggregatedDiscoveryService::NewStub(port.Channel())),
        stream_(stub_->StreamAggregatedResources(&context_)) {}

  void Send(const DiscoveryRequest& request) { stream_->Write(request); }
  DiscoveryResponse Read() {
    DiscoveryResponse response;
    EXPECT_TRUE(stream_->Read(&response));
    return response;
  }
  grpc::Status HalfClose() {
    stream_->WritesDone();
    DiscoveryResponse ignored;
    while (stream_->Read(&ignored)) {
    }
    return stream_->Finish();
  }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<AggregatedDiscoveryService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<DiscoveryRequest, DiscoveryResponse>> stream_;
};

DiscoveryRequest RequestFor(Type type, std::vector<std::string> names = {},
                            const std::string& node = "edge") {
  DiscoveryRequest request;
  request.set_type_url(std::string(TypeUrl(type)));
  for (std::string& name : names) request.add_resource_names(std::move(name));
  if (!node.empty()) request.mutable_node()->set_id(node);
  return request;
}

TEST(XdsPort, AnswersAndPushesToManyProxies) {
  XdsPort port;
  port.Change({{Type::kCluster, "a", Resource::FromBytes(Type::kCluster, "a", "")},
               AssignmentOf("a", "192.0.2.1")});
  std::vector<std::unique_ptr<FakeProxy>> proxies;
  for (int i = 0; i < 10; ++i) {
    proxies.push_back(std::make_unique<FakeProxy>(
        FakeProxy::Options{port.address(), absl::StrCat("edge-", i), "", ""}));
  }
  for (const auto& proxy : proxies) EXPECT_TRUE(proxy->AwaitHealthy("a", {"192.0.2.1:80"}));
  port.Change({AssignmentOf("a", "192.0.2.2")});
  for (const auto& proxy : proxies) {
    EXPECT_TRUE(proxy->AwaitHealthy("a", {"192.0.2.2:80"}));
    EXPECT_EQ(proxy->resources(), 3);  // a cluster, and its endpoints twice: nothing else
  }
  v1::ListProxiesResponse described;
  port.xds().Describe(described);
  EXPECT_EQ(described.proxies_size(), 10);
}

TEST(XdsPort, ServesTheSingletonServices) {
  XdsPort port;
  port.Change({AssignmentOf("a", "192.0.2.1")});
  const auto stub = envoy::service::endpoint::v3::EndpointDiscoveryService::NewStub(port.Channel());
  grpc::ClientContext context;
  const auto stream = stub->StreamEndpoints(&context);
  DiscoveryRequest request = RequestFor(Type::kEndpoint, {"a"});
  request.clear_type_url();
  stream->Write(request);
  DiscoveryResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.type_url(), TypeUrl(Type::kEndpoint));
  EXPECT_EQ(response.resources_size(), 1);
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());  // T51
}

TEST(XdsPort, TheFirstMessageNeedsANode) {  // T25
  XdsPort port;
  Client client(port);
  client.Send(RequestFor(Type::kCluster, {}, ""));
  EXPECT_EQ(client.HalfClose().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(XdsPort, LaterMessagesMayHaveANodeOrNot) {  // T24
  XdsPort port;
  port.Change({AssignmentOf("a", "192.0.2.1"), AssignmentOf("b", "192.0.2.1")});
  Client client(port);
  client.Send(RequestFor(Type::kEndpoint, {"a"}));
  client.Read();
  client.Send(RequestFor(Type::kEndpoint, {"a", "b"}, ""));
  EXPECT_EQ(client.Read().resources_size(), 1);
  client.Send(RequestFor(Type::kCluster));
  EXPECT_EQ(client.Read().type_url(), TypeUrl(Type::kCluster));
  EXPECT_TRUE(client.HalfClose().ok());
}

TEST(XdsPort, NodeMetadataOfTheWrongTypeIsRefusedByName) {
  XdsPort port;
  Client client(port);
  DiscoveryRequest request = RequestFor(Type::kCluster);
  (*(*request.mutable_node()->mutable_metadata()->mutable_fields())["fairlead"]
        .mutable_struct_value()
        ->mutable_fields())["host"]
      .set_number_value(7);
  client.Send(request);
  const grpc::Status status = client.HalfClose();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), testing::HasSubstr("fairlead.host"));
}

TEST(XdsPort, AStreamMayBeRefused) {
  XdsPort port;
  Client client(port);
  client.Send(RequestFor(Type::kCluster, {}, "refused"));
  EXPECT_EQ(client.HalfClose().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST(XdsPort, OneStreamTooManyIsRefusedAndTheOthersGoOn) {
  XdsPort port;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 50; ++i) {
    clients.push_back(std::make_unique<Client>(port));
    clients.back()->Send(RequestFor(Type::kCluster));
    clients.back()->Read();
  }
  Client last(port);
  last.Send(RequestFor(Type::kCluster));
  EXPECT_EQ(last.HalfClose().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  port.Change({{Type::kCluster, "a", Resource::FromBytes(Type::kCluster, "a", "")}});
  for (const auto& client : clients) client->Cancel();
  port.AwaitOpen(0);
}

TEST(XdsPort, GarbageAndUnknownMethodsEndInAStatus) {
  XdsPort port;
  grpc::GenericStub stub(port.Channel());
  for (const auto& [method, code] :
       {std::pair{
            "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources",
            grpc::StatusCode::INVALID_ARGUMENT},
        std::pair{"/no.such.Service/Method", grpc::StatusCode::UNIMPLEMENTED}}) {
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const auto call = stub.PrepareUnaryCall(
        &context, method,
        [] {
          grpc::Slice garbage("\xff\xff\xff garbage");
          return grpc::ByteBuffer(&garbage, 1);
        }(),
        &queue);
    call->StartCall();
    grpc::ByteBuffer reply;
    grpc::Status status;
    call->Finish(&reply, &status, nullptr);
    void* tag;
    bool ok;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    EXPECT_EQ(status.error_code(), code) << method;
    queue.Shutdown();
    while (queue.Next(&tag, &ok)) {
    }
  }
}

TEST(XdsPort, ClientsThatVanishInTheMiddleOfAPushLeaveNothing) {  // T51
  XdsPort port;
  for (int i = 0; i < 20; ++i) {
    Client client(port);
    client.Send(RequestFor(Type::kCluster));
    client.Read();
    port.Change(
        {{Type::kCluster, absl::StrCat("c", i),
          Resource::FromBytes(Type::kCluster, absl::StrCat("c", i), std::string(100'000, 'x'))}});
    client.Cancel();
  }
  port.AwaitOpen(0);
}

}  // namespace
}  // namespace fairlead
