// What must never happen to proxies when agents, engines or the server fail (P02, P04, P05): three
// hosts of fake agents and ten proxies, over real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "fairlead/v1/admin.pb.h"
#include "server/store/sqlite_store.h"
#include "test/feature/world.h"

namespace fairlead {
namespace {

constexpr int kHosts = 3;
constexpr int kProxies = 10;

// Each host has two containers of web; host n alone has a container of only-n.
void Fill(World& world) {
  for (int n = 1; n <= kHosts; ++n) {
    FakeAgent& agent = world.AddAgent(n);
    agent.Run(ContainerOf("web", 10 * n));
    agent.Run(ContainerOf("web", 10 * n + 1));
    agent.Run(ContainerOf(absl::StrCat("only-", n), 10 * n + 2));
  }
  for (int i = 0; i < kProxies; ++i) world.AddProxy();
  for (int i = 0; i < kProxies; ++i) {
    ASSERT_TRUE(world.proxy(i).Await([](const FakeProxy::State& state) {
      size_t endpoints = 0;
      for (const auto& [cluster, list] : state.endpoints) endpoints += list.size();
      const auto routes = state.domains.find("http");
      return endpoints == 3 * kHosts && routes != state.domains.end() &&
             routes->second.size() == 1 + kHosts;
    })) << "edge-"
        << i + 1;
  }
}

void AwaitStreams(World& world, int streams) {
  for (int i = 0; i < kProxies; ++i) {
    const FakeProxy& proxy = world.proxy(i);
    ASSERT_TRUE(proxy.Await([&](const FakeProxy::State&) {
      return proxy.streams_now() >= streams;
    })) << "edge-"
        << i + 1;
  }
}

// One more domain reaches every proxy: whatever was on its way before has arrived by then.
void Settle(World& world, int mark) {
  world.agent(1).Run(ContainerOf("mark", 900 + mark, absl::StrCat("mark-", mark, ".example")));
  for (int i = 0; i < kProxies; ++i) {
    ASSERT_TRUE(world.proxy(i).Await([&](const FakeProxy::State& state) {
      const auto routes = state.domains.find("http");
      return routes != state.domains.end() && testing::Matches(testing::Contains(absl::StrCat(
                                                  "mark-", mark, ".example")))(routes->second);
    }));
  }
}

TEST(Survival, ARestartedServerAnswersWithAllThatItKnewAndResendsNothing) {  // P02
  const std::string directory = testing::TempDir() + "/survival-p02";
  World::Options options;
  options.store = *SqliteStore::Open(directory);
  World world(options);
  Fill(world);
  const std::vector<FakeProxy::State> before = world.States();
  const int sent = world.Sent();
  ASSERT_TRUE(options.store->Flush(absl::Seconds(10)).ok());
  // The agents are slow to come back: they are not there at all.
  for (int n = 1; n <= kHosts; ++n) world.agent(n).Kill();

  world.StopServer();
  world.StartServer();
  AwaitStreams(world, 2);

  EXPECT_EQ(world.States(), before);
  EXPECT_EQ(world.Sent(), sent);
  // A proxy that comes new is told the same.
  FakeProxy& late = world.AddProxy();
  EXPECT_TRUE(late.Await([&](const FakeProxy::State& state) {
    return state.endpoints == before.back().endpoints && state.domains == before.back().domains;
  }));
  const int with_late = world.Sent();
  for (int n = 1; n <= kHosts; ++n) world.agent(n).Start();
  for (int n = 1; n <= kHosts; ++n) EXPECT_TRUE(world.agent(n).AwaitAcknowledged());
  EXPECT_EQ(world.Sent(), with_late);
}

TEST(Survival, AnAgentThatRestartsCausesNoPush) {  // P05
  World world;
  Fill(world);
  const int sent = world.Sent();
  const std::vector<FakeProxy::State> before = world.States();
  for (int round = 0; round < 3; ++round) {
    for (int n = 1; n <= kHosts; ++n) {
      world.agent(n).Kill();
      world.agent(n).Start();
      ASSERT_TRUE(world.agent(n).AwaitAcknowledged());
    }
  }
  EXPECT_EQ(world.States(), before);
  EXPECT_EQ(world.Sent(), sent);
}

TEST(Survival, AServerThatLostItsDataWaitsForItsAgents) {
  World world;
  Fill(world);
  const std::vector<FakeProxy::State> before = world.States();
  world.StopServer();
  world.StartServer(/*forgetful=*/true);
  AwaitStreams(world, 2);
  EXPECT_EQ(world.States(), before);
  for (int i = 0; i < kProxies; ++i) EXPECT_EQ(world.proxy(i).removals(), 0);
}

TEST(Survival, AProxyThatWaitsForAgentsIsShownWithTheReason) {
  World::Options options;
  options.server.control.warm_up = absl::Hours(1);
  World world(options);
  world.AddProxy();
  v1::ListProxiesResponse response;
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  do {
    std::this_thread::yield();
    response.Clear();
    world.server().inspection().Proxies(response);
  } while ((response.proxies().empty() || response.proxies(0).waits_until().empty()) &&
           absl::Now() < deadline);
  ASSERT_EQ(response.proxies_size(), 1);
  EXPECT_THAT(response.proxies(0).waits_until(), testing::HasSubstr("agents have reported"));
  EXPECT_EQ(response.proxies(0).types_size(), 0);
  world.AddAgent(1).Run(ContainerOf("web", 1));
  EXPECT_TRUE(world.proxy(0).AwaitHealthy("shop/web:8000", {AddressOf("192.0.2.1", 1)}));
  response.Clear();
  world.server().inspection().Proxies(response);
  EXPECT_EQ(response.proxies(0).waits_until(), "");
}

// P04: whatever fails, a service has no endpoint less than one without positive evidence. The
// hosts' timers are short enough to run out in the middle of it.
TEST(Survival, NoMixOfFaultsTakesAServicesLastEndpoint) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    World::Options options;
    auto& liveness = options.server.control.pipeline.catalog.liveness;
    liveness.host_timeout = absl::Milliseconds(600);
    liveness.forget_after = absl::Milliseconds(1500);
    liveness.forget_spacing = absl::Milliseconds(200);
    liveness.guard_window = absl::Seconds(2);
    World world(options);
    Fill(world);
    std::mt19937 random(seed);
    int mark = 0;
    for (int step = 0; step < 25; ++step) {
      FakeAgent& agent = world.agent(1 + static_cast<int>(random() % kHosts));
      switch (random() % 6) {
        case 0:
          agent.Kill();
          break;
        case 1:
          agent.Start();
          break;
        case 2:
          agent.LoseEngine("connection refused");
          break;
        case 3:
          agent.FindEngine();
          break;
        case 4:
          agent.CutStream();
          break;
        case 5:
          if (step % 3 == 0) {
            world.StopServer();
            world.StartServer();
          }
          break;
      }
      // Some time for the timers, without waiting for a time: a fact goes all the way through.
      if (step % 5 == 4) {
        world.agent(1).Start();
        world.agent(1).FindEngine();
        Settle(world, ++mark);
      }
    }
    for (int i = 0; i < kProxies; ++i) {
      for (int n = 1; n <= kHosts; ++n) {
        EXPECT_GE(world.proxy(i).least_healthy(absl::StrCat("shop/only-", n, ":8000")), 1)
            << "seed " << seed << " edge-" << i + 1 << " only-" << n;
      }
      EXPECT_GE(world.proxy(i).least_healthy("shop/web:8000"), 1);
    }
  }
}

TEST(Survival, AContainerThatIsSaidToBeGoneIsGoneEverywhere) {
  World world;
  Fill(world);
  world.agent(2).Remove(ContainerOf("only-2", 22).id());
  for (int i = 0; i < kProxies; ++i) {
    EXPECT_TRUE(world.proxy(i).AwaitHealthy("shop/only-2:8000", {}));
    // Its route stays, and answers 503.
    EXPECT_THAT(world.proxy(i).state().domains["http"], testing::Contains("only-2.example"));
  }
}

}  // namespace
}  // namespace fairlead
