// Clients that are slow, stubborn or in a hurry: each is held back, memory stays bounded, and
// another stream gets its changes meanwhile (T48 of docs/xds-rules.md, and what is bad input).
#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
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

// Refuses all that it is sent, in other words each time, and asks for more with each refusal.
TEST_P(BadClients, OneThatRefusesInOtherWordsEachTimeIsQuotedOnceASecond) {
  Put(Type::kEndpoint, {{"A", "1"}, {"B", "1"}});
  grpc::ClientContext watching;
  const auto watch = admin().Watch(&watching, {});
  v1::WatchResponse event;
  ASSERT_TRUE(watch->Read(&event));
  ASSERT_EQ(event.kind(), v1::WatchResponse::WATCHING);
  const absl::Time begin = absl::Now();
  XdsClient client = Connect();
  client.Want(Type::kEndpoint, {"A"});
  MemoryGrowth();
  constexpr int kRefusals = 400;
  for (int i = 0; i < kRefusals; ++i) {
    const XdsTold told = client.Next();
    ASSERT_FALSE(told.nonce.empty()) << "nothing came after refusal " << i;
    XdsAsk refusal;
    refusal.type_url = told.type_url;
    refusal.nonce = told.nonce;
    refusal.error = absl::StrCat("refusal ", i, ": ", std::string(2'000, 'x'));
    refusal.names = {i % 2 == 0 ? "B" : "A"};
    ASSERT_TRUE(client.Send(refusal));
    if (i % 100 == 0) ExpectNeighbourServed();
  }
  EXPECT_FALSE(client.Next().nonce.empty());

  const std::string last_words = absl::StrCat("refusal ", kRefusals - 1, ": ");
  int quoted = 0;
  bool told_last = false;
  while (!told_last) {
    ASSERT_TRUE(watch->Read(&event));
    if (event.kind() != v1::WatchResponse::PROXY || event.name() != client.node_id()) continue;
    quoted += absl::StartsWith(event.change(), "NACKed") ? 1 : 0;
    told_last = absl::StrContains(event.change(), last_words);
  }
  watching.TryCancel();
  watch->Finish();
  // However long it took.
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  EXPECT_LE(quoted, 1 + seconds);
  EXPECT_LE(static_cast<double>(client.total().responses), 100 + 100 * seconds);

  grpc::ClientContext context;
  v1::ListProblemsResponse problems;
  ASSERT_TRUE(admin().ListProblems(&context, {}, &problems).ok());
  std::vector<std::string> of_client;
  for (const v1::Problem& problem : problems.problems()) {
    if (problem.proxy() != client.node_id()) continue;
    // A client of state of the world does not want any more what it refused before.
    if (absl::StrContains(problem.what(), "withheld from it alone")) {
      EXPECT_THAT(problem.service(), testing::AnyOf("A", "B"));
    } else {
      of_client.push_back(problem.what());
    }
  }
  EXPECT_THAT(of_client, testing::ElementsAre(testing::HasSubstr(last_words)));
  EXPECT_EQ(SyncOf(client, Type::kEndpoint).nacks(), static_cast<uint64_t>(kRefusals));
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
