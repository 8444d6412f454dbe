#include "server/subscriptions/xds_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead {
namespace {

using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryRequest;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

std::vector<std::string> Listed(const ResourceNames& names) {
  std::vector<std::string> listed;
  names.ForEach([&](absl::string_view name) { listed.emplace_back(name); });
  return listed;
}

DiscoveryRequest ExampleOfSotw() {
  DiscoveryRequest message;
  message.set_type_url("type.googleapis.com/envoy.config.cluster.v3.Cluster");
  message.set_version_info("v1");
  message.set_response_nonce("7");
  message.mutable_node()->set_id("edge-1");
  for (const char* const name : {"b", "", "a", "*"}) message.add_resource_names(name);
  message.mutable_error_detail()->set_code(3);
  message.mutable_error_detail()->set_message("no good");
  return message;
}

TEST(XdsRequest, SotwAsProtobufReadsIt) {
  const std::string bytes = ExampleOfSotw().SerializeAsString();
  const absl::StatusOr<XdsRequest> request = ParseSotwRequest(bytes);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->type_url, "type.googleapis.com/envoy.config.cluster.v3.Cluster");
  EXPECT_EQ(request->version_info, "v1");
  EXPECT_EQ(request->nonce, "7");
  EXPECT_EQ(*request->error, "no good");
  EXPECT_THAT(Listed(request->names), ElementsAre("b", "", "a", "*"));
  EXPECT_EQ(request->names.size(), 4u);
  envoy::config::core::v3::Node node;
  ASSERT_TRUE(node.ParseFromString(*request->node));
  EXPECT_EQ(node.id(), "edge-1");
}

TEST(XdsRequest, DeltaAsProtobufReadsIt) {
  DeltaDiscoveryRequest message;
  message.set_type_url("t");
  message.set_response_nonce("9");
  message.add_resource_names_subscribe("a");
  message.add_resource_names_unsubscribe("b");
  (*message.mutable_initial_resource_versions())["c"] = "1";
  (*message.mutable_initial_resource_versions())["d"] = "";
  const std::string bytes = message.SerializeAsString();
  const absl::StatusOr<XdsRequest> request = ParseDeltaRequest(bytes);
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->nonce, "9");
  EXPECT_FALSE(request->error.has_value());
  EXPECT_FALSE(request->node.has_value());
  EXPECT_THAT(Listed(request->names), ElementsAre("a"));
  EXPECT_THAT(Listed(request->unsubscribe), ElementsAre("b"));
  EXPECT_THAT(request->initial_versions, UnorderedElementsAre(Pair("c", "1"), Pair("d", "")));
}

TEST(XdsRequest, ANackMayBeWordless) {
  DiscoveryRequest message;
  message.mutable_error_detail();
  const std::string bytes = message.SerializeAsString();
  EXPECT_EQ(*ParseSotwRequest(bytes)->error, "(no words)");
}

// As any message may come: fields in any order, the names in pieces, the node in two parts.
TEST(XdsRequest, TheWordsOfANackAreCutButNotWithinACharacter) {
  DiscoveryRequest message;
  message.mutable_error_detail()->set_message(std::string(4095, 'x') + "\u5e97 and more");
  const std::string bytes = message.SerializeAsString();
  EXPECT_EQ(*ParseSotwRequest(bytes)->error, std::string(4095, 'x'));
}

TEST(XdsRequest, FieldsInAnyOrder) {
  DiscoveryRequest a;
  a.add_resource_names("a");
  a.mutable_node()->set_id("edge-1");
  DiscoveryRequest b;
  b.add_resource_names("b");
  b.set_type_url("t");
  b.mutable_node()->set_cluster("c");
  const std::string bytes = a.SerializeAsString() + b.SerializeAsString();
  const absl::StatusOr<XdsRequest> request = ParseSotwRequest(bytes);
  ASSERT_TRUE(request.ok());
  EXPECT_THAT(Listed(request->names), ElementsAre("a", "b"));
  envoy::config::core::v3::Node node;
  ASSERT_TRUE(node.ParseFromString(*request->node));
  EXPECT_EQ(node.id(), "edge-1");
  EXPECT_EQ(node.cluster(), "c");

  DiscoveryRequest whole;
  whole.add_resource_names("a");
  whole.add_resource_names("b");
  const std::string together = whole.SerializeAsString();
  EXPECT_EQ(ParseSotwRequest(together)->names.Digest(), request->names.Digest());
}

TEST(XdsRequest, TheDigestTellsListsApart) {
  const auto digest = [](const std::vector<std::string>& names) {
    DiscoveryRequest message;
    for (const std::string& name : names) message.add_resource_names(name);
    const std::string bytes = message.SerializeAsString();
    return ParseSotwRequest(bytes)->names.Digest();
  };
  EXPECT_EQ(digest({"a", "b"}), digest({"a", "b"}));
  EXPECT_NE(digest({"a", "b"}), digest({"ab"}));
  EXPECT_NE(digest({"a"}), digest({"a", ""}));
  EXPECT_NE(digest({}), digest({""}));
}

