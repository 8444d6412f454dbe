#include "agents/observer/host_state.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/time_util.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "test/support/files.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = Event::Kind;

constexpr absl::Duration kStart = absl::Seconds(1000);
constexpr int64_t kSecond = 1'000'000'000;

InspectedContainer Running(const std::string& id, int started_second,
                           v1::Container::State state = v1::Container::RUNNING) {
  InspectedContainer inspection;
  inspection.container.set_id(id);
  inspection.container.set_name(absl::StrCat("name-", id));
  inspection.container.set_state(state);
  inspection.container.mutable_started_at()->set_seconds(started_second);
  v1::NetworkAttachment& network = *inspection.container.add_networks();
  network.set_name("front");
  network.set_id("net-front");
  return inspection;
}

Event Of(Kind kind, const std::string& id, int second, int signal = 15) {
  Event event;
  event.kind = kind;
  event.container_id = id;
  event.time_nano = second * kSecond;
  event.signal = signal;
  return event;
}

// A host that runs the containers of `ids`, started at second 10, all of them known.
class Host {
 public:
  explicit Host(const std::vector<std::string>& ids, HostState::Limits limits = {})
      : state(limits) {
    List(ids, true);
    for (const std::string& id : Due()) state.Inspected(id, Running(id, 10), now);
    state.TakeUpdate();
  }
  void List(const std::vector<std::string>& ids, bool doubt) {
    std::vector<ListedContainer> rows;
    for (const std::string& id : ids) rows.push_back({id, "running", 1});
    state.Listed(rows, state.ListBegins(), doubt, now);
  }
  std::vector<std::string> Due() {
    std::vector<std::string> due;
    while (auto id = state.NextInspection(now)) due.push_back(*id);
    std::sort(due.begin(), due.end());
    return due;
  }
  // What became different, such as "a RUNNING stopping; -b".
  std::string Told() {
    const HostUpdate update = state.TakeUpdate();
    std::vector<std::string> words;
    for (const ContainerFacts& facts : update.upserts) {
      words.push_back(absl::StrCat(facts->id(), " ", v1::Container::State_Name(facts->state()),
                                   facts->stopping() ? " stopping" : ""));
    }
    for (const std::string& id : update.removed) words.push_back(absl::StrCat("-", id));
    for (const auto& problem : update.problems.value_or(std::vector<v1::FactProblem>())) {
      words.push_back(absl::StrCat(problem.container(), ": ", problem.what()));
    }
    if (update.problems.has_value() && update.problems->empty()) words.push_back("no problems");
    std::sort(words.begin(), words.end());
    return absl::StrJoin(words, "; ");
  }

  absl::Duration now = kStart;
  HostState state;
};

TEST(HostState, AnInspectionFollowsAStartAtOnce) {
  Host host({});
  host.state.Happened(Of(Kind::kCreated, "a", 10), host.now);
  EXPECT_THAT(host.Due(), IsEmpty()) << "the engine is about to start it";
  host.state.Happened(Of(Kind::kStarted, "a", 11), host.now);
  EXPECT_THAT(host.Due(), ElementsAre("a"));
  EXPECT_EQ(host.Told(), "");
  host.state.Inspected("a", Running("a", 11), host.now);
  EXPECT_EQ(host.Told(), "a RUNNING");
  EXPECT_THAT(host.Due(), IsEmpty());
}

TEST(HostState, OneThatIsOnlyCreatedIsInspectedLater) {
  Host host({});
  host.state.Happened(Of(Kind::kCreated, "a", 10), host.now);
  host.now = host.state.NextDue();
  EXPECT_EQ(host.now, kStart + absl::Seconds(5));
  EXPECT_THAT(host.Due(), ElementsAre("a"));
}

TEST(HostState, AKillIsToldWithoutAnInspection) {
  Host host({"a"});
  host.state.Happened(Of(Kind::kKilled, "a", 20), host.now);
  EXPECT_EQ(host.Told(), "a RUNNING stopping");
  EXPECT_THAT(host.Due(), IsEmpty());
}

TEST(HostState, OnlyTheStopSignalAndSigkillStop) {
  Host host({"a"});
  InspectedContainer inspection = Running("a", 10);
  inspection.stop_signal = 3;
  host.List({"a"}, true);
  host.Due();
  host.state.Inspected("a", inspection, host.now);
  host.Told();
  for (const int signal : {1, 10, 15}) {
    host.state.Happened(Of(Kind::kKilled, "a", 20, signal), host.now);
    EXPECT_EQ(host.Told(), "") << signal;
  }
  host.state.Happened(Of(Kind::kKilled, "a", 20, 3), host.now);
  EXPECT_EQ(host.Told(), "a RUNNING stopping");

  Host other({"b"});
  other.state.Happened(Of(Kind::kKilled, "b", 20, 9), other.now);
  EXPECT_EQ(other.Told(), "b RUNNING stopping");
}

