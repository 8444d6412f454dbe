// Certificates from a directory and by hand, as proxies are sent them and operators see them.
#include "test/support/certificates.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "fairlead/v1/admin.grpc.pb.h"
#include "server/base/file.h"
#include "server/base/log.h"
#include "server/store/memory_store.h"
#include "test/feature/world.h"
#include "test/feature/xds_client.h"

namespace fairlead {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Content(const std::string& path) { return ReadFile(path, 1 << 20).value(); }

// Everything that the server ever logs is looked at when it has ended.
class CertificatesFeature : public testing::Test {
 public:
  static void SetUpTestSuite() {
    testing::internal::CaptureStderr();
    ASSERT_TRUE(SetUpLog("trace", "text").ok());
  }
  static void TearDownTestSuite() {
    EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(HasSubstr("PRIVATE KEY")));
  }

 protected:
  CertificatesFeature() : authority_("authority") {
    std::string path = absl::StrCat(testing::TempDir(), "/certs-XXXXXX");
    directory_ = mkdtemp(path.data());
    Start();
  }
  ~CertificatesFeature() override { std::filesystem::remove_all(directory_); }

  void Start() {
    World::Options options;
    options.store = store_;
    options.server.control.warm_up = absl::ZeroDuration();
    options.server.control.certificates_dir = directory_;
    world_ = std::make_unique<World>(options);
    channel_ =
        grpc::CreateChannel(world_->server().admin_address(), grpc::InsecureChannelCredentials());
    admin_ = v1::AdminService::NewStub(channel_);
  }

  // Each file is renamed over the one before, as tools that renew certificates do.
  void Write(const std::string& file, const std::string& content) const {
    const std::string path = absl::StrCat(directory_, "/", file);
    std::ofstream(absl::StrCat(path, ".new")) << content;
    std::filesystem::rename(absl::StrCat(path, ".new"), path);
  }
  void WritePair(const std::string& name, const TestAuthority::Unusual& unusual = {}) const {
    const auto files = authority_.Issue(name, absl::StrCat("DNS:", name), unusual);
    Write(absl::StrCat(name, ".crt"), Content(files.certificate));
    Write(absl::StrCat(name, ".key"), Content(files.key));
  }

  XdsClient::Options Delta() const {
    XdsClient::Options options;
    options.address = world_->server().xds_address();
    options.variant = Variant::kDelta;
    options.node.set_id("edge-1");
    return options;
  }

  v1::ListCertificatesResponse Listed() {
    grpc::ClientContext context;
    v1::ListCertificatesResponse listed;
    EXPECT_TRUE(admin_->ListCertificates(&context, {}, &listed).ok());
    return listed;
  }
  v1::ListProblemsResponse Problems() {
    grpc::ClientContext context;
    v1::ListProblemsResponse problems;
    EXPECT_TRUE(admin_->ListProblems(&context, {}, &problems).ok());
    return problems;
  }
  grpc::Status Put(const std::string& name, const TestAuthority::Files& files) {
    grpc::ClientContext context;
    v1::PutCertificateRequest request;
    request.set_name(name);
    request.set_certificate(Content(files.certificate));
    request.set_private_key(Content(files.key));
    v1::PutCertificateResponse response;
    return admin_->PutCertificate(&context, request, &response);
  }

  // Asks until it is so.
  template <typename Ask, typename IsSo>
  auto Await(Ask ask, IsSo is_so) {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    auto answer = ask();
    while (!is_so(answer) && absl::Now() < deadline) answer = ask();
    EXPECT_TRUE(is_so(answer)) << answer.ShortDebugString();
    return answer;
  }

  const TestAuthority authority_;
  const std::shared_ptr<Store> store_ = std::make_shared<MemoryStore>();
  std::string directory_;
  std::unique_ptr<World> world_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
};

TEST_F(CertificatesFeature, ASwapIsSentOnceAndOfThatCertificateAlone) {
  WritePair("shop.example");
  WritePair("other.example");
  Await([&] { return Listed(); }, [](const auto& all) { return all.certificates_size() == 2; });
  XdsClient client(Delta());
  client.Want(Type::kSecret, {"certificate/shop.example", "certificate/other.example"});
  const XdsTold first = client.NextAndAck();
  EXPECT_EQ(first.text, "certificate/other.example certificate/shop.example");

  WritePair("shop.example");
  const XdsTold second = client.NextAndAck();
  EXPECT_EQ(second.text, "certificate/shop.example");
  EXPECT_NE(second.versions, first.versions);

  std::filesystem::remove(directory_ + "/shop.example.crt");
  std::filesystem::remove(directory_ + "/shop.example.key");
  EXPECT_EQ(client.NextAndAck().text, "-certificate/shop.example");
}

