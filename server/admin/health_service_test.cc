#include "server/admin/health_service.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/admin/loopback_server.h"

namespace fairlead {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

HealthCheckRequest Request(const std::string& service) {
  HealthCheckRequest request;
  request.set_service(service);
  return request;
}

class HealthServiceTest : public testing::Test {
 protected:
  HealthServiceTest() {
    state_->Set("", true);
    state_->Set(kXdsHealth, false);
  }

  std::shared_ptr<ServingState> state_ = std::make_shared<ServingState>();
  HealthService service_{state_};
  LoopbackServer server_{service_};
  std::unique_ptr<Health::Stub> stub_ = Health::NewStub(server_.Channel());
};

TEST_F(HealthServiceTest, ChecksByName) {
  const auto check = [this](const std::string& name, HealthCheckResponse& response) {
    grpc::ClientContext context;
    SetDeadline(context);
    return stub_->Check(&context, Request(name), &response);
  };
  HealthCheckResponse response;
  EXPECT_TRUE(check("", response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  EXPECT_TRUE(check(kXdsHealth, response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(check("else", response).error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(HealthServiceTest, TwoServersShowOneState) {
  HealthService other_service(state_);
  LoopbackServer other_server(other_service);
  const auto other = Health::NewStub(other_server.Channel());
  state_->Set(kXdsHealth, true);
  grpc::ClientContext context;
  SetDeadline(context);
  HealthCheckResponse response;
  EXPECT_TRUE(other->Check(&context, Request(kXdsHealth), &response).ok());
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
}

TEST_F(HealthServiceTest, AWatchTellsEachChange) {
  grpc::ClientContext context;
  SetDeadline(context);
  const auto reader = stub_->Watch(&context, Request(kAdminHealth));
  HealthCheckResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVICE_UNKNOWN);
  state_->Set(kAdminHealth, true);
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  state_->Set(kAdminHealth, false);
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(HealthServiceTest, AtShutdownNothingServesAndWatchesEnd) {
  grpc::ClientContext context;
  SetDeadline(context);
  const auto reader = stub_->Watch(&context, Request(""));
  HealthCheckResponse response;
  ASSERT_TRUE(reader->Read(&response));
  state_->Shutdown();
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  state_->Set("", true);
  EXPECT_EQ(state_->Get(""), false);
}

TEST_F(HealthServiceTest, TooManyWatchesAreRefusedAndLeftOnesMakeRoom) {
  // Each is made to be there by its first message.
  const auto watch = [this](grpc::ClientContext& context, HealthCheckResponse& response) {
    SetDeadline(context);
    auto reader = stub_->Watch(&context, Request(""));
    const bool began = reader->Read(&response);
    return std::make_pair(std::move(reader), began);
  };
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<HealthCheckResponse>>> readers;
  HealthCheckResponse response;
  for (size_t i = 0; i < HealthService::kMostWatches; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    auto [reader, began] = watch(*contexts.back(), response);
    ASSERT_TRUE(began);
    readers.push_back(std::move(reader));
  }
  grpc::ClientContext one_more;
  auto [reader, began] = watch(one_more, response);
  EXPECT_FALSE(began);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  state_->Shutdown();
  for (const auto& watching : readers) {
    while (watching->Read(&response)) {
    }
    watching->Finish();
  }
}

}  // namespace
}  // namespace fairlead
