#include "deploy/images/drop_in/own_networks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "absl/strings/str_cat.h"
#include "test/fakes/docker_engine/fake_docker_engine.h"

namespace fairlead {
namespace {

using testing::ElementsAre;

// As EngineClient wants it.
[[maybe_unused]] const auto kSigpipeBefore = std::signal(SIGPIPE, SIG_IGN);

class OwnNetworksTest : public testing::Test {
 protected:
  std::string Run(const std::string& network, const std::string& mode) {
    FakeContainer container;
    container.network = network;
    const std::string id = engine_.Run(container);
    engine_.Change(id, "/HostConfig/NetworkMode", mode);
    return id;
  }
  absl::StatusOr<OwnNetworks> Find(const std::string& id) {
    return FindOwnNetworks(*ParseEngineUrl(engine_.url(), "", ""), id);
  }

  FakeDockerEngine engine_;
};

TEST_F(OwnNetworksTest, AllThatItIsConnectedTo) {
  const std::string id = Run("shop_default", "shop_default");
  engine_.Change(id, "/NetworkSettings/Networks/front", {{"IPAddress", "172.20.0.2"}});
  const auto networks = Find(id);
  ASSERT_TRUE(networks.ok()) << networks.status();
  EXPECT_FALSE(networks->host);
  EXPECT_THAT(networks->names, ElementsAre("front", "shop_default"));
}

TEST_F(OwnNetworksTest, TheHosts) {
  const std::string id = Run("host", "host");
  const auto networks = Find(id);
  ASSERT_TRUE(networks.ok()) << networks.status();
  EXPECT_TRUE(networks->host);
}

TEST_F(OwnNetworksTest, ThoseOfTheContainerWhoseNetworkItShares) {
  const std::string owner = Run("shop_default", "shop_default");
  const std::string id = Run("none", absl::StrCat("container:", owner));
  engine_.Change(id, "/NetworkSettings/Networks", nlohmann::json::object());
  const auto networks = Find(id);
  ASSERT_TRUE(networks.ok()) << networks.status();
  EXPECT_THAT(networks->names, ElementsAre("shop_default"));
  EXPECT_EQ(networks->container, owner);
}

TEST_F(OwnNetworksTest, NoneIsAnError) {
  const std::string id = Run("none", "none");
  engine_.Change(id, "/NetworkSettings/Networks", nlohmann::json::object());
  EXPECT_TRUE(absl::IsFailedPrecondition(Find(id).status()));
}

TEST_F(OwnNetworksTest, NoContainerAndNoEngineAreErrors) {
  EXPECT_TRUE(absl::IsNotFound(Find(std::string(64, 'a')).status()));
  engine_.Stop();
  EXPECT_TRUE(absl::IsUnavailable(Find(std::string(64, 'a')).status()));
}

TEST(OutwardAddress, IsNeverLoopback) {
  EXPECT_THAT(OutwardAddress(), testing::Not(testing::StartsWith("127.")));
}

TEST(DefaultGateway, IsThatOfTheFirstDefaultRoute) {
  const std::string head =
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
  const std::string own = "eth0\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n";
  const std::string through = "eth1\t00000000\t010013AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n";
  const std::string unreachable = "eth1\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n";
  const std::string half = "eth1\t00000000\t010014AC\t0003\t0\t0\t0\t00000080\t0\t0\t0\n";
  const struct {
    std::string routes;
    const char* gateway;
  } cases[] = {
      {head + own + through, "172.19.0.1"},
      {head + half + through + own, "172.19.0.1"},
      {head + through, "172.19.0.1"},
      {head + own, ""},
      {head + unreachable, ""},
      {head + half, ""},
      {head + "eth1\t00000000\tXYZ\t0003\t0\t0\t0\t00000000\t0\t0\t0\n", ""},
      {head + "eth1\t00000000\t010013AC\t0003\n", ""},
      {head, ""},
      {"", ""},
      {std::string("\0\n\0", 3), ""},
  };
  for (const auto& of : cases) EXPECT_EQ(DefaultGateway(of.routes), of.gateway) << of.routes;
}

}  // namespace
}  // namespace fairlead