TEST(HostState, HealthDoesNotBringAStoppingContainerBack) {
  Host host({"a"});
  host.state.Happened(Of(Kind::kKilled, "a", 20), host.now);
  host.Told();
  host.state.Happened(Of(Kind::kChanged, "a", 21), host.now);
  EXPECT_THAT(host.Due(), ElementsAre("a"));
  InspectedContainer healthy = Running("a", 10);
  healthy.container.set_health(v1::Container::HEALTHY);
  host.state.Inspected("a", healthy, host.now);
  EXPECT_EQ(host.Told(), "a RUNNING stopping");
}

TEST(HostState, WhoOutlivesTheGracePeriodIsNotStopping) {
  Host host({"a"});
  host.state.Happened(Of(Kind::kKilled, "a", 20), host.now);
  host.Told();
  host.now = host.state.NextDue();
  EXPECT_EQ(host.now, kStart + absl::Seconds(11));
  EXPECT_THAT(host.Due(), ElementsAre("a"));
  host.state.Inspected("a", Running("a", 10), host.now);
  EXPECT_EQ(host.Told(), "a RUNNING");
  host.state.Happened(Of(Kind::kKilled, "a", 40), host.now);
  EXPECT_EQ(host.Told(), "a RUNNING stopping") << "a second one counts again";
}

TEST(HostState, AnEndIsToldWithoutAnInspectionThatFollowsLater) {
  Host host({"a"});
  host.state.Happened(Of(Kind::kKilled, "a", 20), host.now);
  host.state.Happened(Of(Kind::kEnded, "a", 21), host.now);
  EXPECT_EQ(host.Told(), "a EXITED");
  EXPECT_THAT(host.Due(), IsEmpty());
  host.now += absl::Milliseconds(300);
  EXPECT_THAT(host.Due(), ElementsAre("a"));
}

TEST(HostState, ARestartIsANewRunThatNoOldSignalStops) {
  Host host({"a"});
  host.state.Happened(Of(Kind::kKilled, "a", 20), host.now);
  host.state.Happened(Of(Kind::kEnded, "a", 21), host.now);
  host.state.Happened(Of(Kind::kStarted, "a", 22), host.now);
  EXPECT_THAT(host.Due(), ElementsAre("a"));
  host.state.Inspected("a", Running("a", 22), host.now);
  EXPECT_EQ(host.Told(), "a RUNNING");
}

TEST(HostState, AnAnswerFromBeforeTheEndIsNotBelieved) {
  Host host({"a"});
  host.state.Happened(Of(Kind::kChanged, "a", 20), host.now);
  EXPECT_THAT(host.Due(), ElementsAre("a"));
  host.state.Happened(Of(Kind::kEnded, "a", 21), host.now);
  EXPECT_EQ(host.Told(), "a EXITED");
  host.state.Inspected("a", Running("a", 10), host.now);
  EXPECT_EQ(host.Told(), "");
  EXPECT_THAT(host.Due(), ElementsAre("a"));
  host.state.Inspected("a", Running("a", 10, v1::Container::EXITED), host.now);
  EXPECT_EQ(host.Told(), "");
}

TEST(HostState, AnEventOfAnEarlierRunIsAReasonToLookNotToBelieve) {
  Host host({"a"});
  host.state.Happened(Of(Kind::kEnded, "a", 9), host.now);
  host.state.Happened(Of(Kind::kKilled, "a", 9), host.now);
  EXPECT_EQ(host.Told(), "");
  EXPECT_THAT(host.Due(), ElementsAre("a"));
}

TEST(HostState, AKillBeforeAnythingIsKnownCounts) {
  Host host({});
  host.state.Happened(Of(Kind::kStarted, "a", 10), host.now);
  EXPECT_THAT(host.Due(), ElementsAre("a"));
  host.state.Happened(Of(Kind::kKilled, "a", 11), host.now);
  host.state.Inspected("a", Running("a", 10), host.now);
  EXPECT_EQ(host.Told(), "a RUNNING stopping");
}

