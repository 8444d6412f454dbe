#include "server/base/tls.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "grpcpp/generic/async_generic_service.h"
#include "test/support/certificates.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;

TlsOptions With(const TestAuthority::Files& files, const TestAuthority& authority) {
  return {.certificate_file = files.certificate,
          .key_file = files.key,
          .authorities_file = authority.certificate_file()};
}

// Whether a client with `client` gets through to a server with `server`, both with real sockets.
bool Connects(const TlsOptions& server_options, const TlsOptions& client_options) {
  const auto server_credentials = ServerCredentials(server_options, {"127.0.0.1:0"});
  EXPECT_TRUE(server_credentials.ok()) << server_credentials.status();
  int port = 0;
  grpc::CallbackGenericService service;
  const auto server = grpc::ServerBuilder()
                          .AddListeningPort("127.0.0.1:0", *server_credentials, &port)
                          .RegisterCallbackGenericService(&service)
                          .BuildAndStart();
  const std::string address = absl::StrCat("localhost:", port);
  const auto credentials = ChannelCredentials(client_options, {address});
  EXPECT_TRUE(credentials.ok()) << credentials.status();
  const auto channel = grpc::CreateChannel(address, *credentials);
  const gpr_timespec deadline =
      gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(20, GPR_TIMESPAN));
  for (grpc_connectivity_state state = channel->GetState(true);
       channel->WaitForStateChange(state, deadline); state = channel->GetState(true)) {
    const grpc_connectivity_state now = channel->GetState(true);
    if (now == GRPC_CHANNEL_READY) return true;
    if (now == GRPC_CHANNEL_TRANSIENT_FAILURE) return false;
  }
  return false;
}

TEST(Tls, BothSidesProveThemselves) {
  const TestAuthority authority("authority");
  const TestAuthority stranger("stranger");
  const auto server = authority.Issue("server", "DNS:localhost");
  const auto client = authority.Issue("client", "URI:spiffe://example/agent/h1");
  const auto elsewhere = authority.Issue("elsewhere", "DNS:elsewhere.example");
  const auto unknown = stranger.Issue("unknown", "DNS:localhost");

  EXPECT_TRUE(Connects(With(server, authority), With(client, authority)));
  EXPECT_FALSE(Connects(With(elsewhere, authority), With(client, authority)))
      << "a server with another name is believed";
  EXPECT_FALSE(Connects(With(unknown, authority), With(client, authority)))
      << "a server of another authority is believed";
}

TEST(Tls, PlainTextOnLoopback) { EXPECT_TRUE(Connects({}, {})); }

TEST(Tls, LoopbackAddresses) {
  for (const char* address : {"127.0.0.1:1", "127.9.9.9:1", "localhost:1", "[::1]:1", "unix:/a"}) {
    EXPECT_TRUE(IsLoopback(address)) << address;
  }
  for (const char* address : {"0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[2001:db8::1]:1", ":1", "",
                              "127.example.org:1", "h:1", "localhost.example:1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

TEST(Tls, WhatCannotBeUsedIsNamed) {
  const TestAuthority authority("authority");
  const auto one = authority.Issue("one", "DNS:localhost");
  const auto two = authority.Issue("two", "DNS:localhost");
  const std::string garbage = absl::StrCat(testing::TempDir(), "/garbage.pem");
  std::ofstream(garbage) << "no PEM";
  TlsOptions incomplete = With(one, authority);
  incomplete.key_file.clear();
  TlsOptions absent = With(one, authority);
  absent.authorities_file = "/nowhere.pem";
  TlsOptions mixed = With(one, authority);
  mixed.key_file = two.key;
  TlsOptions broken = With(one, authority);
  broken.certificate_file = garbage;
  const struct {
    TlsOptions options;
    std::string message;
  } cases[] = {
      {{}, "'10.0.0.1:1' is not a loopback address"},
      {incomplete, "at least one of them is missing"},
      {absent, "cannot read /nowhere.pem"},
      {mixed, absl::StrCat("cannot use ", two.key,
                           " as the key (--tls-key) of that certificate: "
                           "key values mismatch")},
      {broken, absl::StrCat("cannot use ", garbage, " as certificate (--tls-cert)")},
  };
  for (const auto& each : cases) {
    const auto credentials = ChannelCredentials(each.options, {"127.0.0.1:1", "10.0.0.1:1"});
    EXPECT_THAT(std::string(credentials.status().message()), HasSubstr(each.message));
    EXPECT_FALSE(ServerCredentials(each.options, {"10.0.0.1:1"}).ok());
  }
  TlsOptions insecure;
  insecure.insecure = true;
  EXPECT_TRUE(ChannelCredentials(insecure, {"10.0.0.1:1"}).ok());
}

}  // namespace
}  // namespace fairlead
