#include "deploy/images/drop_in/acme_challenges.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

constexpr char kChallenges[] = "/.well-known/acme-challenge/";

class AcmeChallengesTest : public testing::Test {
 protected:
  AcmeChallengesTest() : html_(absl::StrCat(testing::TempDir(), "/html.", getpid())) {
    std::filesystem::remove_all(html_);
    std::filesystem::create_directories(html_);
  }
  ~AcmeChallengesTest() override { std::filesystem::remove_all(html_); }

  void Write(const std::string& path, const std::string& content) {
    std::filesystem::create_directories(std::filesystem::path(html_ + path).parent_path());
    std::ofstream(html_ + path) << content;
  }
  std::string PathOf(const std::string& name) const { return html_ + kChallenges + name; }
  HttpReply Ask(const std::string& name) const {
    return AnswerChallenge(html_, kChallenges + name);
  }

  const std::string html_;
};

TEST_F(AcmeChallengesTest, AFileIsServedThatCameLater) {
  EXPECT_EQ(Ask("token_-1").status, 404);
  Write(absl::StrCat(kChallenges, "token_-1"), "token_-1.thumbprint");
  const HttpReply reply = Ask("token_-1");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "token_-1.thumbprint");
  EXPECT_EQ(reply.content_type, "application/octet-stream");
}

TEST_F(AcmeChallengesTest, NothingElseIsAskedFor) {
  Write("/secret", "secret");
  Write("/.well-known/secret", "secret");
  Write(absl::StrCat(kChallenges, "a.b"), "secret");
  Write(absl::StrCat(kChallenges, "folder/token"), "secret");
  for (const char* name :
       {"", "../secret", "../../secret", ".", "..", "a.b", "folder", "folder/token",
        "folder/../folder/token", "/secret", "a b", "a%2Fb", "token\n"}) {
    EXPECT_EQ(Ask(name).status, 404) << name;
    EXPECT_EQ(Ask(name).body, "no such challenge\n") << name;
  }
  for (const char* path : {"", "/", "/secret", "/.well-known/secret", "/.well-known/acme-challenge",
                           "/x/.well-known/acme-challenge/token"}) {
    EXPECT_EQ(AnswerChallenge(html_, path).status, 404) << path;
  }
  EXPECT_EQ(Ask(std::string(256, 'a')).status, 404);
  EXPECT_EQ(Ask(std::string("token\0x", 7)).status, 404);
}

TEST_F(AcmeChallengesTest, LinksLeadNowhere) {
  Write("/secret", "secret");
  Write(absl::StrCat(kChallenges, "token"), "token");
  std::filesystem::create_symlink(html_ + "/secret", PathOf("link"));
  std::filesystem::create_symlink("token", PathOf("inner"));
  for (const char* name : {"link", "inner"}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(ReadChallenge(html_, name).status())) << name;
    EXPECT_EQ(Ask(name).status, 404) << name;
  }
  std::filesystem::rename(html_ + "/.well-known", html_ + "/elsewhere");
  std::filesystem::create_symlink("elsewhere", html_ + "/.well-known");
  EXPECT_TRUE(absl::IsFailedPrecondition(ReadChallenge(html_, "token").status()));
}

TEST_F(AcmeChallengesTest, WhatIsNoFileOrTooLargeIsNotSent) {
  Write(absl::StrCat(kChallenges, "most"), std::string(64 << 10, 'x'));
  Write(absl::StrCat(kChallenges, "more"), std::string((64 << 10) + 1, 'x'));
  ASSERT_EQ(mkfifo(PathOf("pipe").c_str(), 0600), 0);
  EXPECT_EQ(Ask("most").body.size(), 64 << 10);
  for (const char* name : {"more", "pipe"}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(ReadChallenge(html_, name).status())) << name;
    EXPECT_EQ(Ask(name).status, 404) << name;
  }
}

TEST_F(AcmeChallengesTest, AnEmptyFileIsOne) {
  Write(absl::StrCat(kChallenges, "empty"), "");
  EXPECT_EQ(Ask("empty").status, 200);
  EXPECT_EQ(Ask("empty").body, "");
}

}  // namespace
}  // namespace fairlead
