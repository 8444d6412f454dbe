#include "server/catalog/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPeer[] = "ipv4:192.0.2.1:4711";

std::string Id(int number) { return absl::StrFormat("%064x", number); }

v1::Container Web(int number) {
  v1::Container container;
  container.set_id(Id(number));
  container.set_name(absl::StrCat("shop-web-", number));
  container.set_state(v1::Container::RUNNING);
  return container;
}

v1::ReportRequest Hello(const std::string& host, const std::string& epoch = "e1") {
  v1::ReportRequest message;
  message.mutable_hello()->set_host_id(host);
  message.mutable_hello()->set_epoch(epoch);
  message.mutable_hello()->set_agent_version("0.1.0");
  return message;
}

v1::ReportRequest Snapshot(uint64_t sequence, const std::vector<int>& containers,
                           bool reachable = true) {
  v1::ReportRequest message;
  v1::SnapshotPart& part = *message.mutable_snapshot();
  part.set_sequence(sequence);
  for (const int number : containers) *part.add_containers() = Web(number);
  part.set_last(true);
  part.mutable_engine()->set_reachable(reachable);
  if (!reachable) part.mutable_engine()->set_error("no such file");
  part.mutable_engine()->set_version("20.10.24");
  return message;
}

v1::ReportRequest Update(uint64_t sequence, const std::vector<int>& upserts,
                         const std::vector<int>& removed = {}) {
  v1::ReportRequest message;
  message.mutable_update()->set_sequence(sequence);
  for (const int number : upserts) *message.mutable_update()->add_upserts() = Web(number);
  for (const int number : removed) message.mutable_update()->add_removed(Id(number));
  return message;
}

v1::ReportRequest Heartbeat(uint64_t sequence) {
  v1::ReportRequest message;
  message.mutable_heartbeat()->set_sequence(sequence);
  return message;
}

class CatalogTest : public testing::Test {
 protected:
  Catalog::Outcome Receive(SessionId session, v1::ReportRequest message,
                           const std::string& peer = kPeer) {
    Catalog::Outcome outcome = catalog_.Receive(session, peer, std::move(message), now_);
    Remember(outcome.changes);
    return outcome;
  }

  // Time goes on; the sessions of `alive` send heartbeats (with sequence 1).
  FactChanges Pass(absl::Duration time, const std::vector<SessionId>& alive = {}) {
    FactChanges all;
    for (const absl::Duration end = now_.monotonic + time; now_.monotonic < end;) {
      now_.monotonic += absl::Milliseconds(500);
      now_.wall += absl::Milliseconds(500);
      for (const SessionId session : alive) Receive(session, Heartbeat(1));
      const FactChanges changes =
          catalog_.Tick(now_, [this](const std::string&) { return can_forget_; });
      Remember(changes);
      all.hosts.insert(all.hosts.end(), changes.hosts.begin(), changes.hosts.end());
      all.containers.insert(all.containers.end(), changes.containers.begin(),
                            changes.containers.end());
    }
    return all;
  }

  void Remember(const FactChanges& changes) {
    for (const ProblemsOf& of : changes.problems) problems_[of.source] = of.problems;
  }

  // All that is wrong now by this source, a line each.
  std::string WrongBy(const std::string& source) {
    std::string text;
    for (const Problem& problem : problems_[source]) {
      EXPECT_FALSE(problem.what.empty());
      EXPECT_FALSE(problem.cure.empty());
      absl::StrAppend(&text, problem.what, "\n");
    }
    return text;
  }

  v1::Host Described(const std::string& id) {
    v1::ListHostsResponse response;
    catalog_.Describe(response);
    for (const v1::Host& host : response.hosts()) {
      if (host.id() == id) return host;
    }
    return {};
  }

  // Three hosts, so that the silence of one is its own.
  void ThreeHosts() {
    for (SessionId session = 1; session <= 3; ++session) {
      ASSERT_TRUE(Receive(session, Hello(absl::StrCat("h", session))).status.ok());
      ASSERT_TRUE(Receive(session, Snapshot(1, {static_cast<int>(10 * session)})).status.ok());
    }
  }

