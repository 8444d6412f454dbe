// What goes out in which order, as scripts.
// Case numbers are those of docs/xds-rules.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/subscriptions/stream_script.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kSotw = Variant::kSotw;
constexpr auto kDelta = Variant::kDelta;
constexpr auto C = Type::kCluster;
constexpr auto E = Type::kEndpoint;

TEST(Order, AChangedClusterIsFollowedByItsEndpointsUnasked) {  // T29 to T31
  for (const auto variant : {kSotw, kDelta}) {
    Script s(variant);
    s.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
    s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
    s.Wants(C, {});
    s.Told();
    s.Wants(E, {"A", "B"});
    EXPECT_THAT(s.Told(), ElementsAre("EDS A B"));
    s.Change(C, {{"A", "A=2"}});
    const ScriptResponse clusters = *s.Next();
    // Before any ACK of the clusters.
    const ScriptResponse endpoints = *s.Next();
    EXPECT_EQ(Script::Short(endpoints), "EDS A");
    s.Ack(endpoints);
    s.Ack(clusters);
    EXPECT_THAT(s.Told(), IsEmpty());
  }
}

TEST(Order, AClustersEndpointsMayHaveANameOfTheirOwn) {  // OR5
  const auto cluster = [](const char* content) {
    return ResourceChange{
        C, "A", Resource::FromBytes(C, "A", content, Resource::Offer::kAlways, "service")};
  };
  for (const auto variant : {kSotw, kDelta}) {
    Script s(variant);
    s.Publish({cluster("A=1")});
    s.Change(E, {{"A", "A=1"}, {"service", "service=1"}});
    s.Wants(C, {});
    s.Told();
    s.Wants(E, {"A", "service"});
    EXPECT_THAT(s.Told(), ElementsAre("EDS A service"));
    s.Publish({cluster("A=2")});
    EXPECT_THAT(s.Told(), ElementsAre("CDS A", "EDS service"));
  }
}

TEST(Order, EndpointsOfANameOfTheirOwnFollowAllClustersOfANewSubscription) {  // OR5
  Script s(kSotw);
  s.Publish({{C, "A", Resource::FromBytes(C, "A", "A=1", Resource::Offer::kAlways, "service")}});
  s.Change(E, {{"service", "service=1"}});
  s.Wants(E, {"service"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS service"));
  s.Wants(C, {});
  EXPECT_THAT(s.Told(), ElementsAre("CDS A", "EDS service"));
}

TEST(Order, EndpointsOwedBehindAClusterDoNotWaitForAnAck) {  // SW11
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}});
  s.Change(E, {{"A", "A=1"}});
  s.Wants(C, {});
  s.Told();
  s.Wants(E, {"A"});
  s.Told();
  s.Change(E, {{"A", "A=2"}});
  ASSERT_TRUE(s.Next().has_value());  // not ACKed
  s.Change(C, {{"A", "A=2"}});
  EXPECT_EQ(Script::Short(*s.Next()), "CDS A");
  EXPECT_EQ(Script::Short(*s.Next()), "EDS A");
}

TEST(Order, AdditionsAreMadeBeforeBreaks) {  // T47
  for (const auto variant : {kSotw, kDelta}) {
    Script s(variant);
    s.Change(C, {{"X", "X=1"}});
    s.Change(E, {{"X", "X=1"}});
    s.Change(Type::kRoute, {{"http", "http=X"}});
    s.Wants(C, {});
    s.Told();
    s.Wants(E, {"X", "Y"});
    s.Wants(Type::kRoute, {"http"});
    s.Told();

    std::vector<ResourceChange> changes;
    Script::Add(changes, C, {{"Y", "Y=1"}}, {"X"});
    Script::Add(changes, E, {{"Y", "Y=1"}}, {"X"});
    Script::Add(changes, Type::kRoute, {{"http", "http=Y"}});
    s.Publish(changes);

    if (variant == kSotw) {
      EXPECT_THAT(s.Told(), ElementsAre("CDS X Y", "EDS Y", "RDS http", "CDS Y"));
    } else {
      EXPECT_THAT(s.Told(), ElementsAre("CDS Y", "EDS Y", "RDS http", "EDS -X", "CDS -X"));
    }
  }
}

TEST(Order, AChangedRouteWaitsForNewClustersToBeWarmButNotForEver) {
  Script s(kSotw);
  s.Change(C, {{"X", "X=1"}});
  s.Change(Type::kRoute, {{"http", "http=X"}});
  s.Wants(C, {});
  s.Wants(Type::kRoute, {"http"});
  s.Told();
  std::vector<ResourceChange> changes;
  Script::Add(changes, C, {{"Y", "Y=1"}});
  Script::Add(changes, Type::kRoute, {{"http", "http=Y"}});
  s.Publish(changes);
  EXPECT_EQ(Script::Short(*s.Next()), "CDS X Y");
  EXPECT_FALSE(s.Next().has_value());
  EXPECT_LT(s.stream().WakeAt(), absl::InfiniteDuration());
  s.Pass(absl::Seconds(1));
  EXPECT_EQ(Script::Short(*s.Next()), "RDS http");
}

// Envoy does not ACK clusters that do not warm, maybe never.
TEST(Order, ClustersThatAreNotAckedHoldTheRestForSecondsOnly) {  // SW11, DE14
  for (const auto variant : {kSotw, kDelta}) {
    Script s(variant);
    s.Change(C, {{"A", "A=1"}});
    s.Change(Type::kRoute, {{"http", "http=1"}});
    s.Wants(C, {});
    s.Told();
    s.Wants(Type::kRoute, {"http"});
    s.Told();
    for (const char* const content : {"A=2", "A=3", "A=4", "A=5", "A=6"}) {
      s.Change(C, {{"A", content}});
      s.Next();
    }
    s.Change(C, {{"new", "new=1"}});
    s.Change(Type::kRoute, {{"http", "http=new"}});
    EXPECT_FALSE(s.Next().has_value());
    EXPECT_EQ(s.stream().WakeAt(), absl::Hours(1) + absl::Seconds(5));
    s.Pass(absl::Milliseconds(4999));
    EXPECT_FALSE(s.Next().has_value());
    s.Pass(absl::Milliseconds(1));
    EXPECT_EQ(Script::Short(*s.Next()), "CDS A new");
    s.Pass(absl::Seconds(1));
    EXPECT_EQ(Script::Short(*s.Next()), "RDS http");

    s.Change(C, {}, {"A"});
    EXPECT_FALSE(s.Next().has_value());
    s.Pass(absl::Seconds(4));
    const absl::optional<ScriptResponse> removal = s.Next();
    ASSERT_TRUE(removal.has_value());
    EXPECT_EQ(Script::Short(*removal), variant == kSotw ? "CDS new" : "CDS -A");
  }
}

}  // namespace
}  // namespace fairlead
