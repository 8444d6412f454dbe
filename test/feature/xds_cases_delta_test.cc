// Delta: the cases T34 to T46 of docs/xds-rules.md.
#include <gmock/gmock.h>

#include "test/feature/xds_cases.h"

namespace fairlead {
namespace {

using testing::AnyOf;

class DeltaAnyType : public XdsPlaceCases {};
INSTANTIATE_TEST_SUITE_P(FullState, DeltaAnyType, testing::ValuesIn(kFullStatePlaces), NameOf);
INSTANTIATE_TEST_SUITE_P(Named, DeltaAnyType, testing::ValuesIn(kNamedPlaces), NameOf);

TEST_P(DeltaAnyType, T34ASecondSubscriptionIsAnsweredAlone) {
  Put({{"A", "1"}, {"B", "1"}, {"C", "1"}});
  XdsClient client = Delta();
  client.Want(type(), {"A"});
  const XdsTold told = client.NextAndAck();
  EXPECT_EQ(told.text, "A=1");
  EXPECT_FALSE(told.nonce.empty());
  EXPECT_FALSE(told.versions.at("A").empty());
  client.Want(type(), {"B"});
  EXPECT_EQ(client.NextAndAck().text, "B=1");
  ExpectSilence(client);
}

TEST_P(DeltaAnyType, T35AChangeIsSentAlone) {
  Put({{"A", "1"}, {"B", "1"}, {"C", "1"}});
  XdsClient client = Delta();
  client.Want(type(), {"A", "B", "C"});
  const XdsTold before = client.NextAndAck();
  EXPECT_EQ(before.text, "A=1 B=1 C=1");
  Put({{"B", "2"}});
  const XdsTold after = client.NextAndAck();
  EXPECT_EQ(after.text, "B=2");
  EXPECT_NE(after.versions.at("B"), before.versions.at("B"));
  EXPECT_NE(after.nonce, before.nonce);
  ExpectSilence(client);
}

TEST_P(DeltaAnyType, T36AMissingNameIsToldAndSentWhenItAppearsUnderTheSameVersion) {
  Put({{"A", "1"}}, "same");
  XdsClient client = Delta();
  client.Want(type(), {"A", "B"});
  const XdsTold before = client.NextAndAck();
  EXPECT_EQ(before.text, "A=1 -B");
  ExpectSilence(client);
  Put({{"B", "1"}}, "same");
  const XdsTold after = client.NextAndAck();
  EXPECT_EQ(after.text, "B=1");
  EXPECT_EQ(after.version, before.version);
  ExpectSilence(client);
}

TEST_P(DeltaAnyType, T37WhatIsRemovedIsToldOnceAndSentWhenItReturns) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient client = Delta();
  client.Want(type(), {"A", "B"});
  client.NextAndAck();
  Delete({"B"});
  EXPECT_EQ(client.NextAndAck().text, "-B");
  ExpectSilence(client);
  Put({{"B", "1"}});
  EXPECT_EQ(client.NextAndAck().text, "B=1");
  ExpectSilence(client);
}

TEST_P(DeltaAnyType, T38WhatIsUnsubscribedIsSilent) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient client = Delta();
  client.Want(type(), {"A", "B"});
  client.NextAndAck();
  client.Unsubscribe(type(), {"B"});
  ExpectSilence(client);
  Put({{"B", "2"}});
  ExpectSilence(client);
  client.Unsubscribe(type(), {"A"});
  ExpectSilence(client);
  Put({{"A", "2"}});
  Delete({"B"});
  ExpectSilence(client);
}

TEST_P(DeltaAnyType, T39ANameSubscribedAgainIsSentAgain) {
  Put({{"A", "1"}});
  XdsClient client = Delta();
  client.Want(type(), {"A"});
  client.NextAndAck();
  client.Want(type(), {"A"});
  EXPECT_EQ(client.NextAndAck().text, "A=1");
  ExpectSilence(client);
}

TEST_P(DeltaAnyType, T43WhatTheClientCameWithIsNotSentAgain) {
  Put({{"A", "1"}, {"B", "1"}, {"C", "1"}});
  XdsClient before = Delta();
  before.Want(type(), {"A"});
  const std::string current = before.NextAndAck().versions.at("A");
  XdsClient client = Delta();
  XdsAsk ask;
  ask.type_url = std::string(TypeUrl(type()));
  ask.names = {"A", "B"};
  ask.initial_versions = {{"A", current}, {"B", "old"}, {"C", "x"}};
  client.Send(ask);
  EXPECT_EQ(client.NextAndAck().text, "B=1");
  ExpectSilence(client);
  Put({{"A", "2"}, {"C", "2"}});
  EXPECT_EQ(client.NextAndAck().text, "A=2");
}

