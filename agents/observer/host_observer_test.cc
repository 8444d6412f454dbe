#include "agents/observer/host_observer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "server/base/clock.h"
#include "test/fakes/docker_engine/fake_docker_engine.h"
#include "test/support/files.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::Duration kDeadline = absl::Seconds(20);

// As the agent does, see HttpClient.
[[maybe_unused]] const auto kSigpipeBefore = std::signal(SIGPIPE, SIG_IGN);

// What an observer has told so far, all updates added up. What is waited for counts also if it was
// so only for a moment, however slow the machine is.
class Heard {
 public:
  void Take(HostUpdate update) {
    absl::MutexLock lock(&mutex_);
    ++updates_;
    for (const ContainerFacts& facts : update.upserts) containers_[facts->id()] = facts;
    for (const std::string& id : update.removed) containers_.erase(id);
    if (update.engine.has_value()) engine_ = *update.engine;
    if (update.problems.has_value()) {
      problems_.insert(problems_.end(), update.problems->begin(), update.problems->end());
    }
    std::string written = Written();
    if (states_.empty() || states_.back() != written) states_.push_back(std::move(written));
  }

  // Waits until the host reads, or read since what the last call waited for, like this:
  // "ENGINE: NAME STATE HEALTH [stopping] ADDRESS; ...".
  ::testing::AssertionResult Await(const std::string& expected) {
    absl::MutexLock lock(&mutex_);
    const auto there = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return std::find(states_.begin() + awaited_, states_.end(), expected) != states_.end();
    };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&there), kDeadline)) {
      return ::testing::AssertionFailure()
             << "it was '" << absl::StrJoin(states_, "', '") << "', not '" << expected << "'";
    }
    awaited_ = std::find(states_.begin() + awaited_, states_.end(), expected) - states_.begin();
    return ::testing::AssertionSuccess();
  }
  // The same for a problem that was told at any time.
  ::testing::AssertionResult AwaitProblem(const std::string& part) {
    absl::MutexLock lock(&mutex_);
    const auto there = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return std::any_of(problems_.begin(), problems_.end(), [&](const v1::FactProblem& problem) {
        return absl::StrContains(problem.what(), part);
      });
    };
    if (mutex_.AwaitWithTimeout(absl::Condition(&there), kDeadline)) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << "no problem has '" << part << "'";
  }
  v1::Engine Engine() {
    absl::MutexLock lock(&mutex_);
    return engine_;
  }
  std::vector<std::string> ImageWordsOfFirst() {
    absl::MutexLock lock(&mutex_);
    const auto& words = containers_.begin()->second->image_words();
    return {words.begin(), words.end()};
  }
  std::string FirstDriver() {
    absl::MutexLock lock(&mutex_);
    return containers_.begin()->second->networks(0).driver();
  }
  int updates() {
    absl::MutexLock lock(&mutex_);
    return updates_;
  }

 private:
  std::string Written() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    std::vector<std::string> words;
    for (const auto& [id, facts] : containers_) {
      words.push_back(absl::StrCat(
          facts->name(), " ", v1::Container::State_Name(facts->state()), " ",
          v1::Container::Health_Name(facts->health()), facts->stopping() ? " stopping" : "",
          facts->networks().empty() ? "" : absl::StrCat(" ", facts->networks(0).ipv4())));
    }
    std::sort(words.begin(), words.end());
    return absl::StrCat(engine_.reachable() ? "engine" : "no engine", words.empty() ? "" : ": ",
                        absl::StrJoin(words, "; "));
  }

  absl::Mutex mutex_;
  std::map<std::string, ContainerFacts> containers_ ABSL_GUARDED_BY(mutex_);
  v1::Engine engine_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::FactProblem> problems_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> states_ ABSL_GUARDED_BY(mutex_);  // each differs from the one before
  ptrdiff_t awaited_ ABSL_GUARDED_BY(mutex_) = 0;            // among them
  int updates_ ABSL_GUARDED_BY(mutex_) = 0;
};