TEST_F(CertificatesFeature, AuthoritiesOfClientsComeAsASecretOfTheirOwn) {
  WritePair("shop.example");
  Write("shop.example.ca.crt", Content(authority_.certificate_file()));
  Write("ca.crt", Content(authority_.certificate_file()));
  XdsClient client(Delta());
  client.Want(Type::kSecret, {"ca/shop.example", "ca"});
  // They may come one by one, and be told absent before.
  std::string text;
  while (!absl::StrContains(absl::StrCat(" ", text, " "), " ca ca/shop.example ")) {
    const XdsTold told = client.NextAndAck();
    ASSERT_NE(told.text, "nothing");
    text.clear();
    for (const auto& [name, version] : client.held(Type::kSecret)) {
      absl::StrAppend(&text, text.empty() ? "" : " ", name);
    }
  }
}

TEST_F(CertificatesFeature, WhatIsWrongIsAProblemAndTheLastGoodOneStays) {
  WritePair("shop.example");
  Await([&] { return Listed(); }, [](const auto& all) { return all.certificates_size() == 1; });
  Write("shop.example.key", Content(authority_.Issue("x", "DNS:x.example").key));
  const v1::ListProblemsResponse problems =
      Await([&] { return Problems(); }, [](const auto& all) { return all.problems_size() == 1; });
  EXPECT_EQ(problems.problems(0).word(), directory_ + "/shop.example.key");
  EXPECT_THAT(problems.problems(0).what(), HasSubstr("the last good certificate stays"));
  const v1::ListCertificatesResponse listed = Listed();
  ASSERT_EQ(listed.certificates_size(), 1);
  EXPECT_EQ(listed.certificates(0).file(), directory_ + "/shop.example.crt");
  EXPECT_EQ(listed.certificates(0).dns_names(0), "shop.example");
  EXPECT_THAT(listed.certificates(0).problem().what(), HasSubstr("is not the one of"));

  WritePair("shop.example");
  Await([&] { return Problems(); }, [](const auto& all) { return all.problems_size() == 0; });
}

TEST_F(CertificatesFeature, WhatWasPutOutlivesTheServerAndTheDirectorysWins) {
  const auto files = authority_.Issue("shop.example", "DNS:shop.example");
  ASSERT_TRUE(Put("shop.example", files).ok());
  world_.reset();
  Start();
  v1::ListCertificatesResponse listed = Listed();
  ASSERT_EQ(listed.certificates_size(), 1);
  EXPECT_EQ(listed.certificates(0).file(), "");
  XdsClient client(Delta());
  client.Want(Type::kSecret, {"certificate/shop.example"});
  EXPECT_EQ(client.NextAndAck().text, "certificate/shop.example");

  WritePair("shop.example");
  EXPECT_EQ(client.NextAndAck().text, "certificate/shop.example");
  listed = Listed();
  ASSERT_EQ(listed.certificates_size(), 1);
  EXPECT_EQ(listed.certificates(0).file(), directory_ + "/shop.example.crt");
  EXPECT_TRUE(listed.certificates(0).hides_put());

  grpc::ClientContext context;
  v1::DeleteCertificateRequest deletion;
  deletion.set_name("shop.example");
  v1::DeleteCertificateResponse deleted;
  EXPECT_TRUE(admin_->DeleteCertificate(&context, deletion, &deleted).ok());
  grpc::ClientContext again;
  EXPECT_EQ(admin_->DeleteCertificate(&again, deletion, &deleted).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(CertificatesFeature, ARefusedPutNamesNoKey) {
  auto files = authority_.Issue("shop.example", "DNS:shop.example");
  const auto other = authority_.Issue("other", "DNS:b.example");
  files.key = other.key;
  const grpc::Status status = Put("shop.example", files);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("is not the one of the certificate"));
  EXPECT_EQ(Listed().certificates_size(), 0);
}

TEST_F(CertificatesFeature, NobodyIsShownAKey) {
  WritePair("shop.example");
  Await([&] { return Listed(); }, [](const auto& all) { return all.certificates_size() == 1; });
  XdsClient client(Delta());
  client.Want(Type::kSecret, {"certificate/shop.example"});
  client.NextAndAck();
  grpc::ClientContext context;
  v1::GetProxyConfigRequest request;
  request.set_node_id("edge-1");
  v1::GetProxyConfigResponse response;
  ASSERT_TRUE(admin_->GetProxyConfig(&context, request, &response).ok());
  ASSERT_EQ(response.resources_size(), 1);
  EXPECT_THAT(response.resources(0).resource().value(), HasSubstr("[redacted]"));
  EXPECT_THAT(response.resources(0).resource().value(), HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(response.resources(0).resource().value(), Not(HasSubstr("PRIVATE KEY")));
}

}  // namespace
}  // namespace fairlead
