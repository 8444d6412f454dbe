#include "test/bench/discovery_bytes.h"

#include <gtest/gtest.h>

#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;
using envoy::service::discovery::v3::DiscoveryRequest;
using envoy::service::discovery::v3::DiscoveryResponse;
using Seen = std::vector<std::pair<std::string, std::string>>;

constexpr char kType[] = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";

ClusterLoadAssignment Assignment(const std::string& name) {
  ClusterLoadAssignment assignment;
  assignment.set_cluster_name(name);
  assignment.add_endpoints()->mutable_locality()->set_zone("z1");
  return assignment;
}

std::string SotwResponse() {
  DiscoveryResponse response;
  response.set_version_info("v7");
  response.set_type_url(kType);
  response.set_nonce("n7");
  response.set_canary(true);
  response.mutable_control_plane()->set_identifier("x");
  response.add_resources()->PackFrom(Assignment("shop/web:8000"));
  response.add_resources()->PackFrom(Assignment(std::string(300, 'b')));
  return response.SerializeAsString();
}

std::string DeltaResponse() {
  DeltaDiscoveryResponse response;
  response.set_system_version_info("v7");
  response.set_type_url(kType);
  response.set_nonce("n7");
  response.add_removed_resources("gone");
  response.mutable_control_plane()->set_identifier("x");
  auto& resource = *response.add_resources();
  resource.set_name("shop/web:8000");
  resource.set_version("hash");
  resource.add_aliases("other");
  resource.mutable_resource()->PackFrom(Assignment("shop/web:8000"));
  return response.SerializeAsString();
}

// Splits the text into pieces of `length`, with an empty one in front.
std::vector<absl::string_view> Pieces(const std::string& text, size_t length) {
  std::vector<absl::string_view> pieces = {absl::string_view()};
  for (size_t at = 0; at < text.size(); at += length) {
    pieces.push_back(absl::string_view(text).substr(at, length));
  }
  return pieces;
}

absl::optional<DiscoveryScan> Scan(XdsVariant variant, const std::string& text, size_t length,
                                   Seen& seen) {
  seen.clear();
  return ScanDiscovery(variant, Pieces(text, length),
                       [&seen](absl::string_view name, absl::string_view version) {
                         seen.emplace_back(name, version);
                       });
}

TEST(ScanDiscovery, FindsWhatAnAckNeedsAndTheNamesHoweverTheResponseIsCut) {
  const struct {
    XdsVariant variant;
    std::string text;
    size_t removed;
    Seen seen;
  } cases[] = {
      {XdsVariant::kSotw, SotwResponse(), 0, {{"shop/web:8000", ""}, {std::string(300, 'b'), ""}}},
      {XdsVariant::kDelta, DeltaResponse(), 1, {{"shop/web:8000", "hash"}}},
  };
  for (const auto& c : cases) {
    for (size_t length = 1; length <= c.text.size(); ++length) {
      Seen seen;
      const auto scan = Scan(c.variant, c.text, length, seen);
      ASSERT_TRUE(scan.has_value()) << length;
      EXPECT_EQ(scan->version, "v7");
      EXPECT_EQ(scan->nonce, "n7");
      EXPECT_EQ(scan->type_url, kType);
      EXPECT_EQ(scan->bytes, c.text.size());
      EXPECT_EQ(scan->resources, c.seen.size());
      EXPECT_EQ(scan->removed, c.removed);
      EXPECT_EQ(seen, c.seen) << length;
    }
  }
}

TEST(ScanDiscovery, ReadsFieldsInAnyOrder) {
  DiscoveryResponse last;
  last.set_version_info("v7");
  DiscoveryResponse first;
  first.add_resources()->PackFrom(Assignment("a"));
  Seen seen;

  const auto scan =
      Scan(XdsVariant::kSotw, first.SerializeAsString() + last.SerializeAsString(), 5, seen);

  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(scan->version, "v7");
  EXPECT_EQ(seen, (Seen{{"a", ""}}));
}

TEST(ScanDiscovery, RefusesWhatIsNoMessage) {
  Seen seen;
  for (const std::string& text :
       {std::string("\x12\x05"
                    "ab"),
        std::string("\xff"), std::string("\x0b"), std::string("\x12\x03\x1a\x7f\x61", 5),
        SotwResponse().substr(0, 40)}) {
    EXPECT_FALSE(Scan(XdsVariant::kDelta, text, 3, seen).has_value())
        << testing::PrintToString(text);
  }
}

TEST(RequestBytes, StateOfTheWorldSubscribesAndRepeatsTheNamesInTheAck) {
  const std::string names = SubscriptionBytes(XdsVariant::kSotw, kType, {"a", "b"});
  DiscoveryRequest first;
  ASSERT_TRUE(first.ParseFromString(NodeBytes(XdsVariant::kSotw, "load-1") + names));
  EXPECT_EQ(first.node().id(), "load-1");
  EXPECT_EQ(first.type_url(), kType);
  EXPECT_EQ(first.resource_names_size(), 2);

  DiscoveryRequest ack;
  ASSERT_TRUE(ack.ParseFromString(AckBytes(XdsVariant::kSotw, "v7", "n7") + names));
  EXPECT_EQ(ack.version_info(), "v7");
  EXPECT_EQ(ack.response_nonce(), "n7");
  EXPECT_EQ(ack.type_url(), kType);
  EXPECT_EQ(ack.resource_names(1), "b");
}

TEST(RequestBytes, DeltaSubscribesWithWhatItHasAndAcksWithoutNames) {
  DeltaDiscoveryRequest first;
  ASSERT_TRUE(first.ParseFromString(NodeBytes(XdsVariant::kDelta, "load-1") +
                                    SubscriptionBytes(XdsVariant::kDelta, kType, {"a", "b"}) +
                                    VersionsBytes({{"a", "1"}, {"b", "2"}})));
  EXPECT_EQ(first.node().id(), "load-1");
  EXPECT_EQ(first.resource_names_subscribe_size(), 2);
  EXPECT_EQ(first.initial_resource_versions().at("b"), "2");

  DeltaDiscoveryRequest ack;
  ASSERT_TRUE(ack.ParseFromString(AckBytes(XdsVariant::kDelta, "v7", "n7") +
                                  SubscriptionBytes(XdsVariant::kDelta, kType, {})));
  EXPECT_EQ(ack.response_nonce(), "n7");
  EXPECT_EQ(ack.type_url(), kType);
  EXPECT_EQ(ack.resource_names_subscribe_size(), 0);
}

}  // namespace
}  // namespace fairlead
