// State of the world, as scripts: subscribe, expect, ACK, change, expect.
// Case numbers are those of docs/xds-rules.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/subscriptions/stream_script.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kSotw = Variant::kSotw;
constexpr auto C = Type::kCluster;
constexpr auto E = Type::kEndpoint;

TEST(Sotw, AWildcardIsAnsweredOnceAndWhollyOnEachChange) {  // T01 to T04
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}, {"B", "B=1"}, {"C", "C=1"}});
  s.Wants(C, {});
  EXPECT_THAT(s.Told(), ElementsAre("CDS A B C"));
  EXPECT_THAT(s.Told(), IsEmpty());
  s.Change(C, {{"A", "A=2"}});
  EXPECT_THAT(s.Told(), ElementsAre("CDS A B C"));
  s.Change(C, {{"D", "D=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("CDS A B C D"));
  s.Change(C, {}, {"C"});
  EXPECT_THAT(s.Told(), ElementsAre("CDS A B D"));
}

TEST(Sotw, AnEmptyWildcardIsAnswered) {  // T05
  Script s(kSotw);
  s.Wants(C, {});
  EXPECT_THAT(s.Told(), ElementsAre("CDS"));
  s.Change(C, {{"A", "A=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("CDS A"));
}

TEST(Sotw, NamedClustersComeTogetherAndMissingOnesLater) {  // T06, T07
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(C, {"B", "Z"});
  EXPECT_THAT(s.Told(), ElementsAre("CDS B"));
  s.Change(C, {{"A", "A=2"}});
  EXPECT_THAT(s.Told(), IsEmpty());
  s.Change(C, {{"Z", "Z=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("CDS B Z"));
}

TEST(Sotw, EndpointsComeOneByOneAndMissingOnesInSilence) {  // T08 to T10
  Script s(kSotw);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A", "B", "Z"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A B"));
  s.Change(E, {{"B", "B=2"}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
  s.Change(E, {{"Z", "Z=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS Z"));
}

TEST(Sotw, ANameThatJoinsIsOwedAndOneThatLeftIsForgotten) {  // T11 to T13
  Script s(kSotw);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
  s.Wants(E, {"A", "B"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
  s.Wants(E, {"A"});
  s.Change(E, {{"B", "B=2"}});
  EXPECT_THAT(s.Told(), IsEmpty());
  s.Wants(E, {"A", "B"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
}

TEST(Sotw, AfterANameAnEmptyListIsNothing) {  // T14 to T17
  for (const Type type : {C, E}) {
    Script s(kSotw);
    s.Change(type, {{"A", "A=1"}});
    s.Wants(type, {"A"});
    EXPECT_EQ(s.Told().size(), 1u);
    s.Wants(type, {});
    s.Change(type, {{"A", "A=2"}, {"B", "B=1"}});
    EXPECT_THAT(s.Told(), IsEmpty());
  }
  Script star(kSotw);
  star.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
  star.Wants(C, {"*", "A"});
  EXPECT_THAT(star.Told(), ElementsAre("CDS A B"));
  star.Wants(C, {"A"});
  star.Change(C, {{"A", "A=2"}, {"B", "B=2"}});
  EXPECT_THAT(star.Told(), ElementsAre("CDS A"));
  star.Wants(C, {});
  star.Change(C, {{"A", "A=3"}});
  EXPECT_THAT(star.Told(), IsEmpty());
  Script endpoints(kSotw);
  endpoints.Wants(E, {});
  endpoints.Change(E, {{"A", "A=1"}});
  EXPECT_THAT(endpoints.Told(), IsEmpty());
}

TEST(Sotw, TheEmptyNameIsAName) {  // T15
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}});
  s.Wants(C, {""});
  EXPECT_THAT(s.Told(), ElementsAre("CDS"));
  s.Change(C, {{"A", "A=2"}});
  EXPECT_THAT(s.Told(), IsEmpty());
}

TEST(Sotw, AStaleNonceIsNoAnswerButItsListCounts) {  // T18 to T20
  Script s(kSotw);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A"});
  const ScriptResponse first = *s.Next();
  s.Ack(first);
  s.Change(E, {{"A", "A=2"}});
  const ScriptResponse second = *s.Next();
  ASSERT_TRUE(s.Send(E, {"A"}, first.nonce).ok());
  EXPECT_FALSE(s.stream().subscription(E)->state().answered);
  EXPECT_FALSE(s.Next().has_value());
  ASSERT_TRUE(s.Send(E, {"A", "B"}, first.nonce).ok());
  const ScriptResponse third = *s.Next();
  EXPECT_EQ(Script::Short(third), "EDS B");
  ASSERT_TRUE(s.Send(E, {"A", "B"}, third.nonce).ok());
  EXPECT_TRUE(s.stream().subscription(E)->state().answered);
}

TEST(Sotw, ANackIsSilenceUntilTheContentChanges) {  // T21 to T23
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}});
  s.Wants(C, {});
  s.Nack(*s.Next());
  EXPECT_FALSE(s.Next().has_value());
  EXPECT_EQ(s.stream().subscription(C)->state().error, "no good");
  s.Change(C, {{"A", "A=2"}});
  s.Ack(*s.Next());
  EXPECT_EQ(s.stream().subscription(C)->state().error, "");

  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A"});
  s.Nack(*s.Next(), {"A", "B"});
  EXPECT_EQ(Script::Short(*s.Next()), "EDS B");
}

TEST(Sotw, AClientThatComesBackIsAnsweredButForUnchangedClusters) {  // T27, T28
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}});
  s.Change(E, {{"A", "A=1"}});
  ASSERT_TRUE(s.Send(E, {"A"}, "old", s.snapshot().version(E).ToString()).ok());
  ASSERT_TRUE(s.Send(C, {}, "old", s.snapshot().version(C).ToString()).ok());
  EXPECT_EQ(Script::Short(*s.Next()), "EDS A");
  EXPECT_FALSE(s.Next().has_value());
  s.Change(C, {{"A", "A=2"}});
  EXPECT_EQ(Script::Short(*s.Next()), "CDS A");

  // A stream without a response would be an error to the client (ST9).
  Script only(kSotw, C);
  only.Change(C, {{"A", "A=1"}});
  ASSERT_TRUE(only.Send(C, {}, "old", only.snapshot().version(C).ToString()).ok());
  EXPECT_EQ(Script::Short(*only.Next()), "CDS A");
}

// While the client was away, people gave the version that it has to other content.
TEST(Sotw, AGivenVersionIsNoProofThatTheClientHasTheContent) {  // SW14
  Script s(kSotw);
  s.PublishAs(C, {{"A", "A=2"}}, "1");
  ASSERT_TRUE(s.Send(C, {}, "", "1").ok());
  EXPECT_THAT(s.Told(), ElementsAre("CDS A"));
}

TEST(Sotw, EndpointsAreServedWithoutClusters) {  // T32
  Script s(kSotw);
  s.Change(E, {{"A", "A=1"}});
  s.Wants(E, {"A"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
}

}  // namespace
}  // namespace fairlead
