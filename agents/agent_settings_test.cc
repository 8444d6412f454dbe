#include "agents/agent_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<std::string> Read(AgentSettings& values, const std::vector<std::string>& arguments) {
  Settings settings(AgentProgram());
  AddAgentSettings(settings, &values);
  return settings.Read(arguments, [](const char*) { return nullptr; });
}

TEST(AgentSettings, Defaults) {
  const AgentSettings values = DefaultAgentSettings(nullptr, "h1");
  EXPECT_THAT(values.servers, ElementsAre("127.0.0.1:18001"));
  EXPECT_EQ(values.docker_host, "unix:///var/run/docker.sock");
  EXPECT_EQ(values.host_id, "h1");
  EXPECT_EQ(DefaultAgentSettings("tcp://h:2376", "h1").docker_host, "tcp://h:2376");
  EXPECT_EQ(DefaultAgentSettings("", "h1").docker_host, "unix:///var/run/docker.sock");
}

TEST(AgentSettings, Lists) {
  AgentSettings values;
  ASSERT_TRUE(Read(values, {"--server", "a:1,[2001:db8::1]:2", "--advertise-address", "10.0.0.1",
                            "--advertise-address", "2001:db8::1"})
                  .ok());
  EXPECT_THAT(values.servers, ElementsAre("a:1", "[2001:db8::1]:2"));
  EXPECT_THAT(values.advertise_addresses, ElementsAre("10.0.0.1", "2001:db8::1"));
}

TEST(AgentSettings, WhatIsWrongIsNamed) {
  const struct {
    const char* argument;
    const char* message;
  } cases[] = {
      {"--server=nowhere", "--server 'nowhere': write HOST:PORT"},
      {"--server=:18001", "--server ':18001': write HOST:PORT"},
      {"--server=h:0", "--server 'h:0': write HOST:PORT"},
      {"--host-id=a b", "--host-id 'a b': write at most 253 letters"},
      {"--advertise-address=web1", "--advertise-address 'web1': write an IP address"},
      {"--zone=a\nb", "write at most 253 bytes without control characters"},
      {"--docker=x", "unknown flag '--docker'"},
  };
  for (const auto& each : cases) {
    AgentSettings values;
    const auto read = Read(values, {each.argument});
    EXPECT_TRUE(absl::IsInvalidArgument(read.status())) << each.argument;
    EXPECT_THAT(std::string(read.status().message()), HasSubstr(each.message));
  }
}

TEST(AgentSettings, HelpNamesEveryFlag) {
  AgentSettings values;
  const auto help = Read(values, {"--help"});
  ASSERT_TRUE(help.ok());
  for (const char* flag : {"--server", "--docker-host", "--host-id", "--host-name", "--zone",
                           "--advertise-address", "--config", "--log-level", "--log-format",
                           "--tls-cert", "--tls-key", "--tls-ca", "--insecure", "--version"}) {
    EXPECT_THAT(*help, HasSubstr(flag));
  }
}

}  // namespace
}  // namespace fairlead
