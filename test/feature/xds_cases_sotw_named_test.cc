// State of the world, types whose resources are named: the cases T08 to T15, T17, T19, T22, T23 and
// T27 of docs/xds-rules.md.
#include "test/feature/xds_cases.h"

namespace fairlead {
namespace {

class SotwNamed : public XdsPlaceCases {};
INSTANTIATE_TEST_SUITE_P(Places, SotwNamed, testing::ValuesIn(kNamedPlaces), NameOf);

TEST_P(SotwNamed, T08AChangeIsSentAlone) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A", "B"});
  EXPECT_EQ(client.NextAndAck().text, "A=1 B=1");
  Put({{"B", "2"}});
  EXPECT_EQ(client.NextAndAck().text, "B=2");
  ExpectSilence(client);
}

TEST_P(SotwNamed, T09WhatExistsDoesNotWaitForTheRest) {
  Put({{"A", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A", "Z"});
  EXPECT_EQ(client.NextAndAck().text, "A=1");
  ExpectSilence(client);
  Put({{"Z", "1"}});
  EXPECT_EQ(client.NextAndAck().text, "Z=1");
  ExpectSilence(client);
}

TEST_P(SotwNamed, T10NothingIsNoAnswer) {
  XdsClient client = Sotw();
  client.Want(type(), {"Z"});
  ExpectSilence(client);
  Put({{"Z", "1"}});
  EXPECT_EQ(client.NextAndAck().text, "Z=1");
  ExpectSilence(client);
}

TEST_P(SotwNamed, T11ANameThatJoinsIsSentThoughTheVersionIsTheSame) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A"});
  const XdsTold first = client.NextAndAck();
  EXPECT_EQ(first.text, "A=1");
  client.Want(type(), {"A", "B"});
  const XdsTold second = client.NextAndAck();
  EXPECT_EQ(second.text, "B=1");
  EXPECT_NE(second.nonce, first.nonce);
  ExpectSilence(client);
}

TEST_P(SotwNamed, T12ANameThatLeftIsSilent) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A", "B"});
  client.NextAndAck();
  client.Want(type(), {"A"});
  ExpectSilence(client);
  Put({{"B", "2"}});
  ExpectSilence(client);
  Put({{"A", "2"}});
  EXPECT_EQ(client.NextAndAck().text, "A=2");
  ExpectSilence(client);
}

TEST_P(SotwNamed, T13ANameThatReturnsIsSentAgain) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A", "B"});
  client.NextAndAck();
  client.Want(type(), {"A"});
  client.Want(type(), {"A", "B"});
  EXPECT_EQ(client.NextAndAck().text, "B=1");
  ExpectSilence(client);
}

TEST_P(SotwNamed, T17AnEmptyFirstListIsNothing) {
  Put({{"A", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {});
  ExpectSilence(client);
  Put({{"A", "2"}, {"B", "1"}});
  ExpectSilence(client);
}

TEST_P(SotwNamed, T19AListThatGrewUnderAnOldNonceCounts) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A"});
  const XdsTold first = client.NextAndAck();
  Put({{"A", "2"}});
  const XdsTold second = client.Next();
  EXPECT_EQ(second.text, "A=2");
  client.Send({std::string(TypeUrl(type())), {"A", "B"}, {}, {}, first.nonce, first.version, ""});
  const XdsTold third = client.Next();
  EXPECT_EQ(third.text, "B=1");
  client.Send({std::string(TypeUrl(type())), {"A", "B"}, {}, {}, third.nonce, third.version, ""});
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, type()).state(), v1::TypeSync::ACKED);
}

TEST_P(SotwNamed, T22ANackIsOneWhateverItsVersion) {
  Put({{"A", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A"});
  const XdsTold told = client.Next();
  client.Send(
      {std::string(TypeUrl(type())), {"A"}, {}, {}, told.nonce, told.version, "refused it is"});
  ExpectSilence(client);
  EXPECT_EQ(SyncOf(client, type()).state(), v1::TypeSync::NACKED);
  EXPECT_EQ(SyncOf(client, type()).error(), "refused it is");
}

TEST_P(SotwNamed, T23ANackMayNameMore) {
  Put({{"A", "1"}, {"B", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A"});
  client.Nack(client.Next(), {"A", "B"});
  EXPECT_EQ(client.NextAndAck().text, "B=1");
  ExpectSilence(client);
}

TEST_P(SotwNamed, T27AClientThatComesBackIsAnswered) {
  Put({{"A", "1"}});
  XdsClient before = Sotw();
  before.Want(type(), {"A"});
  const XdsTold told = before.NextAndAck();
  XdsClient client = Sotw();
  client.Send({std::string(TypeUrl(type())), {"A"}, {}, {}, told.nonce, told.version, ""});
  EXPECT_EQ(client.NextAndAck().text, "A=1");
  ExpectSilence(client);
}

class SotwAnyType : public XdsPlaceCases {};
INSTANTIATE_TEST_SUITE_P(FullState, SotwAnyType, testing::ValuesIn(kFullStatePlaces), NameOf);
INSTANTIATE_TEST_SUITE_P(Named, SotwAnyType, testing::ValuesIn(kNamedPlaces), NameOf);

TEST_P(SotwAnyType, T14AfterANameAnEmptyListIsNothing) {
  Put({{"A", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A"});
  EXPECT_EQ(client.NextAndAck().text, "A=1");
  client.Want(type(), {});
  ExpectSilence(client);
  Put({{"A", "2"}, {"B", "1"}});
  ExpectSilence(client);
}

TEST_P(SotwAnyType, T15AfterANameTheEmptyNameIsNoResource) {
  Put({{"A", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A"});
  client.NextAndAck();
  client.Want(type(), {""});
  ExpectSilence(client);
  Put({{"A", "2"}, {"B", "1"}});
  ExpectSilence(client);
}

TEST_P(SotwAnyType, NoNameIsTwiceInAResponse) {  // SU6, SW13
  Put({{"A", "1"}});
  XdsClient client = Sotw();
  client.Want(type(), {"A", "A", "A"});
  EXPECT_EQ(client.NextAndAck().text, "A=1");
  ExpectSilence(client);
}

}  // namespace
}  // namespace fairlead
