#include "agents/reporter/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairlead {
namespace {

constexpr absl::Duration kStart = absl::Seconds(1000);

ContainerFacts Facts(const std::string& id, int size = 0) {
  auto facts = std::make_shared<v1::Container>();
  facts->set_id(id);
  facts->set_name(std::string(size, 'x'));
  return facts;
}

HostUpdate Reachable(bool reachable) {
  HostUpdate update;
  update.engine.emplace().set_reachable(reachable);
  return update;
}

HostUpdate Upsert(const std::vector<std::string>& ids, int size = 0) {
  HostUpdate update;
  for (const std::string& id : ids) update.upserts.push_back(Facts(id, size));
  return update;
}

HostUpdate Removed(const std::vector<std::string>& ids) {
  HostUpdate update;
  update.removed = ids;
  return update;
}

HostUpdate WithProblem(const std::string& what) {
  HostUpdate update;
  update.problems.emplace().emplace_back().set_what(what);
  return update;
}

// A message in a few words: "snapshot 3 a,b last engine", "update 4 +a -b".
std::string Written(const v1::ReportRequest& request) {
  const auto id = [](std::string* out, const v1::Container& c) {
    absl::StrAppend(out, "+", c.id());
  };
  if (request.has_hello()) return absl::StrCat("hello ", request.hello().host_id());
  if (request.has_heartbeat()) return absl::StrCat("heartbeat ", request.heartbeat().sequence());
  std::vector<std::string> words;
  if (request.has_snapshot()) {
    const v1::SnapshotPart& part = request.snapshot();
    words = {"snapshot", absl::StrCat(part.sequence()), absl::StrJoin(part.containers(), " ", id)};
    if (part.last()) words.push_back("last");
    if (part.has_engine()) words.push_back(part.engine().reachable() ? "engine" : "no-engine");
    for (const auto& problem : part.problems()) words.push_back(problem.what());
  } else {
    const v1::Update& update = request.update();
    words = {"update", absl::StrCat(update.sequence()), absl::StrJoin(update.upserts(), " ", id)};
    for (const std::string& removed : update.removed()) words.push_back(absl::StrCat("-", removed));
    if (update.has_engine()) words.push_back(update.engine().reachable() ? "engine" : "no-engine");
    if (update.problems_changed()) words.push_back("problems");
    for (const auto& problem : update.problems()) words.push_back(problem.what());
  }
  words.erase(std::remove(words.begin(), words.end(), ""), words.end());
  return absl::StrJoin(words, " ");
}

class OutboxTest : public testing::Test {
 protected:
  OutboxTest() : outbox_(MakeOptions()) {}
  static Outbox::Options MakeOptions() {
    Outbox::Options options;
    options.hello.set_host_id("h1");
    options.message_size = 100;
    return options;
  }
  // Everything that is there to be written now.
  std::string Next() {
    std::vector<std::string> messages;
    while (const auto request = outbox_.Next(now_)) messages.push_back(Written(*request));
    return absl::StrJoin(messages, "; ");
  }
  void Answer(uint64_t acknowledged, bool resync = false, uint32_t heartbeat_ms = 0) {
    v1::ReportResponse response;
    response.set_acknowledged(acknowledged);
    response.set_resync(resync);
    response.set_heartbeat_interval_ms(heartbeat_ms);
    outbox_.Received(response);
  }

