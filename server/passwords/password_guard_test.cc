#include "server/passwords/password_guard.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using Answer = PasswordGuard::Answer;

// Of "secret".
constexpr char kBcrypt[] = "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a";
constexpr char kSha[] = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";

class TestClock final : public Clock {
 public:
  absl::Duration Monotonic() const override { return now; }
  absl::Time Wall() const override { return absl::UnixEpoch() + now; }
  absl::Duration now = absl::Hours(1);
};

PasswordChanges File(const std::string& name, std::vector<PasswordUser> users) {
  PasswordChanges changes;
  changes.files.push_back({name, std::make_shared<PasswordFile>(PasswordFile{name, users})});
  return changes;
}

std::string Says(absl::string_view user, absl::string_view password) {
  return absl::StrCat("Basic ", absl::Base64Escape(absl::StrCat(user, ":", password)));
}

class PasswordGuardTest : public testing::Test {
 protected:
  TestClock clock_;
  std::atomic<int> checks_ = 0;
  const PasswordGuard::IsPassword count_ = [this](absl::string_view hash,
                                                  const std::string& password) {
    ++checks_;
    return IsPasswordOf(hash, password);
  };
  PasswordGuard guard_{{}, clock_, count_};
};

TEST_F(PasswordGuardTest, WhoIsInTheFileMayComeIn) {
  guard_.Apply(File("shop.example", {{"alice", kBcrypt}, {"bob", kSha}}));
  EXPECT_EQ(guard_.Check("shop.example", Says("alice", "secret")), Answer::kYes);
  EXPECT_EQ(guard_.Check("shop.example", Says("bob", "secret")), Answer::kYes);
  // Once more, as it is remembered.
  EXPECT_EQ(guard_.Check("shop.example", Says("alice", "secret")), Answer::kYes);
  for (const std::string& header :
       {Says("alice", "other"), Says("bob", "other"), Says("eve", "secret"), Says("alice", ""),
        std::string("Basic"), std::string(), std::string("Bearer x")}) {
    EXPECT_EQ(guard_.Check("shop.example", header), Answer::kNo) << header;
  }
  EXPECT_EQ(guard_.Check("other.example", Says("alice", "secret")), Answer::kNo);
}

TEST_F(PasswordGuardTest, WhatTheFileSaysNowCounts) {
  guard_.Apply(File("shop.example", {{"alice", kBcrypt}}));
  EXPECT_EQ(guard_.Check("shop.example", Says("alice", "secret")), Answer::kYes);
  // The same password, of another hash: it is another's word.
  guard_.Apply(File("shop.example", {{"alice", "abNANd1rDfiNc"}}));
  EXPECT_EQ(guard_.Check("shop.example", Says("alice", "secret")), Answer::kYes);
  guard_.Apply(File("shop.example", {{"bob", kBcrypt}}));
  EXPECT_EQ(guard_.Check("shop.example", Says("alice", "secret")), Answer::kNo);
  PasswordChanges gone;
  gone.files.push_back({"shop.example", nullptr});
  guard_.Apply(gone);
  EXPECT_EQ(guard_.Check("shop.example", Says("bob", "secret")), Answer::kNo);
}

TEST_F(PasswordGuardTest, WhoProvedItIsNotCheckedAgainForAWhile) {
  guard_.Apply(File("shop.example", {{"alice", kSha}, {"bob", kSha}}));
  for (int i = 0; i < 3; ++i) guard_.Check("shop.example", Says("alice", "secret"));
  EXPECT_EQ(checks_, 1);
  // Nobody else is taken for him, and a wrong password is never remembered.
  guard_.Check("shop.example", Says("bob", "secret"));
  EXPECT_EQ(checks_, 2);
  for (int i = 0; i < 3; ++i) guard_.Check("shop.example", Says("alice", "other"));
  EXPECT_EQ(checks_, 5);
  clock_.now += absl::Minutes(1);
  EXPECT_EQ(guard_.Check("shop.example", Says("alice", "secret")), Answer::kYes);
  EXPECT_EQ(checks_, 6);
}

TEST_F(PasswordGuardTest, NotMoreAreRememberedThanThereIsRoomFor) {
  PasswordGuard guard({.most_remembered = 1}, clock_, count_);
  guard.Apply(File("shop.example", {{"alice", kSha}, {"bob", kSha}}));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(guard.Check("shop.example", Says("alice", "secret")), Answer::kYes);
    EXPECT_EQ(guard.Check("shop.example", Says("bob", "secret")), Answer::kYes);
  }
  EXPECT_EQ(checks_, 3);
  // Who is out of time makes room.
  clock_.now += absl::Minutes(2);
  for (int i = 0; i < 2; ++i) guard.Check("shop.example", Says("bob", "secret"));
  EXPECT_EQ(checks_, 4);
}

TEST_F(PasswordGuardTest, WithoutRoomToWaitItIsNotKnown) {
  PasswordGuard guard({.most_waiting = 0}, clock_, count_);
  guard.Apply(File("shop.example", {{"alice", kSha}}));
  EXPECT_EQ(guard.Check("shop.example", Says("alice", "secret")), Answer::kBusy);
  // Who is no user is told so without a check.
  EXPECT_EQ(guard.Check("shop.example", Says("eve", "secret")), Answer::kNo);
  EXPECT_EQ(checks_, 0);
}

TEST_F(PasswordGuardTest, WhoseTurnDoesNotComeIsNotLetIn) {
  PasswordGuard guard({.most_at_once = 0, .patience = absl::ZeroDuration()}, clock_, count_);
  guard.Apply(File("shop.example", {{"alice", kSha}}));
  EXPECT_EQ(guard.Check("shop.example", Says("alice", "secret")), Answer::kBusy);
}

TEST_F(PasswordGuardTest, ManyAtOnceAreAnswered) {
  guard_.Apply(File("shop.example", {{"alice", kBcrypt}}));
  std::vector<std::thread> threads;
  std::array<Answer, 16> answers;
  for (size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back([&, i] {
      answers[i] = guard_.Check("shop.example", Says("alice", i % 2 == 0 ? "secret" : "other"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i], i % 2 == 0 ? Answer::kYes : Answer::kNo) << i;
  }
}

}  // namespace
}  // namespace fairlead