TEST(XdsRequest, WhatIsNoMessageIsRefused) {
  const struct {
    const char* what;
    std::string bytes;
  } cases[] = {
      {"a tag without a value", "\x1a"},
      {"a length beyond the end", std::string("\x1a\x05") + "ab"},
      {"a varint without an end", std::string(11, '\xff')},
      {"field 0", std::string("\x02\x01") + "a"},
      {"a group", "\x1b\x1c"},
      {"a name that is a number", std::string("\x18\x01")},
      {"a name that is not UTF-8", std::string("\x1a\x02\xc3\x28")},
      {"a surrogate", std::string("\x1a\x03\xed\xa0\x80")},
      {"an overlong form", std::string("\x1a\x02\xc0\x80")},
      {"a name cut within a character", std::string("\x1a\x02\xe2\x82")},
      {"a type_url that is not UTF-8", std::string("\x22\x01\xff")},
      {"an error_detail that is no message", std::string("\x32\x01\xff")},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ParseSotwRequest(c.bytes).status().code(), absl::StatusCode::kInvalidArgument)
        << c.what;
  }
}

TEST(XdsRequest, LongNamesAreRefused) {
  DeltaDiscoveryRequest at_most;
  at_most.add_resource_names_subscribe(std::string(4096, 'x'));
  const std::string fine = at_most.SerializeAsString();
  EXPECT_TRUE(ParseDeltaRequest(fine).ok());

  const std::string long_name(4097, 'x');
  DeltaDiscoveryRequest cases[3];
  cases[0].add_resource_names_subscribe(long_name);
  cases[1].add_resource_names_unsubscribe(long_name);
  (*cases[2].mutable_initial_resource_versions())[long_name] = "1";
  for (const DeltaDiscoveryRequest& message : cases) {
    const std::string bytes = message.SerializeAsString();
    const absl::Status status = ParseDeltaRequest(bytes).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("longer than 4096 bytes"));
  }
}

TEST(XdsRequest, MoreNamesThanTheLimitAreRefused) {
  DiscoveryRequest sotw;
  DeltaDiscoveryRequest cases[3];
  for (const char* const name : {"a", "b", "c"}) {
    sotw.add_resource_names(name);
    cases[0].add_resource_names_subscribe(name);
    cases[1].add_resource_names_unsubscribe(name);
    (*cases[2].mutable_initial_resource_versions())[name] = "1";
  }
  const std::string names = sotw.SerializeAsString();
  EXPECT_TRUE(ParseSotwRequest(names, 3).ok());
  EXPECT_EQ(ParseSotwRequest(names, 2).status(), TooManyNames(2));
  for (const DeltaDiscoveryRequest& message : cases) {
    const std::string bytes = message.SerializeAsString();
    EXPECT_TRUE(ParseDeltaRequest(bytes, 3).ok());
    EXPECT_EQ(ParseDeltaRequest(bytes, 2).status(), TooManyNames(2));
  }
}

// Also one that comes in parts.
TEST(XdsRequest, ALongNodeIsRefused) {
  DiscoveryRequest half;
  half.mutable_node()->set_id(std::string(200 << 10, 'x'));
  const std::string once = half.SerializeAsString();
  EXPECT_TRUE(ParseSotwRequest(once).ok());
  const std::string twice = once + once;
  const absl::Status status = ParseSotwRequest(twice).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("`node` is longer than 262144 bytes"));
}

TEST(XdsRequest, WhatIsNotKnownIsSkipped) {
  DiscoveryRequest message;
  message.add_resource_names("\u5e97-\U0001f6a2-ok");
  std::string bytes = message.SerializeAsString();
  // Fields 100 as a varint, 101 as 64 bits, 102 as text, 103 as 32 bits.
  bytes += std::string("\xa0\x06\x01\xa9\x06", 5) + "12345678" + std::string("\xb2\x06\x01", 3) +
           "x" + std::string("\xbd\x06", 2) + "1234";
  const absl::StatusOr<XdsRequest> request = ParseSotwRequest(bytes);
  ASSERT_TRUE(request.ok());
  EXPECT_THAT(Listed(request->names), ElementsAre("\u5e97-\U0001f6a2-ok"));
}

TEST(XdsRequest, AnEmptyMessageIsOne) {
  const absl::StatusOr<XdsRequest> request = ParseSotwRequest("");
  ASSERT_TRUE(request.ok());
  EXPECT_THAT(Listed(request->names), IsEmpty());
}

// Whatever bytes come: what is understood is what Protobuf understands.
TEST(XdsRequest, AgreesWithProtobufOnDamagedMessages) {
  std::mt19937 random(1);
  const std::string good = ExampleOfSotw().SerializeAsString();
  int understood = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (int change = static_cast<int>(random() % 3); change >= 0; --change) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    bytes.resize(bytes.size() - random() % 4);
    const absl::StatusOr<XdsRequest> request = ParseSotwRequest(bytes);
    DiscoveryRequest message;
    if (!request.ok() || !message.ParseFromString(bytes)) continue;
    ++understood;
    ASSERT_EQ(std::string(request->nonce), message.response_nonce()) << i;
    ASSERT_EQ(std::string(request->type_url), message.type_url()) << i;
    ASSERT_EQ(request->error.has_value(), message.has_error_detail()) << i;
    ASSERT_EQ(Listed(request->names), std::vector<std::string>(message.resource_names().begin(),
                                                               message.resource_names().end()))
        << i;
  }
  EXPECT_GT(understood, 1'000);
}

}  // namespace
}  // namespace fairlead
