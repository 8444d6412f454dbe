// Order and warming on one ADS stream: the cases T29 to T33 and T47 of docs/xds-rules.md.
#include "test/feature/xds_cases.h"

namespace fairlead {
namespace {

constexpr auto kCds = Type::kCluster;
constexpr auto kEds = Type::kEndpoint;
constexpr auto kRds = Type::kRoute;

class Order : public XdsCases {
 protected:
  // A client that has clusters and endpoints A and B, and has ACKed them.
  void Settle(XdsClient& client) {
    Put(kCds, {{"A", "1"}, {"B", "1"}});
    Put(kEds, {{"A", "1"}, {"B", "1"}});
    client.Want(kCds, {});
    EXPECT_EQ(client.NextAndAck().text, "A=1 B=1");
    client.Want(kEds, {"A", "B"});
    endpoints_ = client.NextAndAck();
    EXPECT_EQ(endpoints_.text, "A=1 B=1");
    ExpectSilence(client);
  }
  static std::string Text(const XdsTold& told) {
    const auto type = TypeOf(told.type_url);
    return (type.has_value() ? std::string(ShortName(*type)) : "") + " " + told.text;
  }

  XdsTold endpoints_;
};

TEST_F(Order, T29T31AChangedClustersEndpointsFollowItOnceThoughTheClientAsksToo) {
  XdsClient client(OptionsFor(Variant::kSotw));
  Settle(client);
  Put(kCds, {{"B", "2"}});
  const XdsTold clusters = client.Next();
  EXPECT_EQ(Text(clusters), "CDS A=1 B=2");
  client.Ack(endpoints_);  // Envoy's own request: identical to its last ACK
  const XdsTold endpoints = client.NextAndAck();
  EXPECT_EQ(Text(endpoints), "EDS B=1");
  ExpectSilence(client);
  client.Ack(clusters);
  ExpectSilence(client);
}

TEST_F(Order, T30T31DeltaEndpointsFollowTheirClusterUnasked) {
  XdsClient client(OptionsFor(Variant::kDelta));
  Settle(client);
  Put(kCds, {{"B", "2"}});
  const XdsTold clusters = client.Next();
  EXPECT_EQ(Text(clusters), "CDS B=2");
  EXPECT_EQ(Text(client.NextAndAck()), "EDS B=1");
  ExpectSilence(client);
  client.Ack(clusters);
  ExpectSilence(client);
}

TEST_F(Order, T32EndpointsAreServedToAClientThatNeverAskedForClusters) {
  Put(kEds, {{"A", "1"}});
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    XdsClient client(OptionsFor(variant));
    client.Want(kEds, {"A"});
    EXPECT_EQ(Text(client.NextAndAck()), "EDS A=1");
    ExpectSilence(client);
  }
}

// A route moves from X to Y, and X disappears: one change of three types.
TEST_F(Order, T47MakeBeforeBreak) {
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    Replace({{kCds, {{"X", "1"}}}, {kEds, {{"X", "1"}}}, {kRds, {{"http", "X"}}}});
    XdsClient client(OptionsFor(variant));
    client.Want(kCds, {});
    EXPECT_EQ(Text(client.NextAndAck()), "CDS X=1");
    client.Want(kEds, {"X", "Y"});
    EXPECT_EQ(Text(client.NextAndAck()), variant == Variant::kSotw ? "EDS X=1" : "EDS X=1 -Y");
    client.Want(kRds, {"http"});
    EXPECT_EQ(Text(client.NextAndAck()), "RDS http=X");
    ExpectSilence(client);

    Replace({{kCds, {{"Y", "1"}}}, {kEds, {{"Y", "1"}}}, {kRds, {{"http", "Y"}}}});
    const XdsTold clusters = client.Next();
    EXPECT_EQ(Text(clusters), variant == Variant::kSotw ? "CDS X=1 Y=1" : "CDS Y=1");
    // Envoy ACKs clusters when they have their endpoints (OR4).
    EXPECT_EQ(Text(client.NextAndAck()), "EDS Y=1");
    client.Ack(clusters);
    EXPECT_EQ(Text(client.NextAndAck()), "RDS http=Y");
    if (variant == Variant::kDelta) {
      EXPECT_EQ(Text(client.NextAndAck()), "EDS -X");
      EXPECT_EQ(Text(client.NextAndAck()), "CDS -X");
    } else {
      EXPECT_EQ(Text(client.NextAndAck()), "CDS Y=1");
    }
    ExpectSilence(client);
  }
}

// One change of all five types, and then all of them gone but one of each.
TEST_F(Order, AChangeOfFiveTypesGoesOutInTheirOrder) {  // OR1
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    Replace({{Type::kSecret, {{"s", "1"}}},
             {kCds, {{"c", "1"}}},
             {kEds, {{"c", "1"}}},
             {Type::kListener, {{"l", "1"}}},
             {kRds, {{"r", "1"}}}});
    XdsClient client(OptionsFor(variant));
    client.Want(Type::kSecret, {"s"});
    client.NextAndAck();
    client.Want(kCds, {});
    client.NextAndAck();
    client.Want(kEds, {"c"});
    client.NextAndAck();
    client.Want(Type::kListener, {});
    client.NextAndAck();
    client.Want(kRds, {"r"});
    client.NextAndAck();
    ExpectSilence(client);
    Replace({{Type::kSecret, {{"s", "2"}}},
             {kCds, {{"c", "2"}}},
             {kEds, {{"c", "2"}}},
             {Type::kListener, {{"l", "2"}}},
             {kRds, {{"r", "2"}}}});
    for (const char* const text : {"SDS s=2", "CDS c=2", "EDS c=2", "LDS l=2", "RDS r=2"}) {
      EXPECT_EQ(Text(client.NextAndAck()), text);
    }
    ExpectSilence(client);
  }
}

TEST_F(Order, T33AServiceWithoutContainersIsAnAssignmentWithoutEndpoints) {
  FakeAgent& agent = world().AddAgent(1);
  const v1::Container container = ContainerOf("gone", 1);
  FakeProxy& proxy = world().AddProxy();
  agent.Run(container);
  ASSERT_TRUE(proxy.AwaitHealthy("shop/gone:8000", {AddressOf("192.0.2.1", 1)}));
  agent.Remove(container.id());
  ASSERT_TRUE(proxy.AwaitHealthy("shop/gone:8000", {}));
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    for (const absl::optional<Type> only : {absl::optional<Type>(), absl::optional<Type>(kEds)}) {
      XdsClient::Options options = OptionsFor(variant, only);
      options.node.clear_metadata();
      XdsClient client(std::move(options));
      client.Want(kEds, {"shop/gone:8000"});
      EXPECT_EQ(Text(client.NextAndAck()), "EDS shop/gone:8000");
      ExpectSilence(client);
    }
  }
}

}  // namespace
}  // namespace fairlead
