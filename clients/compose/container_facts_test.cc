#include "clients/compose/container_facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "clients/compose/example_project.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

ForeseenFacts Facts(const std::string& text) {
  const auto project = ExampleProject(text);
  EXPECT_TRUE(project.ok()) << project.status();
  return project.ok() ? FactsOf(*project) : ForeseenFacts();
}

TEST(ContainerFacts, WhatAnAgentWouldReport) {
  const ForeseenFacts facts = Facts(
      "services:\n  web:\n    image: nginx\n    scale: 2\n"
      "    environment: {VIRTUAL_HOST: a.example, PASSWORD: secret}\n    labels: {l: 1}\n"
      "    ports: ['8080:80', '53/udp']\n    expose: ['80', '90']\n"
      "    healthcheck: {test: [CMD, true]}\n  db: {container_name: db}\n");
  ASSERT_EQ(facts.containers.size(), 3);
  EXPECT_EQ(facts.containers[0].facts.name(), "db");
  EXPECT_EQ(facts.containers[0].facts.health(), v1::Container::NO_CHECK);
  EXPECT_EQ(facts.containers[2].facts.name(), "shop-web-2");
  EXPECT_EQ(facts.containers[2].service, 1);
  const v1::Container& web = facts.containers[1].facts;
  EXPECT_EQ(web.id().size(), 64);
  EXPECT_EQ(web.image(), "nginx");
  EXPECT_EQ(web.state(), v1::Container::RUNNING);
  EXPECT_EQ(web.health(), v1::Container::HEALTHY);
  EXPECT_THAT(web.environment(), ElementsAre(Pair("VIRTUAL_HOST", "a.example")));
  EXPECT_THAT(web.labels(),
              UnorderedElementsAre(Pair("l", "1"), Pair("com.docker.compose.project", "shop"),
                                   Pair("com.docker.compose.service", "web"),
                                   Pair("com.docker.compose.container-number", "1"),
                                   Pair("com.docker.compose.oneoff", "False")));
  ASSERT_EQ(web.ports_size(), 3);
  EXPECT_EQ(web.ports(0).container_port(), 53);
  EXPECT_EQ(web.ports(0).protocol(), "udp");
  EXPECT_EQ(web.ports(1).container_port(), 80);
  EXPECT_EQ(web.ports(1).published(0).host_port(), 8080);
  EXPECT_EQ(web.ports(2).container_port(), 90);
  EXPECT_EQ(web.ports(2).published_size(), 0);
}

TEST(ContainerFacts, Networks) {
  const struct {
    const char* service;
    const char* mode;  // "the other": its container
    const char* networks;
    bool foreign = false;
  } cases[] = {
      {"{}", "shop_default", "shop_default"},
      {"{networks: [front, back]}", "outer", "outer overlay,shop_back"},
      {"{network_mode: host}", "host", ""},
      {"{network_mode: none}", "none", ""},
      {"{network_mode: bridge}", "bridge", "bridge"},
      {"{network_mode: default}", "default", "bridge"},
      {"{network_mode: other_net}", "other_net", "other_net"},
      {"{network_mode: 'service:other'}", "the other", ""},
      {"{network_mode: 'container:shop-other-1'}", "the other", ""},
      {"{network_mode: 'container:elsewhere'}", "the foreign one", "", true},
  };
  for (const auto& c : cases) {
    const ForeseenFacts facts =
        Facts(absl::StrCat("services:\n  other: {}\n  web: ", c.service,
                           "\nnetworks: {front: {name: outer, driver: overlay}, back: {}}\n"));
    ASSERT_EQ(facts.containers.size(), 2) << c.service;
    const v1::Container& web = facts.containers[1].facts;
    std::string mode = c.mode;
    if (mode == "the other") {
      mode = absl::StrCat("container:", facts.containers[0].facts.id());
    } else if (c.foreign) {
      ASSERT_EQ(facts.foreign.size(), 1);
      mode = absl::StrCat("container:", facts.foreign[0].id());
    }
    EXPECT_EQ(web.network_mode(), mode) << c.service;
    EXPECT_EQ(facts.containers[1].shares_foreign_network, c.foreign) << c.service;
    std::string networks;
    for (const v1::NetworkAttachment& network : web.networks()) {
      absl::StrAppend(&networks, networks.empty() ? "" : ",", network.name(),
                      network.driver().empty() ? "" : " ", network.driver());
      EXPECT_NE(network.ipv4(), "");
    }
    EXPECT_EQ(networks, c.networks) << c.service;
  }
}

TEST(ContainerFacts, TheFirstFormHasTheEnginesBridge) {
  const ForeseenFacts facts = Facts("web: {image: x}\n");
  ASSERT_EQ(facts.containers.size(), 1);
  EXPECT_EQ(facts.containers[0].facts.networks(0).name(), "bridge");
}

}  // namespace
}  // namespace fairlead
