#include "server/status/status_server.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "server/admin/fake_inspection.h"
#include "server/base/version.h"
#include "server/status/raw_client.h"

namespace fairlead {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class StatusServerTest : public testing::Test {
 protected:
  StatusServerTest() { inspection_.FillShop(); }

  void SetReadiness(absl::Status readiness) {
    absl::MutexLock lock(&mutex_);
    readiness_ = std::move(readiness);
  }
  std::string Get(const std::string& target) { return Ask(server_->address(), "GET " + target); }
  std::string Body(const std::string& target) {
    const std::string answer = Get(target);
    EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("application/json")));
    const size_t end = answer.find("\r\n\r\n");
    return end == std::string::npos ? "" : answer.substr(end + 4);
  }
  // What `target` answers, read back as what it was.
  template <typename Message>
  std::string ReadBack(const std::string& target) {
    Message message;
    EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(Body(target), &message).ok());
    return message.DebugString();
  }

  absl::Mutex mutex_;
  absl::Status readiness_ ABSL_GUARDED_BY(mutex_);
  FakeInspection inspection_;
  std::unique_ptr<StatusServer> server_ = StatusServer::Listen("127.0.0.1:0", inspection_, [this] {
                                            absl::MutexLock lock(&mutex_);
                                            return readiness_;
                                          }).value();
};

TEST_F(StatusServerTest, SaysThatItAnswersWhetherReadyOrNot) {
  SetReadiness(absl::UnavailableError("waits for agents"));
  EXPECT_THAT(Get("/healthz"), AllOf(StartsWith("HTTP/1.1 200"), EndsWith("ok\n")));
}

TEST_F(StatusServerTest, SaysWhetherItIsReadyAndElseWhy) {
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 200"));
  SetReadiness(absl::UnavailableError("waits for agents"));
  EXPECT_THAT(Get("/readyz"),
              AllOf(StartsWith("HTTP/1.1 503"), EndsWith("not ready: waits for agents\n")));
  SetReadiness(absl::OkStatus());
  EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 200"));
}

TEST_F(StatusServerTest, TellsItsVersion) {
  const auto version = nlohmann::json::parse(Body("/version"));
  EXPECT_EQ(version["version"], kVersion);
  EXPECT_EQ(version["name"], "fairlead-server");
}

TEST_F(StatusServerTest, ShowsThePage) {
  EXPECT_THAT(Get("/"), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Content-Type: text/html"),
                              HasSubstr("default-src 'none'"), HasSubstr("shop-web-1")));
  EXPECT_THAT(Get("/?refresh=7"), HasSubstr("content=\"7\""));
  for (const char* wrong : {"0", "-1", "3601", "x", "5;url=http://x", "99999999999999999999"}) {
    EXPECT_THAT(Get(std::string("/?refresh=") + wrong), StartsWith("HTTP/1.1 400")) << wrong;
  }
}

TEST_F(StatusServerTest, GivesWhatTheAdminServiceListsAsJson) {
  EXPECT_EQ(ReadBack<v1::ListHostsResponse>("/api/v1/hosts"), inspection_.hosts.DebugString());
  EXPECT_EQ(ReadBack<v1::ListServicesResponse>("/api/v1/services"),
            inspection_.services.DebugString());
  EXPECT_EQ(ReadBack<v1::ListEndpointsResponse>("/api/v1/endpoints"),
            inspection_.endpoints.DebugString());
  EXPECT_EQ(ReadBack<v1::ListProxiesResponse>("/api/v1/proxies"),
            inspection_.proxies.DebugString());
  EXPECT_EQ(ReadBack<v1::ListProblemsResponse>("/api/v1/problems"),
            inspection_.problems.DebugString());
}

TEST_F(StatusServerTest, GivesOneServiceByName) {
  const auto one = nlohmann::json::parse(Body("/api/v1/services?name=shop%2Fweb"));
  ASSERT_EQ(one["services"].size(), 1u);
  EXPECT_EQ(one["services"][0]["name"], "shop/web");
  EXPECT_EQ(nlohmann::json::parse(Body("/api/v1/endpoints?name=shop/api"))["endpoints"].size(), 0u);
  EXPECT_THAT(Get("/api/v1/services?name=shop/wbe"),
              AllOf(StartsWith("HTTP/1.1 404"), HasSubstr("did you mean 'shop/web'?")));
  EXPECT_THAT(Get("/api/v1/endpoints?name=%ff%fe"), StartsWith("HTTP/1.1 404"));
}

TEST_F(StatusServerTest, SaysWhatThereIsInPlaceOfWhatThereIsNot) {
  EXPECT_THAT(Get("/nothing"), AllOf(StartsWith("HTTP/1.1 404"), HasSubstr("/api/v1/")));
  EXPECT_THAT(Get("/api/v1/nothing"), AllOf(StartsWith("HTTP/1.1 404"), HasSubstr("endpoints")));
  EXPECT_THAT(Get("/api/v1/../../etc/passwd"), StartsWith("HTTP/1.1 404"));
}

TEST_F(StatusServerTest, ChangesNothing) {
  EXPECT_THAT(Ask(server_->address(), "POST /api/v1/hosts"), StartsWith("HTTP/1.1 405"));
}

}  // namespace
}  // namespace fairlead
