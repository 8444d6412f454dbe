#include "server/passwords/password_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kSha[] = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";

ParsedPasswords Parse(absl::string_view content) {
  return ParsePasswords("shop.example", "/htpasswd/shop.example", content);
}

std::vector<std::string> Users(const ParsedPasswords& parsed) {
  std::vector<std::string> users;
  for (const PasswordUser& user : parsed.file.users) {
    users.push_back(absl::StrCat(user.name, " ", user.hash));
  }
  return users;
}

TEST(SchemeOf, ByTheFormOfTheHash) {
  const std::pair<const char*, PasswordScheme> cases[] = {
      {kSha, PasswordScheme::kSha1},
      {"{SHA}5en6G6MezRroT3XKqkdPOmY/Bf", PasswordScheme::kUnknown},
      {"{SHA}", PasswordScheme::kUnknown},
      {"{SHA}5en6G6MezRroT3XKqkdPOmY!BfQ=", PasswordScheme::kUnknown},
      {"{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0", PasswordScheme::kSaltedSha1},
      // There has to be a salt.
      {"{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ=", PasswordScheme::kUnknown},
      {"$apr1$saltsalt$LrttParrLPdxvgutaSXWJ0", PasswordScheme::kApr1},
      {"$apr1$a$lsAcX0kKaMIVmrCtUuk5b0", PasswordScheme::kApr1},
      {"$apr1$saltsalt$LrttParrLPdxvgutaSXWJ", PasswordScheme::kUnknown},
      {"$apr1$saltsaltsalt$LrttParrLPdxvgutaSXWJ0", PasswordScheme::kUnknown},
      {"$apr1$", PasswordScheme::kUnknown},
      {"$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", PasswordScheme::kCrypt},
      {"$2y$99$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", PasswordScheme::kUnknown},
      {"$2y$16$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a", PasswordScheme::kUnknown},
      {"$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0", PasswordScheme::kUnknown},
      {"$6$rounds=5000$salt$hash", PasswordScheme::kCrypt},
      {"$6$rounds=99999999999$salt$hash", PasswordScheme::kUnknown},
      {"$6$rounds=2000000$salt$hash", PasswordScheme::kUnknown},
      {"$6$", PasswordScheme::kUnknown},
      {"$5$saltstring$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi.", PasswordScheme::kCrypt},
      {"$1$saltsalt$9xy1btjgzLYfb7hivXtC//", PasswordScheme::kCrypt},
      {"abNANd1rDfiNc", PasswordScheme::kCrypt},
      // A password that nobody hashed.
      {"secret", PasswordScheme::kUnknown},
      {"{PLAIN}secret", PasswordScheme::kUnknown},
      // Its cost is not bounded.
      {"$y$j9T$F5Jx5fExrKuPp53xLKQ..1$GmcwIgvdUC9qLWcKCi6gklUa1dM3ziD43YxYNURLKy0",
       PasswordScheme::kUnknown},
      {"$9$x$y", PasswordScheme::kUnknown},
      {"", PasswordScheme::kUnknown},
  };
  for (const auto& [hash, scheme] : cases) EXPECT_EQ(SchemeOf(hash), scheme) << hash;
}

TEST(ParsePasswords, LinesAsHtpasswdWritesThem) {
  const ParsedPasswords parsed = Parse(
      "bob:abNANd1rDfiNc\r\n"
      "# a comment: with a colon\n"
      "\n"
      "alice smith:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=:of sales\n"
      "bob:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=");
  EXPECT_EQ(parsed.file.name, "shop.example");
  EXPECT_THAT(Users(parsed), ElementsAre(absl::StrCat("alice smith ", kSha), "bob abNANd1rDfiNc"));
  EXPECT_FALSE(parsed.problem.has_value());
  ASSERT_NE(parsed.file.Find("bob"), nullptr);
  EXPECT_EQ(parsed.file.Find("bob")->hash, "abNANd1rDfiNc");
  EXPECT_EQ(parsed.file.Find("alice"), nullptr);
}

TEST(ParsePasswords, ALineThatIsNoneLetsNobodyInAndIsNotShown) {
  const std::pair<std::string, const char*> cases[] = {
      {"topsecret", "line 1 has no ':' between user and hash, so nobody comes in by it"},
      {absl::StrCat(":", kSha), "line 1 has no user, so"},
      {"dave:topsecret", "line 1 has no hash of a known form for the user 'dave', so"},
      {"dave:", "line 1 has no hash of a known form for the user 'dave', so"},
      {"dave:topsecret\n\nx\ny", "'dave' (and 2 more do not fit), so"},
      {absl::StrCat(std::string(256, 'u'), ":", kSha), "longer than 255 bytes"},
      {absl::StrCat("a\tb:", kSha), "not printable"},
      {absl::StrCat("dave:", std::string(513, 'x')), "line 1 has no hash of a known form"},
  };
  for (const auto& [content, what] : cases) {
    const ParsedPasswords parsed = Parse(absl::StrCat(content, "\nalice:", kSha));
    EXPECT_THAT(Users(parsed), ElementsAre(absl::StrCat("alice ", kSha))) << content;
    ASSERT_TRUE(parsed.problem.has_value()) << content;
    EXPECT_THAT(parsed.problem->what, HasSubstr(what));
    EXPECT_THAT(parsed.problem->what, Not(HasSubstr("topsecret")));
    EXPECT_EQ(parsed.problem->place.word, "/htpasswd/shop.example");
    EXPECT_THAT(parsed.problem->cure, HasSubstr("htpasswd -"));
  }
}

TEST(ParsePasswords, AFileOfNobodyIsAProblem) {
  for (const char* content : {"", "\n\n", "# nobody\n"}) {
    const ParsedPasswords parsed = Parse(content);
    EXPECT_THAT(parsed.file.users, IsEmpty());
    ASSERT_TRUE(parsed.problem.has_value());
    EXPECT_THAT(parsed.problem->what, HasSubstr("it has no users"));
  }
}

TEST(ParsePasswords, UsersAreBounded) {
  std::string content;
  for (size_t i = 0; i <= PasswordFile::kMostUsers; ++i) {
    absl::StrAppend(&content, "user", i, ":", kSha, "\n");
  }
  const ParsedPasswords parsed = Parse(content);
  EXPECT_EQ(parsed.file.users.size(), PasswordFile::kMostUsers);
  EXPECT_TRUE(parsed.problem.has_value());
}

}  // namespace
}  // namespace fairlead
