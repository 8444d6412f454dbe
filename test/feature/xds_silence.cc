#include "test/feature/xds_silence.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace fairlead {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
// A response that is due while another is being written goes out right behind it: a second look
// sees that.
constexpr int kLooks = 2;

std::string Counts(uint64_t taken, uint64_t sent) {
  return absl::StrCat(taken, " taken, ", sent, " sent");
}

// Empty if there is nothing to be said of the type.
std::string ByOperator(const v1::Proxy& proxy, Type type) {
  for (const v1::TypeSync& sync : proxy.types()) {
    if (sync.type() == ShortName(type)) return Counts(sync.requests(), sync.responses());
  }
  return Counts(0, 0);
}

bool HasTakenAll(const v1::Proxy& proxy, const XdsClient& client) {
  for (const v1::TypeSync& sync : proxy.types()) {
    for (const Type type : kTypes) {
      if (sync.type() == ShortName(type) && sync.requests() < client.requests(type)) return false;
    }
  }
  for (const Type type : kTypes) {
    if (client.requests(type) > 0 && ByOperator(proxy, type) == Counts(0, 0)) return false;
  }
  return true;
}

bool IsSettled(const Server& server, const XdsClient& client) {
  const v1::Proxy proxy = ProxyOf(server, client);
  for (const Type type : kTypes) {
    if (ByOperator(proxy, type) != Counts(client.requests(type), client.responses(type))) {
      return false;
    }
  }
  return true;
}

}  // namespace

v1::Proxy ProxyOf(const Server& server, const XdsClient& client) {
  const auto stub = v1::AdminService::NewStub(
      grpc::CreateChannel(server.admin_address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::ListProxiesResponse response;
  const grpc::Status status = stub->ListProxies(&context, {}, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  for (const v1::Proxy& proxy : response.proxies()) {
    if (proxy.node_id() == client.node_id()) return proxy;
  }
  return {};
}

v1::TypeSync SyncOf(const Server& server, const XdsClient& client, Type type) {
  const v1::Proxy proxy = ProxyOf(server, client);
  for (const v1::TypeSync& sync : proxy.types()) {
    if (sync.type() == ShortName(type)) return sync;
  }
  return {};
}

void Settle(const Server& server, XdsClient& client) {
  const absl::Time deadline = absl::Now() + kPatience;
  for (int looks = 0; looks < kLooks;) {
    const XdsTold told = client.Next(absl::ZeroDuration());
    if (!told.nonce.empty()) {
      client.Ack(told);
      looks = 0;
    } else if (IsSettled(server, client)) {
      ++looks;
    } else if (absl::Now() > deadline) {
      ADD_FAILURE() << "the server and the client have not come to an end";
      return;
    }
  }
}

void ExpectSilence(const Server& server, XdsClient& client) {
  const absl::Time deadline = absl::Now() + kPatience;
  for (int looks = 0; looks < kLooks;) {
    const v1::Proxy proxy = ProxyOf(server, client);
    if (!HasTakenAll(proxy, client)) {
      ASSERT_LT(absl::Now(), deadline) << "the server has not taken all that the client sent";
      continue;
    }
    ++looks;
    for (const Type type : kTypes) {
      EXPECT_EQ(ByOperator(proxy, type), Counts(client.requests(type), client.responses(type)))
          << ShortName(type);
    }
  }
  const XdsTold told = client.Next(absl::ZeroDuration());
  EXPECT_EQ(told.text, "nothing") << told.type_url;
}

void AwaitState(const Server& server, const XdsClient& client, Type type,
                v1::TypeSync::State state) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (SyncOf(server, client, type).state() != state && absl::Now() < deadline) {
  }
  EXPECT_EQ(SyncOf(server, client, type).state(), state);
}

}  // namespace fairlead
