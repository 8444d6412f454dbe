// State of the world, types of full state: the cases T01 to T07, T15, T16, T18, T21 and T28 of
// docs/xds-rules.md.
#include <gmock/gmock.h>

#include "test/feature/xds_cases.h"

namespace fairlead {
namespace {

using testing::HasSubstr;

class SotwFullState : public XdsPlaceCases {
 protected:
  void PutThree() { Put({{"A", "1"}, {"B", "1"}, {"C", "1"}}); }
};
INSTANTIATE_TEST_SUITE_P(Places, SotwFullState, testing::ValuesIn(kFullStatePlaces), NameOf);

TEST_P(SotwFullState, T01T02AWildcardIsAnsweredOnceAndItsAckIsNot) {
  PutThree();
  XdsClient client = Sotw();
  client.Want(type(), {});
  const XdsTold told = client.NextAndAck();
  EXPECT_EQ(told.text, "A=1 B=1 C=1");
  EXPECT_FALSE(told.version.empty());
  EXPECT_FALSE(told.nonce.empty());
  ExpectSilence(client);
  // The set's version is that of its content.
  XdsClient other = Sotw();
  other.Want(type(), {});
  EXPECT_EQ(other.Next().version, told.version);
}

TEST_P(SotwFullState, T03AChangeIsOneResponseWithAll) {
  PutThree();
  XdsClient client = Sotw();
  client.Want(type(), {});
  const XdsTold before = client.NextAndAck();
  Put({{"A", "2"}});
  const XdsTold after = client.NextAndAck();
  EXPECT_EQ(after.text, "A=2 B=1 C=1");
  EXPECT_NE(after.version, before.version);
  EXPECT_NE(after.nonce, before.nonce);
  ExpectSilence(client);
}

TEST_P(SotwFullState, T04WhatComesAndWhatGoesIsTheNewFullSet) {
  PutThree();
  XdsClient client = Sotw();
  client.Want(type(), {});
  client.NextAndAck();
  Put({{"D", "1"}});
  EXPECT_EQ(client.NextAndAck().text, "A=1 B=1 C=1 D=1");
  Delete({"C"});
  EXPECT_EQ(client.NextAndAck().text, "A=1 B=1 D=1");
  ExpectSilence(client);
}

TEST_P(SotwFullState, T05NothingIsAnAnswer) {
  XdsClient client = Sotw();
  client.Want(type(), {});
  EXPECT_EQ(client.NextAndAck().text, "");
  Put({{"A", "1"}});
  EXPECT_EQ(client.NextAndAck().text, "A=1");
  ExpectSilence(client);
}

TEST_P(SotwFullState, T06NamedOnesComeTogetherEachTime) {
  Put({{"A", "1"}, {"B", "1"}, {"C", "1"}, {"D", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"B", "D"});
  const XdsTold before = client.NextAndAck();
  EXPECT_EQ(before.text, "B=1 D=1");
  Put({{"A", "2"}});
  ExpectSilence(client);
  Put({{"B", "2"}});
  const XdsTold after = client.NextAndAck();
  EXPECT_EQ(after.text, "B=2 D=1");
  EXPECT_NE(after.version, before.version);
  ExpectSilence(client);
}

TEST_P(SotwFullState, T07ANameThatIsMissingIsSentWhenItAppears) {
  Put({{"A", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A", "Z"});
  EXPECT_EQ(client.NextAndAck().text, "A=1");
  Put({{"Z", "1"}});
  EXPECT_EQ(client.NextAndAck().text, "A=1 Z=1");
  ExpectSilence(client);
}

TEST_P(SotwFullState, T15TheEmptyNameIsNothingButAName) {
  Put({{"A", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {""});
  EXPECT_EQ(client.NextAndAck().text, "");
  Put({{"A", "2"}, {"B", "1"}});
  ExpectSilence(client);
}

TEST_P(SotwFullState, T16AnAsteriskThenANameThenNothingForEver) {
  PutThree();
  XdsClient client = Sotw();
  client.Want(type(), {});
  EXPECT_EQ(client.NextAndAck().text, "A=1 B=1 C=1");
  client.Want(type(), {"*", "A"});
  EXPECT_EQ(client.NextAndAck().text, "A=1 B=1 C=1");  // A joined the list: it is owed
  Put({{"B", "2"}});
  EXPECT_EQ(client.NextAndAck().text, "A=1 B=2 C=1");
  client.Want(type(), {"A"});
  ExpectSilence(client);
  Put({{"B", "3"}});
  ExpectSilence(client);
  Put({{"A", "2"}});
  EXPECT_EQ(client.NextAndAck().text, "A=2");
  client.Want(type(), {});
  ExpectSilence(client);
  Put({{"A", "3"}, {"B", "4"}, {"D", "1"}});
  ExpectSilence(client);
}

TEST_P(SotwFullState, T18AnOlderNonceIsNoAnswer) {
  Put({{"A", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {});
  const XdsTold first = client.NextAndAck();
  Put({{"A", "2"}});
  const XdsTold second = client.Next();
  client.Ack(first);
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, type()).state(), v1::TypeSync::SENT);
  client.Ack(second);
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, type()).state(), v1::TypeSync::ACKED);
  EXPECT_EQ(SyncOf(client, type()).acked_version(), second.version);
}

TEST_P(SotwFullState, T21ANackIsSilenceUntilTheContentChanges) {
  Put({{"A", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {});
  const XdsTold accepted = client.NextAndAck();
  Put({{"A", "2"}});
  XdsTold refused = client.Next();
  refused.version = accepted.version;  // a client says what it has
  client.Nack(refused);
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, type()).state(), v1::TypeSync::NACKED);
  EXPECT_EQ(SyncOf(client, type()).error(), "no good");
  grpc::ClientContext context;
  v1::ListProblemsResponse problems;
  ASSERT_TRUE(admin().ListProblems(&context, {}, &problems).ok());
  EXPECT_THAT(problems.DebugString(), HasSubstr(client.node_id()));
  Put({{"A", "3"}});
  EXPECT_EQ(client.NextAndAck().text, "A=3");
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, type()).error(), "");
}

// SW6a: the words of the client do not say which it is.
TEST_P(SotwFullState, WhatIsToBlameIsKeptBackAloneAndTheOthersGoOn) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {});
  client.NextAndAck();
  Put({{"A", "2"}, {"B", "2"}});
  const XdsTold both = client.Next();
  EXPECT_EQ(both.text, "A=2 B=2");
  client.Nack(both);
  const XdsTold half = client.Next();
  EXPECT_EQ(half.text, "A=2 B=1");
  client.Nack(half);
  EXPECT_EQ(client.NextAndAck().text, "A=1 B=2");
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, type()).state(), v1::TypeSync::ACKED);
  grpc::ClientContext context;
  v1::ListProblemsResponse problems;
  ASSERT_TRUE(admin().ListProblems(&context, {}, &problems).ok());
  EXPECT_THAT(problems.DebugString(), HasSubstr("withheld from it alone"));
  EXPECT_THAT(problems.DebugString(), HasSubstr(client.node_id()));
  Put({{"A", "3"}});
  EXPECT_EQ(client.NextAndAck().text, "A=3 B=2");
}

TEST_P(SotwFullState, T28AClientThatComesBackWithTheSameIsAnsweredOnceAtMost) {
  Put({{"A", "1"}});
  std::string version;
  {
    XdsClient client = Sotw();
    client.Want(type(), {});
    version = client.NextAndAck().version;
  }
  XdsClient client = Sotw();
  client.Send({std::string(TypeUrl(type())), {}, {}, {}, "7", version, ""});
  if (GetParam().ads && type() == Type::kCluster) {
    ExpectSilence(client);
    // ST9: the stream has a response all the same.
    client.Want(Type::kListener, {});
    EXPECT_EQ(client.NextAndAck().text, "");
  } else {
    EXPECT_EQ(client.NextAndAck().text, "A=1");
  }
  ExpectSilence(client);
  Put({{"A", "2"}});
  EXPECT_EQ(client.NextAndAck().text, "A=2");
}

}  // namespace
}  // namespace fairlead