TEST_P(DeltaAnyType, T45AChangeOfInterestInANackOfAnEarlierResponseCounts) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient client = Delta();
  client.Want(type(), {"A"});
  const XdsTold first = client.Next();
  Put({{"A", "2"}});
  const XdsTold second = client.Next();
  EXPECT_EQ(second.text, "A=2");
  client.Nack(first, {"B"});
  const XdsTold third = client.Next();
  EXPECT_EQ(third.text, "B=1");
  client.Ack(second);
  client.Ack(third);
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, type()).nacks(), 1u);
}

TEST_P(DeltaAnyType, ANackIsSilenceUntilTheContentChanges) {  // DE13
  Put({{"A", "1"}});
  XdsClient client = Delta();
  client.Want(type(), {"A"});
  client.Nack(client.Next());
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, type()).error(), "no good");
  Put({{"A", "2"}});
  EXPECT_EQ(client.NextAndAck().text, "A=2");
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, type()).state(), v1::TypeSync::ACKED);
}

TEST_P(DeltaAnyType, T46WhatMeansNothingIsSilence) {
  Put({{"A", "1"}});
  XdsClient client = Delta();
  client.Want(type(), {"A"});
  client.NextAndAck();
  client.Unsubscribe(type(), {"never"});
  XdsAsk ask;
  ask.type_url = std::string(TypeUrl(type()));
  ask.nonce = "invented";
  client.Send(ask);
  ExpectSilence(client);
  Put({{"A", "2"}});
  EXPECT_EQ(client.NextAndAck().text, "A=2");
}

TEST_P(DeltaAnyType, TheEmptyNameIsNothingButAName) {  // SU6
  Put({{"A", "1"}});
  XdsClient client = Delta();
  client.Want(type(), {""});
  EXPECT_EQ(client.NextAndAck().text, "-");
  Put({{"A", "2"}, {"B", "1"}});
  ExpectSilence(client);
}

class DeltaWildcard : public XdsPlaceCases {};
INSTANTIATE_TEST_SUITE_P(Places, DeltaWildcard, testing::ValuesIn(kFullStatePlaces), NameOf);

TEST_P(DeltaWildcard, T40NothingIsAnAnswer) {
  XdsClient client = Delta();
  client.Want(type(), {});
  const XdsTold told = client.NextAndAck();
  EXPECT_EQ(told.text, "");
  EXPECT_FALSE(told.nonce.empty());
  ExpectSilence(client);
  Put({{"A", "1"}});
  EXPECT_EQ(client.NextAndAck().text, "A=1");
}

TEST_P(DeltaWildcard, T41ItLivesUntilItIsUnsubscribed) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient client = Delta();
  client.Want(type(), {});
  EXPECT_EQ(client.NextAndAck().text, "A=1 B=1");
  client.Want(type(), {"Z"});
  EXPECT_EQ(client.NextAndAck().text, "-Z");
  Put({{"A", "2"}});
  EXPECT_EQ(client.NextAndAck().text, "A=2");
  client.Unsubscribe(type(), {"*"});
  ExpectSilence(client);
  Put({{"A", "3"}});
  ExpectSilence(client);
  Put({{"Z", "1"}});
  EXPECT_EQ(client.NextAndAck().text, "Z=1");
  ExpectSilence(client);
}

TEST_P(DeltaWildcard, T42UnsubscribingANameBesideItIsAnswered) {
  Put({{"A", "1"}});
  XdsClient client = Delta();
  client.Want(type(), {"*", "A", "N"});
  EXPECT_EQ(client.NextAndAck().text, "A=1 -N");
  client.Unsubscribe(type(), {"A"});
  EXPECT_EQ(client.NextAndAck().text, "A=1");
  client.Unsubscribe(type(), {"N"});
  EXPECT_EQ(client.NextAndAck().text, "-N");
  ExpectSilence(client);
  // The wildcard goes on.
  Put({{"A", "2"}});
  EXPECT_EQ(client.NextAndAck().text, "A=2");
}

TEST_P(DeltaWildcard, T44WhatIsNewIsSentAndWhatIsGoneIsTold) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient before = Delta();
  before.Want(type(), {});
  XdsAsk ask;
  ask.type_url = std::string(TypeUrl(type()));
  ask.initial_versions = before.NextAndAck().versions;
  Delete({"A"});
  Put({{"D", "1"}});
  XdsClient client = Delta();
  client.Send(ask);
  const XdsTold first = client.NextAndAck();
  EXPECT_THAT(first.text, AnyOf("D=1", "D=1 -A"));
  if (first.removed == 0) {
    EXPECT_EQ(client.NextAndAck().text, "-A");
  }
  ExpectSilence(client);
}

}  // namespace
}  // namespace fairlead
