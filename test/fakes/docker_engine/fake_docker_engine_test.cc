// The fake through the eyes of the client that it is made for.
#include "test/fakes/docker_engine/fake_docker_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "agents/engine/engine_client.h"

namespace fairlead {
namespace {

// As the agent does, see HttpClient.
[[maybe_unused]] const auto kSigpipeBefore = std::signal(SIGPIPE, SIG_IGN);

using ::testing::ElementsAre;
using ::testing::HasSubstr;

EngineUrl UrlOf(const FakeDockerEngine& engine) { return *ParseEngineUrl(engine.url(), "", ""); }

TEST(FakeDockerEngine, AnswersLikeAnEngine) {
  FakeDockerEngine engine;
  EngineClient client(UrlOf(engine));
  const auto version = client.Negotiate();
  ASSERT_TRUE(version.ok()) << version.status();
  EXPECT_EQ(version->version, "20.10.24+dfsg1");
  EXPECT_EQ(version->api.ToString(), "1.41");

  FakeContainer web;
  web.environment = {"VIRTUAL_HOST=a.example"};
  web.health = "starting";
  const std::string id = engine.Run(web);
  const auto list = client.List();
  ASSERT_TRUE(list.ok()) << list.status();
  ASSERT_EQ(list->size(), 1);
  EXPECT_EQ((*list)[0].id, id);
  EXPECT_EQ((*list)[0].state, "running");
  const auto inspection = client.Inspect(id);
  ASSERT_TRUE(inspection.ok()) << inspection.status();
  EXPECT_EQ(inspection->container.name(), "web-1");
  EXPECT_EQ(inspection->container.health(), v1::Container::STARTING);
  EXPECT_EQ(inspection->container.networks(0).ipv4(), "172.17.0.2");
  EXPECT_EQ(inspection->container.environment().at("VIRTUAL_HOST"), "a.example");
  EXPECT_TRUE(client.NetworkDrivers().ok());
  EXPECT_THAT(engine.TakeRequests(),
              ElementsAre("GET /_ping", "GET /version", "GET /v1.41/containers/json?all=1",
                          "GET /v1.41/containers/" + id + "/json", "GET /v1.41/networks"));
  EXPECT_TRUE(absl::IsNotFound(client.Inspect("nobody").status()));
}

TEST(FakeDockerEngine, TellsWhatHappensInOrder) {
  FakeDockerEngine engine;
  EngineClient client(UrlOf(engine));
  ASSERT_TRUE(client.Negotiate().ok());
  std::vector<Event::Kind> kinds;
  std::thread follower([&] {
    const absl::Status ended = client.FollowEvents(
        0, [] {}, [&](Event event) { kinds.push_back(event.kind); }, [](absl::Status) {});
    EXPECT_TRUE(absl::IsUnavailable(ended)) << ended;
  });
  ASSERT_TRUE(engine.AwaitSubscription());
  const std::string id = engine.Run({});
  engine.SetHealth(id, "healthy");
  engine.Kill(id, 15);
  engine.Die(id);
  engine.Destroy(id);
  engine.CutEvents();
  follower.join();
  using Kind = Event::Kind;
  EXPECT_THAT(kinds, ElementsAre(Kind::kCreated, Kind::kNetwork, Kind::kStarted, Kind::kChanged,
                                 Kind::kKilled, Kind::kEnded, Kind::kNetwork, Kind::kEnded,
                                 Kind::kRemoved));
}

TEST(FakeDockerEngine, Misbehaves) {
  FakeDockerEngine engine;
  EngineClient::Options options;
  options.timeout = absl::Milliseconds(200);
  EngineClient client(UrlOf(engine), options);
  ASSERT_TRUE(client.Negotiate().ok());

  engine.AnswerWith("/containers/json", 500, R"({"message":"out of luck"})", 1);
  EXPECT_THAT(client.List().status().ToString(),
              HasSubstr("INTERNAL: GET /v1.41/containers/json: HTTP 500: out of luck"));
  EXPECT_TRUE(client.List().ok()) << "only once";

  engine.AnswerWith("/containers/json", 200, R"([{"Id":"a"},{"Id")", 1);
  EXPECT_TRUE(absl::IsDataLoss(client.List().status()));

  engine.AnswerWith("/containers/", 200, std::string(2'000'000, ' '), 1);
  EXPECT_THAT(
      client.Inspect("x").status().ToString(),
      HasSubstr("RESOURCE_EXHAUSTED: GET /v1.41/containers/x/json: the answer has more than "
                "1048576 bytes"));

  engine.Stall();
  EXPECT_TRUE(absl::IsDeadlineExceeded(client.List().status()));
  engine.Resume();
  EXPECT_TRUE(client.List().ok());

  engine.Stop();
  EXPECT_THAT(client.List().status().ToString(), HasSubstr("No such file or directory"));
  engine.Begin();
  EXPECT_TRUE(client.List().ok()) << "another inode at the same path";
}

TEST(FakeDockerEngine, AClientThatWasStoppedSaysSo) {
  FakeDockerEngine engine;
  engine.Stall();
  EngineClient client(UrlOf(engine));
  std::thread stopper([&] { client.Stop(); });
  EXPECT_TRUE(absl::IsCancelled(client.List().status()));
  stopper.join();
  EXPECT_TRUE(absl::IsCancelled(client.List().status()));
  engine.Resume();
}

}  // namespace
}  // namespace fairlead