// An observer of a fake engine, which tries again soon so that tests are short. A `timeout` that is
// shorter than the machine may be slow is for engines that never answer.
struct Observed {
  explicit Observed(FakeDockerEngine& engine, absl::Duration list_interval = absl::Hours(1),
                    absl::Duration timeout = absl::Minutes(1)) {
    options.url = *ParseEngineUrl(engine.url(), "", "");
    options.list_interval = list_interval;
    options.doubt_interval = absl::Milliseconds(10);
    options.events.client.timeout = timeout;
    options.events.first_wait = absl::Milliseconds(10);
    options.events.last_wait = absl::Milliseconds(100);
    observer = std::make_unique<HostObserver>(
        options, [this](HostUpdate update) { heard.Take(std::move(update)); });
  }
  ~Observed() { observer->Stop(); }

  Heard heard;
  HostObserver::Options options;
  std::unique_ptr<HostObserver> observer;
};

nlohmann::json Sample(const std::string& path) {
  return nlohmann::json::parse(TestFile(absl::StrCat("test/samples/", path)));
}

constexpr char kWebRuns[] = "engine: web-1 RUNNING NO_CHECK 172.17.0.2";

TEST(HostObserver, TheFirstUpdateIsTheWholeHost) {
  FakeDockerEngine engine;
  engine.Run({});
  FakeContainer other;
  other.name = "web-2";
  other.ip = "172.17.0.3";
  engine.Run(other);
  Observed host(engine);
  EXPECT_TRUE(host.heard.Await(
      "engine: web-1 RUNNING NO_CHECK 172.17.0.2; web-2 RUNNING NO_CHECK 172.17.0.3"));
  EXPECT_EQ(host.heard.updates(), 1);
  EXPECT_EQ(host.heard.Engine().version(), "20.10.24+dfsg1");
  EXPECT_EQ(host.heard.Engine().api_version(), "1.41");
}

TEST(HostObserver, ALifeFromStartToRemoval) {
  FakeDockerEngine engine;
  Observed host(engine);
  ASSERT_TRUE(host.heard.Await("engine"));
  FakeContainer web;
  web.health = "starting";
  const std::string id = engine.Run(web);
  EXPECT_TRUE(host.heard.Await("engine: web-1 RUNNING STARTING 172.17.0.2"));
  engine.SetHealth(id, "healthy");
  EXPECT_TRUE(host.heard.Await("engine: web-1 RUNNING HEALTHY 172.17.0.2"));
  engine.Rename(id, "shop");
  EXPECT_TRUE(host.heard.Await("engine: shop RUNNING HEALTHY 172.17.0.2"));
  engine.Kill(id, 15);
  EXPECT_TRUE(host.heard.Await("engine: shop RUNNING HEALTHY stopping 172.17.0.2"));
  engine.SetHealth(id, "unhealthy");
  EXPECT_TRUE(host.heard.Await("engine: shop RUNNING UNHEALTHY stopping 172.17.0.2"));
  engine.Die(id);
  EXPECT_TRUE(host.heard.Await("engine: shop EXITED UNHEALTHY 172.17.0.2"));
  engine.Start(id);
  EXPECT_TRUE(host.heard.Await("engine: shop RUNNING UNHEALTHY 172.17.0.2"));
  engine.Destroy(id);
  EXPECT_TRUE(host.heard.Await("engine"));
}

TEST(HostObserver, AsksOnlyForWhatAProxyBeforeTheEngineAllows) {
  FakeDockerEngine engine;
  engine.Run({});
  Observed host(engine);
  ASSERT_TRUE(host.heard.Await(kWebRuns));
  for (const std::string& request : engine.TakeRequests()) {
    EXPECT_TRUE(
        request == "GET /_ping" || request == "GET /version" ||
        absl::StartsWith(request, "GET /v1.41/events?since=") ||
        request == "GET /v1.41/containers/json?all=1" ||
        (absl::StartsWith(request, "GET /v1.41/containers/") && absl::EndsWith(request, "/json")) ||
        request == "GET /v1.41/networks")
        << request;
  }
}

