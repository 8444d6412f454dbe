// A container that crashes again and again costs proxies little, and other containers nothing
// (P15).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fairlead/v1/admin.pb.h"
#include "server/base/clock.h"
#include "test/feature/world.h"

namespace fairlead {
namespace {

constexpr char kCluster[] = "shop/web:8000";

class CrashLoop : public testing::Test {
 protected:
  CrashLoop() {
    world_.AddAgent(1).Run({steady_, looper_, ContainerOf("api", 3)});
    proxy_ = &world_.AddProxy();
    both_ = {AddressOf("192.0.2.1", 1), AddressOf("192.0.2.1", 2)};
    EXPECT_TRUE(proxy_->AwaitHealthy(kCluster, both_));
    EXPECT_TRUE(proxy_->AwaitHealthy("shop/api:8000", {AddressOf("192.0.2.1", 3)}));
    EXPECT_TRUE(
        proxy_->Await([](const FakeProxy::State& state) { return !state.domains.empty(); }));
  }

  void Crash() {
    looper_.set_state(v1::Container::EXITED);
    world_.agent(1).Run(looper_);
    ASSERT_TRUE(world_.agent(1).AwaitAcknowledged());
    looper_.set_state(v1::Container::RUNNING);
    looper_.mutable_started_at()->set_seconds(looper_.started_at().seconds() + 1);
    world_.agent(1).Run(looper_);
    ASSERT_TRUE(world_.agent(1).AwaitAcknowledged());
  }

  std::string ProblemOfLooper() {
    v1::ListProblemsResponse problems;
    world_.server().inspection().Problems(problems);
    for (const v1::Problem& problem : problems.problems()) {
      if (problem.container() == looper_.name()) return problem.what() + problem.cure();
    }
    return "";
  }

  World world_;
  FakeProxy* proxy_ = nullptr;
  v1::Container steady_ = ContainerOf("web", 1);
  v1::Container looper_ = ContainerOf("web", 2);
  std::vector<std::string> both_;
};

TEST_F(CrashLoop, IsAFewResponsesAndAProblemAndDelaysNoOther) {
  const absl::Duration start = Clock::Real().Monotonic();
  const int before = proxy_->resources();
  for (int crash = 0; crash < 100; ++crash) Crash();
  ASSERT_TRUE(proxy_->AwaitHealthy(kCluster, {AddressOf("192.0.2.1", 1)}));
  // Three ends and two starts, and on a slow machine one more of each every 30 s.
  const int turns = static_cast<int>((Clock::Real().Monotonic() - start) / absl::Seconds(30));
  EXPECT_LE(proxy_->resources() - before, 5 + 2 * turns);
  EXPECT_THAT(ProblemOfLooper(), testing::HasSubstr("docker logs shop-web-2"));

  const int after = proxy_->resources();
  world_.agent(1).Run(ContainerOf("api", 4));
  EXPECT_TRUE(proxy_->AwaitHealthy("shop/api:8000",
                                   {AddressOf("192.0.2.1", 3), AddressOf("192.0.2.1", 4)}));
  EXPECT_LE(proxy_->resources() - after, 1 + 2 * turns);
}

TEST_F(CrashLoop, IsNotWhatAnOperatorDoes) {
  for (int restart = 0; restart < 10; ++restart) {
    looper_.set_stopping(true);
    world_.agent(1).Run(looper_);
    looper_.set_stopping(false);
    Crash();
    EXPECT_TRUE(proxy_->AwaitHealthy(kCluster, both_, absl::Seconds(10))) << restart;
  }
  EXPECT_EQ(ProblemOfLooper(), "");
}

}  // namespace
}  // namespace fairlead
