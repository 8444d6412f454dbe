#include "server/admin/admin_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/admin/fake_inspection.h"
#include "server/admin/loopback_server.h"

namespace fairlead {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Answers with what it was asked, or with an error.
class FakeResources final : public ResourceAdmin {
 public:
  absl::Status PutResources(const v1::PutResourcesRequest& request,
                            v1::PutResourcesResponse& response) override {
    response.set_changed(static_cast<uint32_t>(request.resources_size()));
    return absl::OkStatus();
  }
  absl::Status DeleteResources(const v1::DeleteResourcesRequest& request,
                               v1::DeleteResourcesResponse& response) override {
    response.set_deleted(static_cast<uint32_t>(request.names_size()));
    return absl::OkStatus();
  }
  absl::Status ListResources(const v1::ListResourcesRequest& request,
                             v1::ListResourcesResponse& response) override {
    response.add_resources()->set_name(request.name());
    return absl::OkStatus();
  }
  absl::Status GetProxyConfig(const v1::GetProxyConfigRequest& request,
                              v1::GetProxyConfigResponse&) override {
    return absl::NotFoundError("no " + request.node_id());
  }
};

// As FakeResources.
class FakeCertificates final : public CertificateAdmin {
 public:
  absl::Status PutCertificate(const v1::PutCertificateRequest& request,
                              v1::PutCertificateResponse& response) override {
    response.set_changed(request.name() == "new");
    return absl::OkStatus();
  }
  absl::Status DeleteCertificate(const v1::DeleteCertificateRequest& request,
                                 v1::DeleteCertificateResponse&) override {
    return absl::NotFoundError("no " + request.name());
  }
  void ListCertificates(v1::ListCertificatesResponse& response) override {
    response.add_certificates()->set_name("shop.example");
  }
};

// As FakeResources.
class FakeExplain final : public ExplainAdmin {
 public:
  absl::Status Explain(const v1::ExplainRequest& request, v1::ExplainResponse& response) override {
    if (request.request().url().empty()) return absl::InvalidArgumentError("no URL");
    response.mutable_request()->set_summary("of " + request.request().url());
    return absl::OkStatus();
  }
};

class AdminServiceTest : public testing::Test {
 protected:
  AdminServiceTest() { inspection_.FillShop(); }

  grpc::Status Services(const std::string& name, v1::ListServicesResponse& response) {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::ListServicesRequest request;
    request.set_name(name);
    return stub_->ListServices(&context, request, &response);
  }
  grpc::Status Endpoints(const std::string& name, v1::ListEndpointsResponse& response) {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::ListEndpointsRequest request;
    request.set_name(name);
    return stub_->ListEndpoints(&context, request, &response);
  }

