#include "server/passwords/passwords.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kSha[] = "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=";

Moment At(int seconds) {
  return {absl::Seconds(100 + seconds), absl::UnixEpoch() + absl::Seconds(seconds)};
}

// A directory with these files of one user each; who is called "!" is why the file cannot be read.
PasswordDirectory With(const std::vector<std::pair<std::string, std::string>>& files) {
  PasswordDirectory directory;
  directory.path = "/htpasswd";
  for (const auto& [name, user] : files) {
    FoundPasswords& found = directory.files[name];
    found.path = absl::StrCat("/htpasswd/", name);
    if (user == "!") {
      found.error = "Permission denied";
    } else if (!user.empty()) {
      found.content = absl::StrCat(user, ":", kSha, "\n");
    }
  }
  return directory;
}

// "NAME USER...", "-NAME".
std::vector<std::string> Text(const PasswordChanges& changes) {
  std::vector<std::string> text;
  for (const PasswordChange& change : changes.files) {
    text.push_back(absl::StrCat(change.after == nullptr ? "-" : "", change.name));
    if (change.after == nullptr) continue;
    for (const PasswordUser& user : change.after->users) {
      absl::StrAppend(&text.back(), " ", user.name);
    }
  }
  return text;
}

std::vector<std::string> Wrong(const PasswordChanges& changes) {
  std::vector<std::string> what;
  for (const ProblemsOf& of : changes.problems) {
    for (const Problem& problem : of.problems) what.push_back(problem.what);
  }
  return what;
}

TEST(Passwords, WhatDiffersIsTold) {
  Passwords passwords;
  EXPECT_THAT(Text(passwords.Take(With({{"a", "alice"}, {"b", "bob"}}), At(0))),
              ElementsAre("a alice", "b bob"));
  EXPECT_THAT(Text(passwords.Take(With({{"a", "alice"}, {"b", "eve"}}), At(1))),
              ElementsAre("b eve"));
}

TEST(Passwords, AFileThatIsGoneAppliesForAMomentMore) {
  Passwords passwords;
  passwords.Take(With({{"a", "alice"}, {"b", "bob"}}), At(0));
  EXPECT_THAT(Text(passwords.Take(With({}), At(10))), IsEmpty());
  EXPECT_THAT(Text(passwords.Tick(At(11))), IsEmpty());
  // It was being replaced.
  EXPECT_THAT(Text(passwords.Take(With({{"a", "eve"}}), At(11))), ElementsAre("a eve"));
  EXPECT_THAT(Text(passwords.Tick(At(12))), ElementsAre("-b"));
  EXPECT_THAT(Text(passwords.Tick(At(1000))), IsEmpty());
}

TEST(Passwords, WhatCannotBeReadKeepsPeopleOut) {
  Passwords passwords;
  PasswordChanges changes = passwords.Take(With({{"a", "alice"}, {"b", "!"}}), At(0));
  EXPECT_THAT(Text(changes), ElementsAre("a alice", "b"));
  EXPECT_THAT(Wrong(changes), ElementsAre(HasSubstr("nobody comes in")));
  changes = passwords.Take(With({{"a", "!"}, {"b", "bob"}}), At(1));
  EXPECT_THAT(Text(changes), ElementsAre("b bob"));
  EXPECT_THAT(Wrong(changes), ElementsAre(HasSubstr("the users of before stay")));
  // One that is empty has nobody.
  EXPECT_THAT(Text(passwords.Take(With({{"a", "alice"}, {"b", ""}}), At(2))), ElementsAre("b"));
}

TEST(Passwords, ADirectoryThatCannotBeReadTakesNoneAway) {
  Passwords passwords;
  passwords.Take(With({{"a", "alice"}}), At(0));
  PasswordDirectory unreadable;
  unreadable.status = absl::PermissionDeniedError("cannot read /htpasswd: Permission denied");
  const PasswordChanges changes = passwords.Take(unreadable, At(1));
  EXPECT_THAT(Text(changes), IsEmpty());
  EXPECT_THAT(Wrong(changes), ElementsAre(HasSubstr("cannot read /htpasswd")));
  EXPECT_THAT(Text(passwords.Tick(At(100))), IsEmpty());
  EXPECT_THAT(Wrong(passwords.Take(With({{"a", "alice"}}), At(101))), IsEmpty());
}

}  // namespace
}  // namespace fairlead