TEST(HostState, ARepeatedKillOfAnEarlierRunDoesNot) {
  Host host({});
  host.state.Happened(Of(Kind::kKilled, "a", 5), host.now);
  EXPECT_THAT(host.Due(), ElementsAre("a"));
  host.state.Inspected("a", Running("a", 10), host.now);
  EXPECT_EQ(host.Told(), "a RUNNING");
}

TEST(HostState, GoneByEventByInspectionAndByList) {
  Host host({"a", "b", "c", "d"});
  host.state.Happened(Of(Kind::kRemoved, "a", 20), host.now);
  EXPECT_EQ(host.Told(), "-a");
  host.state.Inspected("b", absl::NotFoundError("no such container"), host.now);
  EXPECT_EQ(host.Told(), "-b");
  host.List({"d"}, false);
  EXPECT_EQ(host.Told(), "-c");
  host.state.Inspected("a", Running("a", 10), host.now);
  EXPECT_EQ(host.Told(), "") << "an answer that comes too late makes nothing";
}

TEST(HostState, AListRemovesNothingThatBeganAfterIt) {
  Host host({"a"});
  const uint64_t ticket = host.state.ListBegins();
  host.state.Happened(Of(Kind::kStarted, "b", 20), host.now);
  host.Due();
  host.state.Inspected("b", Running("b", 20), host.now);
  EXPECT_EQ(host.Told(), "b RUNNING");
  host.state.Listed({{"a", "running", 1}}, ticket, false, host.now);
  EXPECT_EQ(host.Told(), "");
}

TEST(HostState, AFailedInspectionRemovesNothing) {
  Host host({"a"});
  for (const absl::Status& status :
       {absl::InternalError("HTTP 500"), absl::UnavailableError("gone"), absl::DataLossError("bad"),
        absl::InvalidArgumentError("too many labels")}) {
    host.state.Happened(Of(Kind::kChanged, "a", 20), host.now);
    host.Due();
    host.state.Inspected("a", status, host.now);
    EXPECT_THAT(host.state.TakeUpdate().upserts, IsEmpty()) << status;
    EXPECT_TRUE(host.state.Complete());
    host.now += absl::Minutes(1);
    host.Due();
  }
}

TEST(HostState, AFailedInspectionIsTriedAgainMoreAndMoreSlowly) {
  Host host({"a"});
  host.state.Happened(Of(Kind::kChanged, "a", 20), host.now);
  for (const double wait : {0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0}) {
    EXPECT_THAT(host.Due(), ElementsAre("a"));
    host.state.Inspected("a", absl::InternalError("HTTP 500"), host.now);
    EXPECT_EQ(host.state.NextDue() - host.now, absl::Seconds(wait));
    host.now = host.state.NextDue();
  }
  EXPECT_EQ(host.Told(), "name-a: it cannot be inspected, so its last facts stand: HTTP 500");
  host.Due();
  host.state.Inspected("a", Running("a", 10), host.now);
  EXPECT_EQ(host.Told(), "no problems");
}

TEST(HostState, WhatCannotBeReportedIsAProblemAndNotWaitedFor) {
  Host host({});
  host.List({"a", "b"}, true);
  host.Due();
  EXPECT_FALSE(host.state.Complete());
  host.state.Inspected("b", Running("b", 10), host.now);
  host.state.Inspected("a", absl::InvalidArgumentError("it has 10000 labels"), host.now);
  EXPECT_TRUE(host.state.Complete());
  EXPECT_EQ(host.Told(), "a: it has 10000 labels, so it is not reported; b RUNNING");
  EXPECT_EQ(host.state.NextDue(), absl::InfiniteDuration());
}

TEST(HostState, AnotherContainersAnswerIsRefused) {
  Host host({"a"});
  host.List({"a"}, true);
  host.Due();
  host.state.Inspected("a", Running("b", 10), host.now);
  EXPECT_THAT(host.Told(), HasSubstr("the engine answers with another container, b"));
}

TEST(HostState, DoubtInspectsEverything) {
  Host host({"a", "b"});
  host.List({"a", "b"}, true);
  EXPECT_THAT(host.Due(), ElementsAre("a", "b"));
}

