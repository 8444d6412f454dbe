#include "clients/admin/admin_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "test/fakes/admin/fake_admin_service.h"
#include "test/support/certificates.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;

AdminClient ClientOf(const FakeAdminService& server, absl::Duration timeout = absl::Seconds(20)) {
  absl::StatusOr<AdminClient> client =
      AdminClient::Create({.server = server.address(), .tls = {}, .timeout = timeout});
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

v1::WatchResponse Event(const std::string& name) {
  v1::WatchResponse event;
  event.set_kind(v1::WatchResponse::HOST);
  event.set_name(name);
  return event;
}

absl::Time Soon() { return absl::Now() + absl::Seconds(20); }

TEST(AdminClient, AsksForWhatIsWanted) {
  FakeAdminService server;
  v1::ListServicesResponse services;
  services.add_services()->set_name("shop/web");
  server.Answer(services);
  AdminClient client = ClientOf(server);
  const auto answer = client.ListServices("shop/web");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->services(0).name(), "shop/web");
  EXPECT_EQ(server.last_name(), "shop/web");
  EXPECT_TRUE(client.ListEndpoints("shop/api").ok());
  EXPECT_EQ(server.last_name(), "shop/api");
  EXPECT_TRUE(client.ListHosts().ok());
  EXPECT_TRUE(client.ListProxies().ok());
  EXPECT_TRUE(client.ListProblems().ok());
}

TEST(AdminClient, PlainTextToOtherMachinesIsRefused) {
  AdminClient::Options options;
  options.server = "10.0.0.1:18002";
  const auto client = AdminClient::Create(options);
  EXPECT_TRUE(absl::IsInvalidArgument(client.status()));
  EXPECT_THAT(std::string(client.status().message()), HasSubstr("--insecure"));
}

TEST(AdminClient, NobodyListens) {
  FakeAdminService server;
  AdminClient client = ClientOf(server);
  server.Stop();
  EXPECT_TRUE(absl::IsUnavailable(client.ListHosts().status()));
  EXPECT_TRUE(absl::IsUnavailable(client.Watch().status()));
}

TEST(AdminClient, AServerThatDoesNotAnswerIsWaitedForOnlySoLong) {
  FakeAdminService server;
  AdminClient client = ClientOf(server, absl::Milliseconds(300));
  ASSERT_TRUE(client.ListHosts().ok());
  server.Stall();
  EXPECT_TRUE(absl::IsDeadlineExceeded(client.ListHosts().status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(client.Watch().status()));
}

TEST(AdminClient, TlsOnBothSides) {
  const TestAuthority authority("admin");
  const auto server_files = authority.Issue("server", "IP:127.0.0.1");
  const auto client_files = authority.Issue("client", "URI:spiffe://example/admin/ada");
  const auto credentials = ServerCredentials(
      {server_files.certificate, server_files.key, authority.certificate_file()}, {"127.0.0.1:0"});
  ASSERT_TRUE(credentials.ok()) << credentials.status();
  FakeAdminService server(*credentials);
  auto client = AdminClient::Create(
      {.server = server.address(),
       .tls = {client_files.certificate, client_files.key, authority.certificate_file()},
       .timeout = absl::Seconds(20)});
  ASSERT_TRUE(client.ok()) << client.status();
  const auto answer = client->ListHosts();
  EXPECT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(absl::IsUnavailable(ClientOf(server).ListHosts().status()));
}

TEST(AdminWatch, YieldsEventsAsTheyCome) {
  FakeAdminService server;
  AdminClient client = ClientOf(server);
  const auto watch = client.Watch();
  ASSERT_TRUE(watch.ok()) << watch.status();
  const auto first = (*watch)->Next(Soon());
  ASSERT_TRUE(first.ok() && first->has_value());
  EXPECT_EQ((*first)->kind(), v1::WatchResponse::WATCHING);

  const auto none = (*watch)->Next(absl::Now() + absl::Milliseconds(50));
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->has_value());

  server.Send(Event("h1"));
  server.Send(Event("h2"));
  for (const char* name : {"h1", "h2"}) {
    const auto event = (*watch)->Next(Soon());
    ASSERT_TRUE(event.ok() && event->has_value());
    EXPECT_EQ((*event)->name(), name);
  }
}

TEST(AdminWatch, EndsWithTheServersWords) {
  FakeAdminService server;
  server.EndWatches({grpc::StatusCode::RESOURCE_EXHAUSTED, "the watch fell behind"});
  AdminClient client = ClientOf(server);
  const auto watch = client.Watch();
  ASSERT_TRUE(watch.ok()) << watch.status();
  ASSERT_TRUE((*watch)->Next(Soon()).ok());
  const auto end = (*watch)->Next(Soon());
  EXPECT_TRUE(absl::IsResourceExhausted(end.status()));
  EXPECT_THAT(std::string(end.status().message()), HasSubstr("fell behind"));
  EXPECT_TRUE(absl::IsFailedPrecondition((*watch)->Next(Soon()).status()));
}

TEST(AdminWatch, AServerThatStopsIsUnavailable) {
  FakeAdminService server;
  AdminClient client = ClientOf(server);
  const auto watch = client.Watch();
  ASSERT_TRUE(watch.ok()) << watch.status();
  ASSERT_TRUE((*watch)->Next(Soon()).ok());
  server.Stop();
  const absl::Status end = (*watch)->Next(Soon()).status();
  EXPECT_TRUE(absl::IsUnavailable(end));
  EXPECT_THAT(std::string(end.message()), HasSubstr("start the watch again"));
}

}  // namespace
}  // namespace fairlead
