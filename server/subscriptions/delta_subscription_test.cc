// Delta, as scripts: subscribe, expect, ACK, change, expect.
// Case numbers are those of docs/xds-rules.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "server/subscriptions/stream_script.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto kDelta = Variant::kDelta;
constexpr auto C = Type::kCluster;
constexpr auto E = Type::kEndpoint;

TEST(Delta, SendsWhatChangedAndNothingElse) {  // T34, T35
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}, {"C", "C=1"}});
  s.Wants(E, {"A"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
  s.Wants(E, {"B"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
  s.Change(E, {{"B", "B=2"}, {"C", "C=2"}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
}

TEST(Delta, AMissingNameIsSaidToBeMissingAndStaysSubscribed) {  // T36
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}});
  s.Wants(E, {"A", "B"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A -B"));
  s.Change(E, {{"B", "B=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
}

TEST(Delta, ARemovedNameIsToldOnceAndSentWhenItReturns) {  // T37
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A", "B"});
  s.Told();
  s.Change(E, {}, {"B"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS -B"));
  s.Change(E, {{"B", "B=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
}

TEST(Delta, AChangeThatIsTakenBackBeforeItIsSentIsNotSent) {
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}});
  s.Wants(E, {"A"});
  s.Told();
  s.Change(E, {{"A", "A=2"}});
  s.Change(E, {{"A", "A=1"}});
  EXPECT_THAT(s.Told(), IsEmpty());
}

TEST(Delta, NamesGivenUpBesideAWildcardCountUntilTheClientIsTold) {
  Script s(kDelta);
  s.Change(C, {{"A", "A=1"}});
  ASSERT_TRUE(s.Send(C, {"*"}).ok());
  s.Told();
  const auto come_and_go = [&](int round) {
    Names names;
    for (int i = 0; i < 30'000; ++i) names.push_back(absl::StrCat(round, "-", i));
    const absl::Status come = s.Send(C, names);
    return come.ok() ? s.Unsubscribe(C, names) : come;
  };
  for (int round = 0; round < 3; ++round) ASSERT_TRUE(come_and_go(round).ok()) << round;
  EXPECT_EQ(come_and_go(3).code(), absl::StatusCode::kResourceExhausted);  // 100 000
}

TEST(Delta, NamesGivenUpBesideAWildcardAreForgottenOnceTheClientIsTold) {
  Script s(kDelta);
  ASSERT_TRUE(s.Send(C, {"*"}).ok());
  s.Told();
  for (int round = 0; round < 5; ++round) {
    Names names;
    for (int i = 0; i < 30'000; ++i) names.push_back(absl::StrCat(round, "-", i));
    ASSERT_TRUE(s.Send(C, names).ok()) << round;
    ASSERT_TRUE(s.Unsubscribe(C, names).ok()) << round;
    s.Told();
  }
}

TEST(Delta, UnsubscribedNamesAreSilent) {  // T38, T46
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A", "B"});
  s.Told();
  ASSERT_TRUE(s.Unsubscribe(E, {"B", "never"}).ok());
  s.Change(E, {{"B", "B=2"}});
  EXPECT_THAT(s.Told(), IsEmpty());
  ASSERT_TRUE(s.Unsubscribe(E, {"A"}).ok());
  s.Change(E, {{"A", "A=2"}});
  EXPECT_THAT(s.Told(), IsEmpty());
  ASSERT_TRUE(s.Send(E, {}, "invented").ok());
  EXPECT_THAT(s.Told(), IsEmpty());
}

TEST(Delta, ANameSubscribedAgainIsSentAgain) {  // T39
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}});
  s.Wants(E, {"A"});
  s.Told();
  s.Wants(E, {"A"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
}

TEST(Delta, TheWildcard) {  // T40 to T42
  Script empty(kDelta);
  empty.Wants(C, {});
  EXPECT_THAT(empty.Told(), ElementsAre("CDS"));

  Script legacy(kDelta);
  legacy.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
  legacy.Wants(C, {});
  EXPECT_THAT(legacy.Told(), ElementsAre("CDS A B"));
  legacy.Wants(C, {"Z"});
  EXPECT_THAT(legacy.Told(), ElementsAre("CDS -Z"));
  ASSERT_TRUE(legacy.Unsubscribe(C, {"*"}).ok());
  legacy.Change(C, {{"A", "A=2"}});
  EXPECT_THAT(legacy.Told(), IsEmpty());
  legacy.Change(C, {{"Z", "Z=1"}});
  EXPECT_THAT(legacy.Told(), ElementsAre("CDS Z"));

  Script both(kDelta);
  both.Change(C, {{"A", "A=1"}});
  both.Wants(C, {"*", "A", "N"});
  EXPECT_THAT(both.Told(), ElementsAre("CDS A -N"));
  ASSERT_TRUE(both.Unsubscribe(C, {"A", "N"}).ok());
  EXPECT_THAT(both.Told(), ElementsAre("CDS A -N"));
}

TEST(Delta, WhatTheClientCameWithIsNotSentAgain) {  // T43, T44, T50
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  ScriptRequest request(E);
  request.names = {"A", "B"};
  const std::string current = s.snapshot().Find(E, "A")->version().ToString();
  request.initial_versions = {{"A", current}, {"B", "old"}, {"C", "x"}};
  ASSERT_TRUE(s.Send(request).ok());
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));

  Script wildcard(kDelta);
  wildcard.Change(C, {{"B", "B=1"}, {"D", "D=1"}});
  ScriptRequest back(C);
  back.initial_versions = {{"A", "x"},
                           {"B", wildcard.snapshot().Find(C, "B")->version().ToString()}};
  ASSERT_TRUE(wildcard.Send(back).ok());
  EXPECT_THAT(wildcard.Told(), ElementsAre("CDS D", "CDS -A"));

  Script unchanged(kDelta);
  unchanged.Change(C, {{"B", "B=1"}});
  back.initial_versions = {{"B", unchanged.snapshot().Find(C, "B")->version().ToString()}};
  ASSERT_TRUE(unchanged.Send(back).ok());
  EXPECT_THAT(unchanged.Told(), ElementsAre("CDS"));
}

// Bytes that Protobuf's own writers do not make: a map's key twice.
TEST(Delta, ANameThatAClientCameWithTwiceStandsForNoOther) {
  Script s(kDelta);
  s.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
  const std::string current = s.snapshot().Find(C, "A")->version().ToString();
  ScriptRequest request(C);
  request.node = "edge-1";
  request.initial_versions = {{"A", current}};
  ScriptRequest again;
  again.initial_versions = request.initial_versions;
  ASSERT_TRUE(s.SendBytes(request.Bytes(kDelta) + again.Bytes(kDelta)).ok());
  EXPECT_THAT(s.Told(), ElementsAre("CDS B"));

  Script last(kDelta);
  last.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
  again.initial_versions = {{"A", "old"}};
  ASSERT_TRUE(last.SendBytes(request.Bytes(kDelta) + again.Bytes(kDelta)).ok());
  EXPECT_THAT(last.Told(), ElementsAre("CDS A B"));
}

TEST(Delta, ANackOfAnEarlierResponseKeepsItsInterest) {  // T45
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A"});
  const ScriptResponse first = *s.Next();
  s.Change(E, {{"A", "A=2"}});
  const ScriptResponse second = *s.Next();
  s.Nack(first, {"B"});
  EXPECT_EQ(Script::Short(*s.Next()), "EDS B");
  s.Ack(second);
  EXPECT_FALSE(s.Next().has_value());
}

TEST(Delta, ASlowReaderGetsTheNewestStateAndFewResponses) {  // T48
  Script s(kDelta);
  s.Change(E, {{"A", "A=0"}});
  s.Wants(E, {"A"});
  s.Told();
  for (int i = 1; i <= 1000; ++i) s.Change(E, {{"A", absl::StrCat("A=", i).c_str()}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
}

// If each looked at all that is pending, this would not end within the test's time.
TEST(Delta, MessagesThatSayNothingNewDoNotCostWhatIsPending) {
  constexpr int kMany = 30'000;
  Script s(kDelta);
  Names names;
  std::vector<ResourceChange> changes;
  for (int i = 0; i < kMany; ++i) {
    names.push_back(absl::StrCat("n", i));
    changes.push_back({E, names.back(), Resource::FromBytes(E, names.back(), "")});
  }
  s.Publish(changes);
  s.Wants(E, names);
  s.Told();
  for (int i = 0; i < 4; ++i) {
    s.Change(E, {{"n0", absl::StrCat("n0=", i).c_str()}});
    ASSERT_TRUE(s.Next().has_value());  // not ACKed
  }
  for (ResourceChange& change : changes) change.after = nullptr;
  s.Publish(changes);
  for (int i = 0; i < kMany; ++i) {
    ASSERT_TRUE(s.Send(E, {}, "invented").ok());
    ASSERT_FALSE(s.Next().has_value());
  }
}

TEST(Delta, AnAssignmentWithoutEndpointsIsAResourceLikeOthers) {  // T33
  Script s(kDelta);
  s.Change(E, {{"A", ""}});
  s.Wants(E, {"A"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
}

}  // namespace
}  // namespace fairlead