  Catalog catalog_;
  Moment now_ = {absl::Hours(1), absl::FromUnixSeconds(1700000000)};
  bool can_forget_ = true;
  std::map<std::string, Problems> problems_;
};

TEST_F(CatalogTest, AnAgentGreetsReportsAndIsAcknowledged) {
  const Catalog::Outcome greeting = Receive(1, Hello("h1"));
  ASSERT_TRUE(greeting.status.ok());
  ASSERT_THAT(greeting.changes.hosts, SizeIs(1));
  EXPECT_EQ(greeting.changes.hosts[0].after->name, "h1");
  EXPECT_THAT(greeting.changes.hosts[0].after->addresses, ElementsAre("192.0.2.1"));
  EXPECT_EQ(greeting.acknowledged, 0u);

  const Catalog::Outcome snapshot = Receive(1, Snapshot(5, {1, 2}));
  EXPECT_EQ(snapshot.acknowledged, 5u);
  EXPECT_THAT(snapshot.changes.containers, SizeIs(2));

  const Catalog::Outcome update = Receive(1, Update(6, {3}, {1}));
  EXPECT_EQ(update.acknowledged, 6u);
  EXPECT_THAT(update.changes.containers, SizeIs(2));
  EXPECT_TRUE(Receive(1, Heartbeat(6)).resync.empty());

  const v1::Host host = Described("h1");
  EXPECT_EQ(host.state(), v1::Host::CONNECTED);
  EXPECT_EQ(host.containers(), 2u);
  EXPECT_EQ(host.running(), 2u);
  EXPECT_EQ(host.sequence(), 6u);
  EXPECT_EQ(host.engine_version(), "20.10.24");
  EXPECT_EQ(host.last_heard().seconds(), 1700000000);
}

TEST_F(CatalogTest, AdvertisedAddressesWinOverThePeers) {
  v1::ReportRequest hello = Hello("h1");
  hello.mutable_hello()->add_advertise_addresses("198.51.100.7");
  const Catalog::Outcome outcome = Receive(1, hello);
  EXPECT_THAT(outcome.changes.hosts[0].after->addresses, ElementsAre("198.51.100.7"));
}

// P05
TEST_F(CatalogTest, AnAgentThatRestartsChangesNothing) {
  ThreeHosts();
  catalog_.Disconnect(1);
  EXPECT_EQ(Described("h1").state(), v1::Host::DISCONNECTED);
  Pass(absl::Seconds(20), {2, 3});
  const Catalog::Outcome greeting = Receive(4, Hello("h1", "e2"));
  const Catalog::Outcome snapshot = Receive(4, Snapshot(1, {10}));
  EXPECT_TRUE(greeting.changes.empty());
  EXPECT_TRUE(snapshot.changes.empty());
  EXPECT_EQ(Described("h1").state(), v1::Host::CONNECTED);
}

TEST_F(CatalogTest, AnEngineThatIsAwayRemovesNothingAndIsShown) {
  ThreeHosts();
  EXPECT_THAT(Receive(1, Snapshot(2, {}, false)).changes.containers, IsEmpty());
  EXPECT_THAT(WrongBy("host h1"), HasSubstr("does not reach its Docker engine (no such file)"));
  EXPECT_EQ(Described("h1").containers(), 1u);
  EXPECT_THAT(Receive(1, Snapshot(3, {})).changes.containers, SizeIs(1));
  EXPECT_EQ(WrongBy("host h1"), "");
}

TEST_F(CatalogTest, AGapAsksForASnapshotOnceAndAppliesNothing) {
  ThreeHosts();
  const Catalog::Outcome gap = Receive(1, Update(3, {11}));
  EXPECT_TRUE(gap.status.ok());
  EXPECT_EQ(gap.resync, "update 3 came after 1");
  EXPECT_THAT(gap.changes.containers, IsEmpty());
  EXPECT_EQ(gap.acknowledged, 1u);
  EXPECT_THAT(WrongBy("host h1"), HasSubstr("gap"));

  const Catalog::Outcome next = Receive(1, Update(4, {12}));
  EXPECT_TRUE(next.resync.empty());
  EXPECT_THAT(next.changes.containers, IsEmpty());

  EXPECT_THAT(Receive(1, Snapshot(4, {10, 11, 12})).changes.containers, SizeIs(2));
  EXPECT_EQ(WrongBy("host h1"), "");
  EXPECT_EQ(Receive(1, Update(5, {13})).acknowledged, 5u);
}

