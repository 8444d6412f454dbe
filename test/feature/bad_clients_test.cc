// Clients that are slow, stubborn or in a hurry: each is held back, memory stays bounded, and
// another stream gets its changes meanwhile (T48 of docs/xds-rules.md, and what is bad input).
#include <utility>

#include "absl/strings/str_cat.h"
#include "test/feature/xds_cases.h"
#include "test/support/memory.h"

namespace fairlead {
namespace {

constexpr size_t kMegabyte = 1'000'000;

class BadClients : public XdsCases, public testing::WithParamInterface<Variant> {
 protected:
  BadClients() : neighbour_(OptionsFor(Variant::kDelta)) {
    Put(Type::kListener, {{"n", "0"}});
    neighbour_.Want(Type::kListener, {"n"});
    EXPECT_EQ(neighbour_.NextAndAck().text, "n=0");
  }

  XdsClient Connect(bool reads = true) {
    XdsClient::Options options = OptionsFor(GetParam());
    options.reads = reads;
    return XdsClient(std::move(options));
  }
  // A change for the other stream reaches it.
  void ExpectNeighbourServed() {
    const std::string mark = absl::StrCat(++marks_);
    Put(Type::kListener, {{"n", mark}});
    EXPECT_EQ(neighbour_.NextAndAck().text, absl::StrCat("n=", mark));
  }
  // Since the last call.
  size_t MemoryGrowth() {
    const size_t before = std::exchange(memory_, ResidentBytes());
    return memory_ > before ? memory_ - before : 0;
  }

 private:
  XdsClient neighbour_;
  int marks_ = 0;
  size_t memory_ = ResidentBytes();
};
INSTANTIATE_TEST_SUITE_P(Variants, BadClients, testing::Values(Variant::kSotw, Variant::kDelta),
                         [](const auto& variant) {
                           return variant.param == Variant::kSotw ? "Sotw" : "Delta";
                         });

TEST_P(BadClients, T48OneThatDoesNotReadGetsTheNewestStateInFewResponses) {
  XdsClient client = Connect(/*reads=*/false);
  Put(Type::kEndpoint, {{"A", "first"}});
  client.Want(Type::kEndpoint, {"A"});
  const std::string padding(100'000, 'x');
  MemoryGrowth();
  for (int i = 0; i < 1000; ++i) {
    Put(Type::kEndpoint, {{"A", absl::StrCat(i, padding)}});
    if (i % 100 == 0) ExpectNeighbourServed();
  }
  EXPECT_LT(MemoryGrowth(), 50 * kMegabyte);
  client.StartReading();
  Settle(world().server(), client);
  EXPECT_LE(client.total().responses, 6u);
  EXPECT_EQ(client.last(Type::kEndpoint).text, absl::StrCat("A=999", padding));
}

TEST_P(BadClients, OneThatRefusesEverythingIsSentEachChangeOnce) {
  Put(Type::kEndpoint, {{"A", "first"}});
  XdsClient client = Connect();
  client.Want(Type::kEndpoint, {"A"});
  client.Nack(client.Next());
  MemoryGrowth();
  constexpr int kChanges = 90;  // within the burst of responses that a stream may have
  for (int i = 0; i < kChanges; ++i) {
    Put(Type::kEndpoint, {{"A", absl::StrCat(i)}});
    const XdsTold told = client.Next();
    EXPECT_EQ(told.text, absl::StrCat("A=", i));
    client.Nack(told);
  }
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, Type::kEndpoint).nacks(), static_cast<uint64_t>(kChanges + 1));
  EXPECT_EQ(SyncOf(client, Type::kEndpoint).state(), v1::TypeSync::NACKED);
  EXPECT_LT(MemoryGrowth(), 20 * kMegabyte);
  ExpectNeighbourServed();
}

TEST_P(BadClients, TheWordsOfANackAreKeptShort) {
  Put(Type::kEndpoint, {{"A", "first"}});
  XdsClient client = Connect();
  client.Want(Type::kEndpoint, {"A"});
  const XdsTold told = client.Next();
  XdsAsk ask;
  ask.type_url = told.type_url;
  ask.nonce = told.nonce;
  ask.error = std::string(1 << 20, 'x');
  if (GetParam() == Variant::kSotw) ask.names = {"A"};
  client.Send(ask);
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, Type::kEndpoint).state(), v1::TypeSync::NACKED);
  EXPECT_LE(SyncOf(client, Type::kEndpoint).error().size(), 4096u);
}

// Asks for more each time than it reads.
TEST_P(BadClients, OneThatFloodsRequestsIsHeldBack) {
  const std::string padding(10'000, 'x');
  Put(Type::kEndpoint, {{"A", padding}, {"B", padding}});
  XdsClient client = Connect(/*reads=*/false);
  MemoryGrowth();
  for (int i = 0; i < 20'000; ++i) {
    client.Want(Type::kEndpoint, {i % 2 == 0 ? "A" : "B"});
    if (i % 4'000 == 0) ExpectNeighbourServed();
  }
  EXPECT_LT(MemoryGrowth(), 50 * kMegabyte);
  ExpectNeighbourServed();
  client.StartReading();
  Settle(world().server(), client);
  // As many as the connection took unread, and then few: not one a request.
  EXPECT_LT(client.total().responses, 500u);
  ExpectNeighbourServed();
}

TEST_P(BadClients, OneThatAsksForTypesThatAreNotServedIsSilent) {
  XdsClient client = Connect();
  MemoryGrowth();
  for (int i = 0; i < 10'000; ++i) {
    XdsAsk ask;
    ask.type_url = absl::StrCat("type.googleapis.com/no.such.Type", i);
    ask.names = {"A", "B"};
    ASSERT_TRUE(client.Send(ask));
  }
  ExpectNeighbourServed();
  Put(Type::kEndpoint, {{"A", "1"}});
  client.Want(Type::kEndpoint, {"A"});
  EXPECT_EQ(client.NextAndAck().text, "A=1");
  EXPECT_LT(MemoryGrowth(), 20 * kMegabyte);
}

}  // namespace
}  // namespace fairlead