  absl::Duration now_ = kStart;
  Outbox outbox_;
};

TEST_F(OutboxTest, NothingBeforeTheFirstUpdate) {
  EXPECT_FALSE(outbox_.Ready());
  outbox_.Begin();
  EXPECT_EQ(Next(), "");
  EXPECT_EQ(outbox_.NextDue(), absl::InfiniteDuration());
}

TEST_F(OutboxTest, HelloThenTheWholeThenWhatChanges) {
  outbox_.Merge(Upsert({"a", "b"}));
  outbox_.Merge(Reachable(true));
  outbox_.Begin();
  EXPECT_EQ(Next(), "hello h1; snapshot 1 +a +b last engine");
  outbox_.Merge(Upsert({"a"}));
  outbox_.Merge(Removed({"b"}));
  outbox_.Merge(WithProblem("odd"));
  EXPECT_EQ(Next(), "update 2 +a -b problems odd");
  outbox_.Merge(Reachable(false));
  EXPECT_EQ(Next(), "update 3 no-engine");
}

TEST_F(OutboxTest, ChangesMergeWhileTheStreamIsBusy) {
  outbox_.Merge(Reachable(true));
  outbox_.Begin();
  Next();
  for (int i = 0; i < 1000; ++i) outbox_.Merge(Upsert({"a"}));
  outbox_.Merge(Upsert({"b"}));
  outbox_.Merge(Removed({"b"}));
  outbox_.Merge(Upsert({"c"}));
  outbox_.Merge(Removed({"nobody"}));
  EXPECT_EQ(Next(), "update 2 +a +c -b");
}

TEST_F(OutboxTest, LargeStatesComeInParts) {
  outbox_.Merge(Upsert({"a", "b", "c"}, 60));
  outbox_.Merge(Reachable(true));
  outbox_.Merge(WithProblem("odd"));
  outbox_.Begin();
  EXPECT_EQ(Next(), "hello h1; snapshot 1 +a +b; snapshot 1 +c last engine odd");
  outbox_.Merge(Upsert({"a", "b", "c", "d", "e"}, 60));
  EXPECT_EQ(Next(), "update 2 +a +b; update 3 +c +d; update 4 +e");
}

TEST_F(OutboxTest, ASnapshotIsOfOneMoment) {
  outbox_.Merge(Upsert({"a", "b", "c"}, 60));
  outbox_.Merge(Reachable(true));
  outbox_.Begin();
  outbox_.Next(now_);
  outbox_.Next(now_);
  outbox_.Merge(Removed({"c"}));
  outbox_.Merge(Reachable(false));
  EXPECT_EQ(Next(), "snapshot 1 +c last engine; update 2 -c no-engine");
}

TEST_F(OutboxTest, ANewStreamBeginsAnewAndCountsOn) {
  outbox_.Merge(Upsert({"a"}));
  outbox_.Merge(Reachable(true));
  outbox_.Begin();
  Next();
  outbox_.Merge(Upsert({"b"}));
  EXPECT_EQ(Next(), "update 2 +b");
  Answer(2);
  EXPECT_EQ(outbox_.acknowledged(), 2);
  outbox_.Begin();
  EXPECT_EQ(outbox_.acknowledged(), 0);
  EXPECT_EQ(Next(), "hello h1; snapshot 3 +a +b last engine");
}

TEST_F(OutboxTest, AnEngineThatComesBackMeansAWholeSnapshot) {
  outbox_.Merge(Reachable(false));
  outbox_.Begin();
  EXPECT_EQ(Next(), "hello h1; snapshot 1 last no-engine");
  now_ += absl::Seconds(2);
  outbox_.Merge(Upsert({"a"}));
  outbox_.Merge(Reachable(true));
  EXPECT_EQ(Next(), "snapshot 2 +a last engine");
}

TEST_F(OutboxTest, ResyncOnDemandButNotAllTheTime) {
  outbox_.Merge(Upsert({"a"}));
  outbox_.Merge(Reachable(true));
  outbox_.Begin();
  Next();
  now_ += absl::Seconds(2);
  Answer(0, true);
  EXPECT_EQ(Next(), "snapshot 2 +a last engine");
  Answer(0, true);
  EXPECT_EQ(Next(), "");
  EXPECT_EQ(outbox_.NextDue(), now_ + absl::Seconds(1));
  now_ += absl::Seconds(1);
  EXPECT_EQ(Next(), "snapshot 3 +a last engine");
}

TEST_F(OutboxTest, HeartbeatsWhenNothingElseWasSent) {
  outbox_.Merge(Reachable(true));
  outbox_.Begin();
  Next();
  EXPECT_EQ(outbox_.NextDue(), now_ + absl::Seconds(5));
  now_ += absl::Seconds(3);
  outbox_.Merge(Upsert({"a"}));
  EXPECT_EQ(Next(), "update 2 +a");
  now_ += absl::Seconds(5);
  EXPECT_EQ(Next(), "heartbeat 2");
  Answer(2, false, 1000);
  EXPECT_EQ(outbox_.NextDue(), now_ + absl::Seconds(1));
  Answer(2, false, 1);
  EXPECT_EQ(outbox_.NextDue(), now_ + absl::Milliseconds(100)) << "no server makes an agent spin";
  outbox_.Begin();
  Next();
  EXPECT_EQ(outbox_.NextDue(), now_ + absl::Seconds(5)) << "another server, another interval";
}

TEST_F(OutboxTest, WhatWasNeverSentIsNotAcknowledged) {
  outbox_.Merge(Reachable(true));
  outbox_.Begin();
  Next();
  Answer(1'000'000);
  EXPECT_EQ(outbox_.acknowledged(), 1);
}

}  // namespace
}  // namespace fairlead