TEST_F(CatalogTest, AHeartbeatWithAnotherSequenceAsksForASnapshot) {
  ThreeHosts();
  EXPECT_THAT(Receive(1, Heartbeat(9)).resync, HasSubstr("the agent is at 9"));
  EXPECT_TRUE(Receive(1, Heartbeat(9)).resync.empty());
}

TEST_F(CatalogTest, MessagesOutOfTurnEndTheStream) {
  EXPECT_EQ(Receive(1, Heartbeat(1)).status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Receive(1, Snapshot(1, {1})).status.code(), absl::StatusCode::kFailedPrecondition);

  Receive(2, Hello("h2"));
  EXPECT_EQ(Receive(2, Update(1, {1})).status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(WrongBy("host h2"), HasSubstr("came before a snapshot"));
  EXPECT_EQ(Receive(2, Snapshot(1, {1})).status.code(), absl::StatusCode::kAborted);

  Receive(3, Hello("h3"));
  EXPECT_EQ(Receive(3, Hello("h3")).status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(WrongBy("host h3"), HasSubstr("second Hello"));

  v1::ReportRequest silent_about_engine = Snapshot(1, {1});
  silent_about_engine.mutable_snapshot()->clear_engine();
  Receive(4, Hello("h4"));
  EXPECT_EQ(Receive(4, silent_about_engine).status.code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(CatalogTest, AMessageOfAKindThatIsNotKnownChangesNothing) {
  ThreeHosts();
  const Catalog::Outcome outcome = Receive(1, v1::ReportRequest());
  EXPECT_TRUE(outcome.status.ok());
  EXPECT_TRUE(outcome.changes.empty());
}

TEST_F(CatalogTest, AHundredThousandContainersAreRefusedAndTheLastGoodStateStands) {
  ThreeHosts();
  Catalog::Outcome outcome;
  int parts = 0;
  for (; parts < 100 && outcome.status.ok(); ++parts) {
    v1::ReportRequest message;
    message.mutable_snapshot()->set_sequence(2);
    for (int i = 0; i < 1000; ++i) {
      *message.mutable_snapshot()->add_containers() = Web(1000 * parts + i);
    }
    outcome = Receive(1, message);
    EXPECT_THAT(outcome.changes.containers, IsEmpty());
  }
  EXPECT_EQ(parts, 6);
  EXPECT_EQ(outcome.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(WrongBy("host h1"), HasSubstr("more than 5000 containers"));
  EXPECT_EQ(Described("h1").containers(), 1u);
  EXPECT_EQ(Described("h2").containers(), 1u);
}

// P16
TEST_F(CatalogTest, ASecondAgentIsRefusedWhileTheFirstIsHeard) {
  ThreeHosts();
  Pass(absl::Seconds(20), {2, 3});
  const Catalog::Outcome second = Receive(9, Hello("h1", "other"), "ipv4:192.0.2.9:1");
  EXPECT_EQ(second.status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(WrongBy("refused agents"), HasSubstr("a second agent, at ipv4:192.0.2.9:1"));
  catalog_.Disconnect(9);
  EXPECT_EQ(Receive(1, Heartbeat(1)).acknowledged, 1u);
  Pass(absl::Seconds(62), {1, 2, 3});
  EXPECT_EQ(WrongBy("refused agents"), "");
}

TEST_F(CatalogTest, ASecondAgentTakesOverOnceTheFirstIsSilent) {
  ThreeHosts();
  Pass(absl::Seconds(31), {2, 3});
  EXPECT_EQ(Described("h1").state(), v1::Host::SILENT);
  const Catalog::Outcome second = Receive(9, Hello("h1", "other"));
  EXPECT_TRUE(second.status.ok());
  EXPECT_EQ(second.superseded, 1u);
  EXPECT_EQ(Receive(1, Heartbeat(1)).status.code(), absl::StatusCode::kAborted);
  EXPECT_TRUE(Receive(9, Snapshot(1, {10})).status.ok());
  EXPECT_EQ(Described("h1").state(), v1::Host::CONNECTED);
  catalog_.Disconnect(1);
  EXPECT_EQ(Described("h1").state(), v1::Host::CONNECTED);
}

TEST_F(CatalogTest, TheSameAgentReplacesItsOwnStream) {
  ThreeHosts();
  const Catalog::Outcome again = Receive(9, Hello("h1", "e1"));
  EXPECT_TRUE(again.status.ok());
  EXPECT_EQ(again.superseded, 1u);
  EXPECT_TRUE(again.changes.empty());
  EXPECT_EQ(again.acknowledged, 0u);
}

TEST_F(CatalogTest, AnotherAgentMayComeWhenTheFirstIsGone) {
  ThreeHosts();
  catalog_.Disconnect(1);
  EXPECT_TRUE(Receive(9, Hello("h1", "other")).status.ok());
}

TEST_F(CatalogTest, ABadHelloIsRefusedAndShown) {
  EXPECT_EQ(Receive(1, Hello("a/b")).status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(WrongBy("refused agents"), HasSubstr("'a/b' is not a host id"));
  v1::ListHostsResponse response;
  catalog_.Describe(response);
  EXPECT_EQ(response.hosts_size(), 0);
}

TEST_F(CatalogTest, TheNumberOfHostsIsBounded) {
  for (SessionId session = 1; session <= 2000; ++session) {
    ASSERT_TRUE(Receive(session, Hello(absl::StrCat("h", session))).status.ok());
  }
  EXPECT_EQ(Receive(3000, Hello("one-more")).status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(WrongBy("refused agents"), HasSubstr("2000"));
}

// P07
TEST_F(CatalogTest, ASilentHostIsMarkedThenForgottenWithItsContainers) {
  ThreeHosts();
  catalog_.Disconnect(1);
  const FactChanges marked = Pass(absl::Seconds(31), {2, 3});
  ASSERT_THAT(marked.hosts, SizeIs(1));
  EXPECT_TRUE(marked.hosts[0].after->silent);
  EXPECT_THAT(marked.containers, IsEmpty());
  EXPECT_THAT(WrongBy("host h1"), HasSubstr("nothing was heard of the host for longer than 30s"));

  const FactChanges forgotten = Pass(absl::Minutes(10), {2, 3});
  ASSERT_THAT(forgotten.hosts, SizeIs(1));
  EXPECT_EQ(forgotten.hosts[0].after, nullptr);
  ASSERT_THAT(forgotten.containers, SizeIs(1));
  EXPECT_EQ(forgotten.containers[0].after, nullptr);
  EXPECT_EQ(WrongBy("host h1"), "");
}

TEST_F(CatalogTest, ASilentHostThatIsBackIsTrustedAgainWithItsSnapshot) {
  ThreeHosts();
  catalog_.Disconnect(1);
  Pass(absl::Seconds(31), {2, 3});
  EXPECT_THAT(Receive(4, Hello("h1", "e2")).changes.hosts, IsEmpty());
  const Catalog::Outcome snapshot = Receive(4, Snapshot(1, {10}));
  ASSERT_THAT(snapshot.changes.hosts, SizeIs(1));
  EXPECT_FALSE(snapshot.changes.hosts[0].after->silent);
  EXPECT_THAT(snapshot.changes.containers, IsEmpty());
}

TEST_F(CatalogTest, AHostWithTheLastEndpointsIsKeptUntilItIsGivenUp) {
  ThreeHosts();
  can_forget_ = false;
  catalog_.Disconnect(1);
  EXPECT_THAT(Pass(absl::Minutes(20), {2, 3}).containers, IsEmpty());
  EXPECT_EQ(Described("h1").state(), v1::Host::KEPT);
  EXPECT_THAT(WrongBy("host h1"), HasSubstr("last endpoints"));

  EXPECT_EQ(catalog_.Forget("h2").status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(catalog_.Forget("h9").status().code(), absl::StatusCode::kNotFound);
  const absl::StatusOr<FactChanges> forgotten = catalog_.Forget("h1");
  ASSERT_TRUE(forgotten.ok());
  EXPECT_THAT(forgotten->hosts, SizeIs(1));
  EXPECT_THAT(forgotten->containers, SizeIs(1));
}

// P06
TEST_F(CatalogTest, ManySilentHostsAreOurFault) {
  ThreeHosts();
  const FactChanges changes = Pass(absl::Minutes(20), {3});
  EXPECT_THAT(changes.hosts, IsEmpty());
  EXPECT_THAT(changes.containers, IsEmpty());
  EXPECT_TRUE(catalog_.self_preservation());
  EXPECT_THAT(WrongBy("self-preservation"), HasSubstr("no host is forgotten"));
  Pass(absl::Seconds(1), {1, 2, 3});
  EXPECT_FALSE(catalog_.self_preservation());
  EXPECT_EQ(WrongBy("self-preservation"), "");
}

// P02
TEST_F(CatalogTest, AfterARestartTheStoredStateStandsUntilTheAgentsAreBack) {
  ThreeHosts();
  std::vector<v1::StoredHost> hosts;
  std::vector<v1::StoredContainer> containers;
  for (const Catalog::HostRecord& record : catalog_.TakeHostRecords()) {
    hosts.push_back(*record.record);
    containers.emplace_back().set_host_id(record.host_id);
    *containers.back().mutable_container() = Web(10 * (record.host_id[1] - '0'));
  }
  ASSERT_THAT(hosts, SizeIs(3));
  EXPECT_THAT(catalog_.TakeHostRecords(), IsEmpty());

  Catalog restarted;
  const FactChanges restored = restarted.Restore(hosts, containers, now_);
  EXPECT_THAT(restored.hosts, SizeIs(3));
  EXPECT_THAT(restored.hosts[0].after->addresses, ElementsAre("192.0.2.1"));
  EXPECT_THAT(restored.containers, SizeIs(3));
  EXPECT_THAT(restored.problems, IsEmpty());
  EXPECT_THAT(restarted.TakeHostRecords(), IsEmpty());
  v1::ListHostsResponse response;
  restarted.Describe(response);
  EXPECT_EQ(response.hosts(0).state(), v1::Host::STALE);

  EXPECT_TRUE(restarted.Receive(1, kPeer, Hello("h1", "e1"), now_).changes.empty());
  EXPECT_TRUE(restarted.Receive(1, kPeer, Snapshot(1, {10}), now_).changes.empty());
}

TEST_F(CatalogTest, StoredRecordsThatDoNotFitAreLeftOut) {
  v1::StoredHost bad_host;
  bad_host.mutable_hello()->set_host_id("a/b");
  v1::StoredContainer nobodys;
  nobodys.set_host_id("h1");
  *nobodys.mutable_container() = Web(1);
  EXPECT_TRUE(catalog_.Restore({bad_host}, {nobodys}, now_).empty());
}

TEST_F(CatalogTest, RecordsAreGivenWhenTheyDiffer) {
  Receive(1, Hello("h1"));
  Receive(1, Snapshot(1, {}));
  EXPECT_THAT(catalog_.TakeHostRecords(), SizeIs(1));
  Receive(1, Update(2, {1}));
  EXPECT_THAT(catalog_.TakeHostRecords(), IsEmpty());
  catalog_.Disconnect(1);
  ASSERT_TRUE(catalog_.Forget("h1").ok());
  const std::vector<Catalog::HostRecord> records = catalog_.TakeHostRecords();
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_FALSE(records[0].record.has_value());
}

TEST_F(CatalogTest, TheAgentsOwnProblemsAreShownUntilTheyAreOver) {
  ThreeHosts();
  v1::ReportRequest message = Update(2, {});
  message.mutable_update()->set_problems_changed(true);
  v1::FactProblem& problem = *message.mutable_update()->add_problems();
  problem.set_container("shop-web-1");
  problem.set_what("its description is broken");
  problem.set_cure("recreate it");
  Receive(1, message);
  EXPECT_THAT(WrongBy("host h1"), HasSubstr("its description is broken"));
  Receive(1, Update(3, {}));
  EXPECT_THAT(WrongBy("host h1"), HasSubstr("its description is broken"));
  Receive(1, Snapshot(4, {10}));
  EXPECT_EQ(WrongBy("host h1"), "");
}

}  // namespace
}  // namespace fairlead