TEST(HostState, WithoutDoubtWhatDiffersAndSomeInTurn) {
  HostState::Limits limits;
  limits.audited = 1;
  Host host({"a", "b", "c"}, limits);
  host.List({"a", "b", "c"}, false);
  EXPECT_THAT(host.Due(), ElementsAre("a"));
  host.state.Inspected("a", Running("a", 10), host.now);
  host.List({"a", "b", "c"}, false);
  EXPECT_THAT(host.Due(), ElementsAre("b"));
  host.state.Inspected("b", Running("b", 10), host.now);
  host.state.Listed({{"a", "running", 2}, {"b", "exited", 1}, {"c", "running", 1}},
                    host.state.ListBegins(), false, host.now);
  EXPECT_THAT(host.Due(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(host.Told(), "");
}

TEST(HostState, ContainersAndFactsHaveBounds) {
  HostState::Limits limits;
  limits.most_containers = 2;
  Host host({"a", "b", "c", "d"}, limits);
  host.List({"a", "b", "c"}, true);
  EXPECT_THAT(host.Told(), HasSubstr("the host has 1 more containers than the 2 that"));

  limits.largest_facts = 50;
  Host other({"a"}, limits);
  other.List({"a", "b"}, true);
  other.Due();
  other.state.Inspected("b", Running("b", 10), other.now);
  EXPECT_EQ(
      other.Told(),
      "b: the facts of all containers together have more than 50 bytes, so it is not reported");
}

TEST(HostState, DriversComeFromEventsAndFromTheListOfNetworks) {
  const auto driver = [](Host& host) {
    const HostUpdate update = host.state.TakeUpdate();
    return update.upserts.empty() ? "none told" : update.upserts[0]->networks(0).driver();
  };
  Host host({"a"});
  EXPECT_TRUE(host.state.TakeNetworksWanted());
  EXPECT_FALSE(host.state.TakeNetworksWanted());
  host.state.NetworksListed({{{"net-front", "overlay"}, {"front", "overlay"}}});
  EXPECT_EQ(driver(host), "overlay");
  EXPECT_FALSE(host.state.TakeNetworksWanted());

  Host events({});
  events.state.TakeNetworksWanted();
  Event connected = Of(Kind::kNetwork, "a", 9);
  connected.network_id = "net-front";
  connected.network_driver = "macvlan";
  events.state.Happened(connected, events.now);
  events.state.Happened(Of(Kind::kStarted, "a", 10), events.now);
  events.Due();
  events.state.Inspected("a", Running("a", 10), events.now);
  EXPECT_EQ(driver(events), "macvlan");
  EXPECT_FALSE(events.state.TakeNetworksWanted());
}

TEST(HostState, NetworksThatCannotBeListedAreAProblemAskedForOncePerList) {
  Host host({"a"});
  host.state.TakeNetworksWanted();
  host.state.NetworksListed(absl::PermissionDeniedError("HTTP 403"));
  EXPECT_THAT(host.Told(), HasSubstr("the drivers of this host's networks are unknown"));
  host.state.Happened(Of(Kind::kChanged, "a", 20), host.now);
  host.Due();
  host.state.Inspected("a", Running("a", 10), host.now);
  EXPECT_FALSE(host.state.TakeNetworksWanted());
  host.List({"a"}, false);
  EXPECT_TRUE(host.state.TakeNetworksWanted());
}

// What an engine would answer after each event of a sample: running after a start, gone after an
// end.
TEST(HostState, SamplesOfEventsEndAsTheyDidOnTheRealEngine) {
  int samples = 0;
  for (const std::string& sample : TestFiles("test/samples")) {
    if (!absl::StrContains(sample, "/events-")) continue;
    ++samples;
    Host host({});
    std::map<std::string, int> started;  // absent: it does not run
    for (const absl::string_view line : absl::StrSplit(TestFile(sample), '\n', absl::SkipEmpty())) {
      const auto event = ParseEvent(line);
      if (!event.ok() || !event->has_value()) continue;
      const Event& what = **event;
      const int second = static_cast<int>(what.time_nano / kSecond);
      if (what.kind == Kind::kStarted) started.emplace(what.container_id, second);
      if (what.kind == Kind::kEnded || what.kind == Kind::kRemoved)
        started.erase(what.container_id);
      host.state.Happened(what, host.now);
      host.now += absl::Milliseconds(100);
      for (const std::string& id : host.Due()) {
        const auto run = started.find(id);
        host.state.Inspected(
            id,
            run == started.end() ? Running(id, 1, v1::Container::EXITED) : Running(id, run->second),
            host.now);
      }
    }
    std::map<std::string, int> reported;
    for (const ContainerFacts& facts : host.state.TakeUpdate().upserts) {
      if (facts->state() == v1::Container::RUNNING) reported[facts->id()] = 0;
    }
    EXPECT_THAT(reported, SizeIs(started.size())) << sample;
    for (const auto& [id, second] : started) EXPECT_TRUE(reported.contains(id)) << sample << id;
  }
  EXPECT_EQ(samples, 9);
}

}  // namespace
}  // namespace fairlead
