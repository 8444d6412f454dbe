// What holds for a stream, whatever it carries: the cases T20, T24 to T26, T49 to T51 of
// docs/xds-rules.md.
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "test/feature/xds_cases.h"

namespace fairlead {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;

class Stream : public XdsPlaceCases {};
INSTANTIATE_TEST_SUITE_P(FullState, Stream, testing::ValuesIn(kFullStatePlaces), NameOf);
INSTANTIATE_TEST_SUITE_P(Named, Stream, testing::ValuesIn(kNamedPlaces), NameOf);

TEST_P(Stream, T24LaterMessagesMayHaveANodeOrNot) {
  Put({{"A", "1"}, {"B", "1"}, {"C", "1"}});
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    XdsClient client(OptionsFor(variant, only()));
    client.Want(type(), {"A"});
    EXPECT_EQ(client.NextAndAck().text, "A=1");
    client.Want(type(), {"A", "B"});
    EXPECT_THAT(client.NextAndAck().text, HasSubstr("B=1"));
    client.SetSendsNode(true);
    client.Want(type(), {"A", "B", "C"});
    EXPECT_THAT(client.NextAndAck().text, HasSubstr("C=1"));
    ExpectSilence(client);
  }
}

TEST_P(Stream, T25TheFirstMessageNeedsANode) {
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    XdsClient client(OptionsFor(variant, only()));
    client.SetSendsNode(false);
    client.Want(type(), {"A"});
    const grpc::Status status = client.AwaitEnd();
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("node"));
  }
}

TEST_P(Stream, T26AnEmptyTypeIsAnErrorOnAdsAndUnderstoodElsewhere) {
  Put({{"A", "1"}});
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    XdsClient client(OptionsFor(variant, only()));
    XdsAsk ask;
    ask.names = {"A"};
    client.Send(ask);
    if (GetParam().ads) {
      EXPECT_EQ(client.AwaitEnd().error_code(), StatusCode::INVALID_ARGUMENT);
    } else {
      EXPECT_EQ(client.NextAndAck().text, "A=1");
      ExpectSilence(client);
    }
  }
}

TEST_P(Stream, T26AnotherTypeIsSilenceOnAdsAndAnErrorElsewhere) {
  Put({{"A", "1"}});
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    XdsClient client(OptionsFor(variant, only()));
    XdsAsk ask;
    ask.type_url = "type.googleapis.com/no.such.Type";
    client.Send(ask);
    if (GetParam().ads) {
      client.Want(type(), {"A"});
      EXPECT_EQ(client.NextAndAck().text, "A=1");
      ExpectSilence(client);
    } else {
      EXPECT_EQ(client.AwaitEnd().error_code(), StatusCode::INVALID_ARGUMENT);
    }
  }
}

TEST_P(Stream, T49VersionsThatTheCallerGivesAreWhatClientsSee) {
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    Put({{"A", variant == Variant::kSotw ? "s1" : "d1"}}, "1");
    XdsClient client(OptionsFor(variant, only()));
    client.Want(type(), {"A"});
    EXPECT_EQ(client.NextAndAck().version, "1");
    Put({{"A", variant == Variant::kSotw ? "s2" : "d2"}}, "2");
    EXPECT_EQ(client.NextAndAck().version, "2");
    ExpectSilence(client);
  }
}

TEST_P(Stream, T50AnotherReplicaWithTheSameSendsNothing) {
  World::Options options;
  options.server.control.warm_up = absl::ZeroDuration();
  World replica(options);
  v1::PutResourcesRequest put;
  XdsClient::Options here = OptionsFor(Variant::kDelta, only());
  put.mutable_scope()->set_node_id(here.node.id());
  *put.add_resources() = SampleOf(type(), "A", "1");
  *put.add_resources() = SampleOf(type(), "B", "1");
  for (const Server* const server : {&world().server(), &replica.server()}) {
    const auto stub = v1::AdminService::NewStub(
        grpc::CreateChannel(server->admin_address(), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    v1::PutResourcesResponse response;
    ASSERT_TRUE(stub->PutResources(&context, put, &response).ok());
  }
  XdsAsk ask;
  ask.type_url = std::string(TypeUrl(type()));
  ask.names = {"A", "B"};
  {
    XdsClient client(here);
    client.Send(ask);
    const XdsTold told = client.NextAndAck();
    EXPECT_EQ(told.text, "A=1 B=1");
    ask.initial_versions = told.versions;
  }
  XdsClient::Options there = here;
  there.address = replica.server().xds_address();
  XdsClient client(there);
  client.Send(ask);
  const XdsTold told = client.NextAndAck();
  EXPECT_EQ(told.text, "");
  EXPECT_FALSE(told.nonce.empty());
}

TEST_P(Stream, T51AHalfCloseEndsWithOk) {
  Put({{"A", "1"}});
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    XdsClient client(OptionsFor(variant, only()));
    client.Want(type(), {"A"});
    client.NextAndAck();
    EXPECT_TRUE(client.Finish().ok());
    EXPECT_FALSE(client.has_unread());
  }
}

class AdsStream : public XdsCases {};

TEST_F(AdsStream, T20ANonceOfAnotherTypeIsNoAnswer) {
  Put(Type::kCluster, {{"A", "1"}});
  Put(Type::kListener, {{"L", "1"}});
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    XdsClient client(OptionsFor(variant));
    client.Want(Type::kListener, {});
    const XdsTold listeners = client.NextAndAck();
    client.Want(Type::kCluster, {});
    const XdsTold clusters = client.Next();
    EXPECT_NE(clusters.nonce, listeners.nonce);
    XdsAsk ask;
    ask.type_url = clusters.type_url;
    ask.version = clusters.version;
    ask.nonce = listeners.nonce;
    client.Send(ask);
    ExpectSilence(client);
    EXPECT_EQ(SyncOf(client, Type::kCluster).state(), v1::TypeSync::SENT);
    client.Ack(clusters);
    Put(Type::kCluster, {{"A", variant == Variant::kSotw ? "2" : "3"}});
    EXPECT_THAT(client.NextAndAck().text, HasSubstr("A="));
    ExpectSilence(client);
  }
}

TEST_F(AdsStream, T51ClientsThatVanishInTheMiddleOfAPushLeaveNothing) {
  for (int i = 0; i < 20; ++i) {
    XdsClient::Options options = OptionsFor(i % 2 == 0 ? Variant::kSotw : Variant::kDelta);
    options.reads = false;
    XdsClient client(options);
    client.Want(Type::kCluster, {});
    Put(Type::kCluster, {{absl::StrCat("c", i), std::string(300'000, 'x')}});
    client.Cancel();
  }
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  v1::ListProxiesResponse response;
  do {
    grpc::ClientContext context;
    response.Clear();
    ASSERT_TRUE(admin().ListProxies(&context, {}, &response).ok());
  } while (response.proxies_size() > 0 && absl::Now() < deadline);
  EXPECT_EQ(response.proxies_size(), 0);
}

}  // namespace
}  // namespace fairlead
