// What holds for a stream in either variant, as scripts.
// Case numbers are those of docs/xds-rules.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/subscriptions/stream_script.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto kSotw = Variant::kSotw;
constexpr auto kDelta = Variant::kDelta;
constexpr auto C = Type::kCluster;
constexpr auto E = Type::kEndpoint;

TEST(Stream, LaterMessagesMayHaveANodeOrNot) {  // T24
  for (const auto variant : {kSotw, kDelta}) {
    Script s(variant);
    s.Change(E, {{"A", "A=1"}, {"B", "B=1"}, {"C", "C=1"}});
    ScriptRequest request(E);
    request.node = "edge-1";
    request.names = {"A"};
    EXPECT_TRUE(s.SendBytes(request.Bytes(variant)).ok());
    EXPECT_EQ(Script::Short(*s.Next()), "EDS A");
    request.node.clear();
    request.nonce = "1";
    request.names = {"A", "B"};
    EXPECT_TRUE(s.SendBytes(request.Bytes(variant)).ok());
    // Delta: each name that is said is answered (DE3).
    EXPECT_EQ(Script::Short(*s.Next()), variant == kSotw ? "EDS B" : "EDS A B");
    request.node = "edge-1";
    request.nonce = "2";
    request.names = variant == kSotw ? Names{"A", "B", "C"} : Names{"C"};
    EXPECT_TRUE(s.SendBytes(request.Bytes(variant)).ok());
    EXPECT_EQ(Script::Short(*s.Next()), "EDS C");
    // Of another type, whose first message it is.
    EXPECT_TRUE(s.SendBytes(ScriptRequest(C).Bytes(variant)).ok());
    EXPECT_EQ(Script::Short(*s.Next()), "CDS");
  }
}

TEST(Stream, TheFirstMessageNeedsANode) {  // T25
  for (const auto variant : {kSotw, kDelta}) {
    for (const auto only : {absl::optional<Type>(), absl::optional<Type>(E)}) {
      Script s(variant, only);
      ScriptRequest request(E);
      request.names = {"A"};
      const absl::Status status = s.SendBytes(request.Bytes(variant));
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(status.message()), HasSubstr("`node`"));
    }
  }
}

TEST(Stream, ServesTypesThatItHasAndIsSilentOnOthers) {  // T26
  Script ads(kSotw);
  ScriptRequest request;
  EXPECT_EQ(ads.Send(request).code(), absl::StatusCode::kInvalidArgument);
  request.type_url = "type.googleapis.com/no.such.Type";
  EXPECT_TRUE(ads.Send(request).ok());
  EXPECT_FALSE(ads.Next().has_value());

  Script only(kSotw, E);
  only.Change(E, {{"A", "A=1"}});
  ScriptRequest implied;
  implied.names = {"A"};
  EXPECT_TRUE(only.Send(implied).ok());
  EXPECT_THAT(only.Told(), ElementsAre("EDS A"));
  EXPECT_EQ(only.Send(C, {}).code(), absl::StatusCode::kInvalidArgument);
}

TEST(Stream, SpacesResponsesBehindABurst) {
  Script s(kDelta);
  s.Change(E, {{"A", "A=0"}});
  s.Wants(E, {"A"});
  int sent = 0;
  for (int i = 1; i <= 300; ++i) {
    s.Change(E, {{"A", absl::StrCat("A=", i).c_str()}});
    sent += static_cast<int>(s.AckAll().size());
  }
  EXPECT_EQ(sent, 100);
  s.Pass(s.stream().WakeAt() - absl::Hours(1));
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
}

TEST(Stream, WhatIsNeverAnsweredIsForgotten) {
  Script s(kSotw);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  ASSERT_TRUE(s.Send(E, {"A"}).ok());
  for (int i = 0; i < 90; ++i) {
    ASSERT_TRUE(s.Next().has_value());
    ASSERT_TRUE(s.Send(E, {i % 2 == 0 ? "B" : "A"}, "stale").ok());
  }
  EXPECT_EQ(s.stream().subscription(E)->unanswered(), Subscription::kMostUnanswered);
}