TEST(HostObserver, TheFirstUpdateSaysWhatImagesPublish) {
  FakeDockerEngine engine;
  engine.SetImageEnvironment({"PATH=/bin", "VIRTUAL_HOST=eager.example"});
  FakeContainer web;
  web.environment = {"VIRTUAL_HOST=eager.example"};
  engine.Run(web);
  Observed host(engine);
  ASSERT_TRUE(host.heard.Await(kWebRuns));
  EXPECT_EQ(host.heard.updates(), 1);
  EXPECT_THAT(host.heard.ImageWordsOfFirst(), ElementsAre("VIRTUAL_HOST"));
}

TEST(HostObserver, ImagesThatCannotBeReadAreNoHindrance) {
  FakeDockerEngine engine;
  engine.AnswerWith("/images/", 403, R"({"message":"denied"})", 1'000);
  FakeContainer web;
  web.environment = {"VIRTUAL_HOST=eager.example"};
  engine.Run(web);
  Observed host(engine);
  ASSERT_TRUE(host.heard.Await(kWebRuns));
  EXPECT_TRUE(host.heard.ImageWordsOfFirst().empty());
}

TEST(HostObserver, WhatHappensWhileTheEventsAreCutIsSeen) {
  FakeDockerEngine engine;
  const std::string id = engine.Run({});
  Observed host(engine);
  ASSERT_TRUE(host.heard.Await(kWebRuns));
  engine.Take(id);
  FakeContainer other;
  other.name = "web-2";
  engine.CutEvents();
  engine.Run(other);
  EXPECT_TRUE(host.heard.Await("engine: web-2 RUNNING NO_CHECK 172.17.0.2"));
}

TEST(HostObserver, WhileTheEngineIsAwayTheLastFactsStand) {
  FakeDockerEngine engine;
  const std::string id = engine.Run({});
  Observed host(engine);
  ASSERT_TRUE(host.heard.Await(kWebRuns));
  engine.Stop();
  ASSERT_TRUE(host.heard.Await("no engine: web-1 RUNNING NO_CHECK 172.17.0.2"));
  EXPECT_THAT(host.heard.Engine().error(), HasSubstr("cannot connect to"));
  EXPECT_TRUE(host.heard.Engine().has_lost_at());
  engine.Change(id, "/NetworkSettings/Networks/bridge/IPAddress", "172.17.0.9");
  engine.Begin();
  EXPECT_TRUE(host.heard.Await("engine: web-1 RUNNING NO_CHECK 172.17.0.9"));
  EXPECT_EQ(host.heard.Engine().error(), "");
}

TEST(HostObserver, AnEngineThatIsAwayAtFirstIsToldAtOnce) {
  FakeDockerEngine engine;
  engine.Run({});
  engine.Stop();
  Observed host(engine);
  EXPECT_TRUE(host.heard.Await("no engine"));
  engine.Begin();
  EXPECT_TRUE(host.heard.Await(kWebRuns));
}

TEST(HostObserver, AnEngineThatHangsIsAwayUntilItGoesOn) {
  FakeDockerEngine engine;
  engine.Run({});
  Observed host(engine, absl::Milliseconds(200), /*timeout=*/absl::Milliseconds(300));
  ASSERT_TRUE(host.heard.Await(kWebRuns));
  engine.Stall();
  ASSERT_TRUE(host.heard.Await("no engine: web-1 RUNNING NO_CHECK 172.17.0.2"));
  engine.Resume();
  EXPECT_TRUE(host.heard.Await(kWebRuns));
}

TEST(HostObserver, EventsThatWereLostAreMadeUpForByTheTimer) {
  FakeDockerEngine engine;
  const std::string id = engine.Run({});
  Observed host(engine, absl::Milliseconds(100));
  ASSERT_TRUE(host.heard.Await(kWebRuns));
  engine.Change(id, "/State/Status", "exited");
  EXPECT_TRUE(host.heard.Await("engine: web-1 EXITED NO_CHECK 172.17.0.2"));
  engine.Take(id);
  EXPECT_TRUE(host.heard.Await("engine"));
}

TEST(HostObserver, BrokenEventsMakeItLookAgain) {
  FakeDockerEngine engine;
  const std::string id = engine.Run({});
  Observed host(engine);
  ASSERT_TRUE(host.heard.Await(kWebRuns));
  engine.Take(id);
  engine.Emit(R"({"Type":"contai)");
  EXPECT_TRUE(host.heard.Await("engine"));
  engine.Put(Sample("docker/inspect-plain.json"));
  engine.Emit(std::string(2'000'000, 'x'));
  EXPECT_TRUE(host.heard.Await("engine: plain RUNNING HEALTHY 172.17.0.2"));
}

TEST(HostObserver, AnInspectionThatFindsNothingIsAnEnd) {
  FakeDockerEngine engine;
  const std::string id = engine.Run({});
  Observed host(engine);
  ASSERT_TRUE(host.heard.Await(kWebRuns));
  engine.Take(id);
  engine.Emit(
      absl::StrCat(R"({"Type":"container","Action":"pause","Actor":{"ID":")", id, R"("}})"));
  EXPECT_TRUE(host.heard.Await("engine"));
}

TEST(HostObserver, AListThatFailsRemovesNothing) {
  for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
           {500, R"({"message":"out of luck"})"}, {200, "[{\"Id\""}, {200, "null"}, {200, "{}"}}) {
    FakeDockerEngine engine;
    engine.Run({});
    Observed host(engine);
    ASSERT_TRUE(host.heard.Await(kWebRuns));
    engine.AnswerWith("/containers/json", status, body, 1);
    engine.CutEvents();
    ASSERT_TRUE(host.heard.Await("no engine: web-1 RUNNING NO_CHECK 172.17.0.2"));
    EXPECT_TRUE(host.heard.Await(kWebRuns));
  }
}

