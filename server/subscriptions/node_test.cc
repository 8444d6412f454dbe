#include "server/subscriptions/node.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

envoy::config::core::v3::Node Node(const std::string& metadata) {
  envoy::config::core::v3::Node node;
  EXPECT_TRUE(
      google::protobuf::util::JsonStringToMessage("{\"metadata\": " + metadata + "}", &node).ok());
  return node;
}

TEST(Node, SaysWhereItStands) {
  const auto node = Node(R"({"fairlead": {"group": "inner", "host": "h1", "container": "5f1c",
                                          "networks": ["shop", "back", "shop"]}})");
  const auto view = ViewOf(node);
  ASSERT_TRUE(view.ok()) << view.status();
  EXPECT_EQ(view->group, "inner");
  EXPECT_EQ(view->host, "h1");
  EXPECT_THAT(view->networks, ElementsAre("back", "shop"));
  EXPECT_EQ(ContainerOf(node).value(), "5f1c");
  EXPECT_TRUE(NamesGroup(node));
}

TEST(Node, NeedNotSayAnything) {
  for (const char* metadata : {"{}", R"({"other": 1})", R"({"fairlead": {}})"}) {
    const auto view = ViewOf(Node(metadata));
    ASSERT_TRUE(view.ok()) << metadata;
    EXPECT_EQ(view->group, kDefaultGroup);
    EXPECT_THAT(view->networks, IsEmpty());
    EXPECT_EQ(ContainerOf(Node(metadata)).value(), "");
  }
}

TEST(Node, WhatHasTheWrongTypeOrSizeIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(ViewOf(Node(R"({"fairlead": "h1"})")).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ViewOf(Node(R"({"fairlead": {"host": 1}})")).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ViewOf(Node(R"({"fairlead": {"networks": "shop"}})")).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ContainerOf(Node(R"({"fairlead": {"container": []}})")).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(
      ContainerOf(Node("{\"fairlead\": {\"container\": \"" + std::string(254, 'a') + "\"}}"))
          .status()));
}

}  // namespace
}  // namespace fairlead