TEST(Stream, RefusesMoreNamesThanItsLimit) {
  StreamState::Options options;
  options.most_names = 3;
  StreamState stream(options, std::make_shared<ViewStreams>(Snapshot::Empty()));
  ScriptRequest message(E);
  message.node = "edge-1";
  message.names = {"a", "b", "c", "d"};
  const std::string bytes = message.Bytes(kSotw);
  const absl::Status status = stream.OnRequest(*ParseSotwRequest(bytes), {}, {});
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("--max-xds-names"));
}

// A client of a wildcard comes back with names that are gone: they are kept until they are told.
TEST(Stream, CountsNamesThatAClientCameWithAndThatAreGone) {
  StreamState::Options options;
  options.variant = kDelta;
  options.most_names = 3;
  StreamState stream(options, std::make_shared<ViewStreams>(Snapshot::Empty()));
  ScriptRequest message(C);
  message.node = "edge-1";
  message.initial_versions = {{"a", "1"}, {"b", "1"}, {"c", "1"}};
  const std::string three = message.Bytes(kDelta);
  EXPECT_TRUE(stream.OnRequest(*ParseDeltaRequest(three), {}, {}).ok());
  ScriptRequest one_more(E);
  one_more.names = {"d"};
  const std::string bytes = one_more.Bytes(kDelta);
  EXPECT_EQ(stream.OnRequest(*ParseDeltaRequest(bytes), {}, {}).code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(Stream, VersionsThatPeopleGiveAreWhatClientsSee) {  // T49
  for (const auto variant : {kSotw, kDelta}) {
    Script s(variant);
    s.PublishAs(C, {{"A", "A=1"}}, "1");
    s.Wants(C, {});
    EXPECT_EQ(s.AckAll().at(0).version, "1");
    s.PublishAs(C, {{"A", "A=2"}}, "2");
    EXPECT_EQ(s.AckAll().at(0).version, "2");
    // Content that was not put with it changes the set: then it is the content's own.
    s.Change(C, {{"B", "B=1"}});
    EXPECT_EQ(s.AckAll().at(0).version, s.snapshot().version(C).ToString());
  }
}

// A static Listener that has the name of an API listener hides it, until it is deleted.
ResourceChange StaticListener() {
  return {Type::kListener, "L",
          Resource::FromBytes(Type::kListener, "L", "L=static", Resource::Offer::kAlways)};
}
ResourceChange ApiListener(const char* content = "L=api") {
  return {Type::kListener, "L",
          Resource::FromBytes(Type::kListener, "L", content, Resource::Offer::kOnRequest)};
}

TEST(Stream, WhatAWildcardCoversNoMoreIsTakenFromIt) {
  for (const auto variant : {kSotw, kDelta}) {
    const char* const gone = variant == kSotw ? "LDS" : "LDS -L";
    Script s(variant);
    s.Publish({StaticListener()});
    s.Wants(Type::kListener, {});
    EXPECT_THAT(s.Told(), ElementsAre("LDS L"));
    s.Publish({ApiListener()});
    EXPECT_THAT(s.Told(), ElementsAre(gone));
    s.Publish({ApiListener("L=other")});
    EXPECT_THAT(s.Told(), IsEmpty());
    s.Publish({StaticListener()});
    EXPECT_THAT(s.Told(), ElementsAre("LDS L"));

    // The same when the proxy is seen from elsewhere.
    s.stream().MoveTo(std::make_shared<ViewStreams>(Snapshot::Empty()->With({ApiListener()})));
    EXPECT_THAT(s.Told(), ElementsAre(gone));
    s.stream().MoveTo(std::make_shared<ViewStreams>(Snapshot::Empty()->With({StaticListener()})));
    EXPECT_THAT(s.Told(), ElementsAre("LDS L"));
  }
}

TEST(Stream, WhatAWildcardDoesNotCoverIsThereForThoseThatNameIt) {
  for (const auto variant : {kSotw, kDelta}) {
    Script s(variant);
    s.Publish({StaticListener()});
    s.Wants(Type::kListener, {"*"});
    EXPECT_THAT(s.Told(), ElementsAre("LDS L"));
    s.Publish({ApiListener()});
    s.Told();
    s.Wants(Type::kListener, {"*", "L"});
    EXPECT_THAT(s.Told(), ElementsAre("LDS L"));
    s.Publish({ApiListener("L=other")});
    EXPECT_THAT(s.Told(), ElementsAre("LDS L"));
    if (variant == kSotw) continue;
    ASSERT_TRUE(s.Unsubscribe(Type::kListener, {"L"}).ok());
    EXPECT_THAT(s.Told(), ElementsAre("LDS -L"));  // DE10
  }
}

TEST(Stream, WhatAClientCameWithAndItsWildcardDoesNotCoverIsTakenFromIt) {  // DE5
  Script s(kDelta);
  s.Publish({ApiListener()});
  ScriptRequest request(Type::kListener);
  request.initial_versions = {{"L", "old"}};
  ASSERT_TRUE(s.Send(request).ok());
  EXPECT_THAT(s.Told(), ElementsAre("LDS", "LDS -L"));
}

TEST(Stream, ARotatedSecretIsSentOnce) {  // T52
  for (const auto variant : {kSotw, kDelta}) {
    Script s(variant);
    s.Change(Type::kSecret, {{"cert", "cert=1"}, {"other", "other=1"}});
    s.Wants(Type::kSecret, {"cert", "other"});
    EXPECT_THAT(s.Told(), ElementsAre("SDS cert other"));
    s.Change(Type::kSecret, {{"cert", "cert=2"}});
    EXPECT_THAT(s.Told(), ElementsAre("SDS cert"));
    EXPECT_THAT(s.Told(), IsEmpty());
  }
}

TEST(Stream, SaysHowTheClientTookWhatItHas) {
  using State = HeldResource::State;
  Script s(kDelta);
  const auto held = [&s] {
    std::map<std::string, State> states;
    const Subscription& subscription = *s.stream().subscription(E);
    subscription.ForEachHeld([&](const HeldResource& one) {
      const std::string& name = one.resource->name();
      states[name] = one.state;
      EXPECT_EQ(subscription.FindHeld(name)->state, one.state) << name;
      EXPECT_EQ(subscription.FindHeld(name)->resource, one.resource) << name;
    });
    EXPECT_FALSE(subscription.FindHeld("unknown").has_value());
    return states;
  };
  using States = std::map<std::string, State>;
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}, {"C", "C=1"}});
  ASSERT_TRUE(s.Send(E, {"A", "B", "C"}).ok());
  const ScriptResponse all = *s.Next();
  EXPECT_EQ(held(), (States{{"A", State::kSent}, {"B", State::kSent}, {"C", State::kSent}}));
  s.Nack(all);
  // The first half is tried alone; what is kept back the client does not hold.
  EXPECT_EQ(held(), (States{{"A", State::kNacked}, {"B", State::kNacked}}));
  s.Change(E, {{"A", "A=2"}, {"B", "B=2"}, {"C", "C=2"}});
  s.Ack(*s.Next());
  EXPECT_EQ(held(), (States{{"A", State::kAcked}, {"B", State::kAcked}, {"C", State::kAcked}}));
  s.Change(E, {{"B", "B=3"}});
  ASSERT_TRUE(s.Next().has_value());
  s.Change(E, {{"C", "C=3"}});
  s.Nack(*s.Next());
  EXPECT_EQ(held(), (States{{"A", State::kAcked}, {"B", State::kSent}, {"C", State::kNacked}}));
}

// A stream may end at any moment: what was sent is not ACKed, and more is due.
TEST(Stream, EndsInTheMiddleOfAPush) {  // T51
  for (const auto variant : {kSotw, kDelta}) {
    Script s(variant);
    s.Change(C, {{"A", "A=1"}});
    s.Wants(C, {});
    ASSERT_TRUE(s.Next().has_value());
    s.Change(C, {{"A", "A=2"}}, {"B"});
  }
}

}  // namespace
}  // namespace fairlead