TEST(HostObserver, AnInspectionThatFailsIsAProblemAndTriedAgain) {
  FakeDockerEngine engine;
  const std::string id = engine.Run({});
  Observed host(engine);
  ASSERT_TRUE(host.heard.Await(kWebRuns));
  engine.AnswerWith(id, 500, R"({"message":"out of luck"})", 1);
  engine.Rename(id, "shop");
  EXPECT_TRUE(host.heard.AwaitProblem("it cannot be inspected, so its last facts stand"));
  EXPECT_TRUE(host.heard.Await("engine: shop RUNNING NO_CHECK 172.17.0.2"));
}

TEST(HostObserver, TheFirstSnapshotWaitsForAnInspectionThatFails) {
  FakeDockerEngine engine;
  const std::string id = engine.Run({});
  engine.AnswerWith(id, 500, "{}", 1);
  Observed host(engine);
  EXPECT_TRUE(host.heard.Await(kWebRuns));
  EXPECT_EQ(host.heard.updates(), 1);
}

TEST(HostObserver, TheFirstUpdateHasTheDriversOfTheNetworks) {
  FakeDockerEngine engine;
  engine.SetNetworks({{{"Id", "net-bridge"}, {"Name", "bridge"}, {"Driver", "overlay"}}});
  engine.Run({});
  Observed host(engine);
  ASSERT_TRUE(host.heard.Await(kWebRuns));
  EXPECT_EQ(host.heard.updates(), 1);
  EXPECT_EQ(host.heard.FirstDriver(), "overlay");
}