  FakeInspection inspection_;
  FakeResources resources_;
  FakeCertificates certificates_;
  FakeExplain explain_;
  Watches watches_;
  AdminServiceImpl service_{inspection_, resources_, certificates_, explain_, watches_};
  LoopbackServer server_{service_};
  std::unique_ptr<v1::AdminService::Stub> stub_ = v1::AdminService::NewStub(server_.Channel());
};

TEST_F(AdminServiceTest, Explains) {
  grpc::ClientContext context;
  SetDeadline(context);
  v1::ExplainRequest request;
  request.mutable_request()->set_url("http://a.example/");
  v1::ExplainResponse response;
  ASSERT_TRUE(stub_->Explain(&context, request, &response).ok());
  EXPECT_EQ(response.request().summary(), "of http://a.example/");
  grpc::ClientContext another;
  SetDeadline(another);
  const grpc::Status status = stub_->Explain(&another, {}, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "no URL");
}

TEST_F(AdminServiceTest, ListsWhatInspectionShows) {
  v1::ListHostsResponse hosts;
  v1::ListProxiesResponse proxies;
  v1::ListProblemsResponse problems;
  grpc::ClientContext contexts[3];
  EXPECT_TRUE(stub_->ListHosts(&contexts[0], {}, &hosts).ok());
  EXPECT_TRUE(stub_->ListProxies(&contexts[1], {}, &proxies).ok());
  EXPECT_TRUE(stub_->ListProblems(&contexts[2], {}, &problems).ok());
  EXPECT_EQ(hosts.DebugString(), inspection_.hosts.DebugString());
  EXPECT_EQ(proxies.DebugString(), inspection_.proxies.DebugString());
  EXPECT_EQ(problems.DebugString(), inspection_.problems.DebugString());
}

TEST_F(AdminServiceTest, ListsAllOrOneServiceAndItsEndpoints) {
  v1::ListServicesResponse all, one;
  EXPECT_TRUE(Services("", all).ok());
  EXPECT_EQ(all.services_size(), 2);
  EXPECT_TRUE(Services("shop/web", one).ok());
  EXPECT_EQ(one.services_size(), 1);

  v1::ListEndpointsResponse of_service, of_cluster, of_none;
  EXPECT_TRUE(Endpoints("shop/web", of_service).ok());
  EXPECT_EQ(of_service.endpoints_size(), 1);
  EXPECT_TRUE(Endpoints("shop/web:8000", of_cluster).ok());
  EXPECT_EQ(of_cluster.endpoints_size(), 1);
  EXPECT_TRUE(Endpoints("shop/api", of_none).ok()) << "it is there, and has no endpoints";
  EXPECT_EQ(of_none.endpoints_size(), 0);
}

TEST_F(AdminServiceTest, AnUnknownNameIsNotFoundAndTheNearestIsNamed) {
  v1::ListServicesResponse services;
  const grpc::Status service = Services("shop/wbe", services);
  EXPECT_EQ(service.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(service.error_message(), AllOf(HasSubstr("'shop/wbe'"), HasSubstr("'shop/web'?")));

  v1::ListEndpointsResponse endpoints;
  const grpc::Status cluster = Endpoints("shop/api:900", endpoints);
  EXPECT_EQ(cluster.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(cluster.error_message(), HasSubstr("'shop/api:9000'?"));

  const grpc::Status far = Endpoints("something else", endpoints);
  EXPECT_EQ(far.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(far.error_message(), HasSubstr("fairlead services"));
}

TEST_F(AdminServiceTest, StaticResourcesAndProxyConfigAreAskedOfThoseWhoHaveThem) {
  grpc::ClientContext contexts[4];
  v1::PutResourcesRequest put;
  put.add_resources();
  v1::PutResourcesResponse changed;
  EXPECT_TRUE(stub_->PutResources(&contexts[0], put, &changed).ok());
  EXPECT_EQ(changed.changed(), 1u);
  v1::DeleteResourcesRequest deletion;
  deletion.add_names("a");
  v1::DeleteResourcesResponse deleted;
  EXPECT_TRUE(stub_->DeleteResources(&contexts[1], deletion, &deleted).ok());
  EXPECT_EQ(deleted.deleted(), 1u);
  v1::ListResourcesRequest of_name;
  of_name.set_name("a");
  v1::ListResourcesResponse listed;
  EXPECT_TRUE(stub_->ListResources(&contexts[2], of_name, &listed).ok());
  EXPECT_EQ(listed.resources(0).name(), "a");
  v1::GetProxyConfigRequest of_node;
  of_node.set_node_id("edge-1");
  v1::GetProxyConfigResponse none;
  const grpc::Status missing = stub_->GetProxyConfig(&contexts[3], of_node, &none);
  EXPECT_EQ(missing.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(missing.error_message(), "no edge-1");
}

// A watch that has begun.
struct Watch {
  explicit Watch(v1::AdminService::Stub& stub) {
    SetDeadline(context);
    reader = stub.Watch(&context, {});
    v1::WatchResponse first;
    EXPECT_TRUE(reader->Read(&first));
    EXPECT_EQ(first.kind(), v1::WatchResponse::WATCHING);
    EXPECT_TRUE(first.has_time());
  }

  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::WatchResponse>> reader;
};

TEST_F(AdminServiceTest, AWatchTellsWhatIsPublishedAfterItsFirstMessage) {
  Watch watch(*stub_);
  v1::WatchResponse event;
  event.set_name("h1");
  watches_.Publish(event);
  v1::WatchResponse got;
  ASSERT_TRUE(watch.reader->Read(&got));
  EXPECT_EQ(got.name(), "h1");
  watch.context.TryCancel();
  EXPECT_EQ(watch.reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(AdminServiceTest, AWatchEndsWhenItsClientIsGone) {
  Watch watch(*stub_);
  EXPECT_TRUE(watches_.HasWatchers());
  watch.context.TryCancel();
  watch.reader->Finish();
  server_.Shutdown();  // waits for the call
  EXPECT_FALSE(watches_.HasWatchers());
}

TEST_F(AdminServiceTest, AWatchEndsAtShutdown) {
  Watch watch(*stub_);
  watches_.Shutdown();
  v1::WatchResponse none;
  EXPECT_FALSE(watch.reader->Read(&none));
  EXPECT_EQ(watch.reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(AdminServiceTest, AWatchThatReadsTooSlowlyIsEnded) {
  Watch watch(*stub_);
  // More than queue and flow control windows hold, and not much more: ThreadSanitizer looks at each
  // byte that gRPC hands over.
  v1::WatchResponse event;
  event.set_change(std::string(1024, 'x'));
  for (int i = 0; i < 4'000; ++i) watches_.Publish(event);
  v1::WatchResponse got;
  while (watch.reader->Read(&got)) {
  }
  EXPECT_EQ(watch.reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(AdminServiceTest, TooManyWatchesAreRefused) {
  std::vector<std::unique_ptr<Watches::Watcher>> watchers;
  for (size_t i = 0; i < Watches::kMostWatchers; ++i) watchers.push_back(watches_.Open().value());
  grpc::ClientContext context;
  SetDeadline(context);
  const auto reader = stub_->Watch(&context, {});
  v1::WatchResponse none;
  EXPECT_FALSE(reader->Read(&none));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(AdminServiceTest, CertificatesAreAskedOfWhoHasThem) {
  grpc::ClientContext contexts[3];
  v1::PutCertificateRequest put;
  put.set_name("new");
  v1::PutCertificateResponse changed;
  EXPECT_TRUE(stub_->PutCertificate(&contexts[0], put, &changed).ok());
  EXPECT_TRUE(changed.changed());
  v1::DeleteCertificateRequest deletion;
  deletion.set_name("old");
  v1::DeleteCertificateResponse deleted;
  const grpc::Status status = stub_->DeleteCertificate(&contexts[1], deletion, &deleted);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no old");
  v1::ListCertificatesResponse listed;
  EXPECT_TRUE(stub_->ListCertificates(&contexts[2], {}, &listed).ok());
  ASSERT_EQ(listed.certificates_size(), 1);
  EXPECT_EQ(listed.certificates(0).name(), "shop.example");
}

}  // namespace
}  // namespace fairlead