TEST(HostObserver, NetworksThatCannotBeListedAreAProblemAndNoHindrance) {
  FakeDockerEngine engine;
  engine.AnswerWith("/networks", 403, R"({"message":"denied"})", 1'000);
  engine.Run({});
  Observed host(engine);
  EXPECT_TRUE(host.heard.Await(kWebRuns));
  EXPECT_TRUE(host.heard.AwaitProblem("the drivers of this host's networks are unknown"));
}

TEST(HostObserver, AContainerBeyondTheBoundsIsLeftOutWithAReason) {
  FakeDockerEngine engine;
  engine.Run({});
  FakeContainer huge;
  huge.name = "huge";
  for (int i = 0; i < 10'000; ++i) huge.labels[absl::StrCat("label-", i)] = "x";
  engine.Run(huge);
  FakeContainer large;
  large.name = "large";
  large.labels["big"] = std::string(16 << 20, 'x');
  engine.Run(large);
  Observed host(engine);
  EXPECT_TRUE(host.heard.Await(kWebRuns));
  EXPECT_TRUE(
      host.heard.AwaitProblem("it has 10000 labels; the most is 1000, so it is not reported"));
  EXPECT_TRUE(
      host.heard.AwaitProblem("the answer has more than 1048576 bytes, so it is not reported"));
}

TEST(HostObserver, AnEngineThatIsTooOldIsNamed) {
  FakeDockerEngine engine;
  engine.SpeakApi("1.22");
  Observed host(engine);
  EXPECT_TRUE(host.heard.Await("no engine"));
  EXPECT_THAT(host.heard.Engine().error(), HasSubstr("the engine speaks version 1.22"));
  engine.SpeakApi("1.24");
  EXPECT_TRUE(host.heard.Await("engine"));
  EXPECT_EQ(host.heard.Engine().api_version(), "1.24");
}

// Lists and inspections of the samples: what a real engine had, all of it reported.
TEST(HostObserver, TheSamplesOfARealEngine) {
  FakeDockerEngine engine;
  int containers = 0;
  for (const std::string& sample : TestFiles("test/samples/docker")) {
    if (!absl::StrContains(sample, "/inspect-")) continue;
    engine.Put(nlohmann::json::parse(TestFile(sample)));
    ++containers;
  }
  engine.SetNetworks(nlohmann::json::parse(TestFile("test/samples/docker/networks-list.json")));
  Observed host(engine);
  EXPECT_TRUE(host.heard.Await(
      "engine: crash EXITED NO_CHECK ; created CREATED NO_CHECK ; hog EXITED NO_CHECK ; hostnet "
      "RUNNING UNHEALTHY; nonet RUNNING HEALTHY; paused PAUSED UNHEALTHY 172.17.0.4; plain RUNNING "
      "HEALTHY 172.17.0.2; sick RUNNING UNHEALTHY 172.17.0.2; sidecar RUNNING HEALTHY; stopped "
      "EXITED UNHEALTHY ; two RUNNING HEALTHY 172.31.9.2; udp RUNNING HEALTHY 172.17.0.3"));
  EXPECT_EQ(containers, 12);
}

TEST(HostObserver, AFloodOfEventsEndsInTheRightState) {
  FakeDockerEngine engine;
  Observed host(engine);
  ASSERT_TRUE(host.heard.Await("engine"));
  const absl::Duration begin = Clock::Real().Monotonic();
  std::vector<std::string> ids;
  for (const char* name : {"a", "b", "c"}) {
    FakeContainer container;
    container.name = name;
    ids.push_back(engine.Run(container));
  }
  for (int i = 0; i < 1'000; ++i) {
    for (const std::string& id : ids) engine.Die(id);
    for (const std::string& id : ids) engine.Start(id);
  }
  engine.Destroy(ids[0]);
  engine.Die(ids[1]);
  EXPECT_TRUE(
      host.heard.Await("engine: b EXITED NO_CHECK 172.17.0.2; c RUNNING NO_CHECK 172.17.0.2"));
  size_t inspections = 0;
  for (const std::string& request : engine.TakeRequests()) {
    if (absl::EndsWith(request, "/json")) ++inspections;
  }
  // Of each of three containers 10 at once and 5 a second, and one that was under way.
  const double seconds = absl::ToDoubleSeconds(Clock::Real().Monotonic() - begin);
  EXPECT_LT(inspections, 3 * (11 + 5 * seconds)) << "a crash loop makes the agent spin";
}

TEST(HostObserver, EndsAtOnceHoweverTheEngineIs) {
  FakeDockerEngine engine;
  engine.Run({});
  for (const bool stalled : {false, true}) {
    if (stalled) engine.Stall();
    Observed host(engine);
    if (!stalled) {
      ASSERT_TRUE(host.heard.Await(kWebRuns));
    }
    host.observer->Stop();
    const int updates = host.heard.updates();
    engine.Run({});
    EXPECT_EQ(host.heard.updates(), updates);
  }
  engine.Resume();
}

}  // namespace
}  // namespace fairlead
