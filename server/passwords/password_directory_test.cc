#include "server/passwords/password_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "server/base/directory_watcher.h"
#include "server/passwords/password_file.h"

namespace fairlead {
namespace {

using testing::IsEmpty;

// Far beyond any test: what is found, an event has told.
constexpr absl::Duration kNever = absl::Hours(1);
constexpr absl::Duration kPatience = absl::Seconds(20);

class PasswordDirectoryTest : public testing::Test {
 protected:
  PasswordDirectoryTest() {
    std::string path = absl::StrCat(testing::TempDir(), "/passwords-XXXXXX");
    top_ = std::filesystem::canonical(mkdtemp(path.data()));
  }
  ~PasswordDirectoryTest() override { std::filesystem::remove_all(top_); }

  std::string Path(const std::string& name) const { return absl::StrCat(top_, "/", name); }
  void Write(const std::string& name, const std::string& content) const {
    std::ofstream(Path(name)) << content;
  }
  absl::Status Watch(const std::string& directory) {
    watcher_.emplace(Watcher::Options{directory, "passwords", kNever},
                     [this](PasswordDirectory found) {
                       absl::MutexLock lock(&mutex_);
                       last_ = std::move(found);
                     });
    return watcher_->Start();
  }
  // Of the file of that name; "none": there is none.
  bool Await(const std::string& name, const std::string& content) {
    absl::MutexLock lock(&mutex_);
    const auto condition = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      const auto found = last_.files.find(name);
      return (found == last_.files.end() ? "none" : found->second.content) == content;
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&condition), kPatience);
  }
  PasswordDirectory last() {
    absl::MutexLock lock(&mutex_);
    return last_;
  }

 private:
  using Watcher = DirectoryWatcher<PasswordDirectoryReader>;

  std::string top_;
  absl::Mutex mutex_;
  PasswordDirectory last_ ABSL_GUARDED_BY(mutex_);
  std::optional<Watcher> watcher_;
};

TEST_F(PasswordDirectoryTest, KnowsWhatIsThereWhenItHasStarted) {
  Write("Shop.example", "S");
  Write(".hidden", "ignored");
  std::filesystem::create_directories(Path("folder"));
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  Write("large", std::string(PasswordFile::kLargest + 1, 'x'));
  ASSERT_TRUE(Watch(Path(".")).ok());
  const PasswordDirectory found = last();
  ASSERT_EQ(found.files.size(), 3u);
  EXPECT_EQ(found.files.at("shop.example").content, "S");
  EXPECT_THAT(found.files.at("shop.example").error, IsEmpty());
  EXPECT_EQ(found.files.at("pipe").error, "it is no regular file");
  EXPECT_THAT(found.files.at("large").content, IsEmpty());
  EXPECT_THAT(found.files.at("large").error, testing::Not(IsEmpty()));
}

TEST_F(PasswordDirectoryTest, SeesWhatIsWrittenRenamedLinkedAndRemoved) {
  std::filesystem::create_directories(Path("elsewhere"));
  Write("elsewhere/b", "1");
  Write("a", "1");
  std::filesystem::create_symlink("elsewhere/b", Path("b"));
  ASSERT_TRUE(Watch(Path(".")).ok());
  Write("a", "2");
  EXPECT_TRUE(Await("a", "2"));
  Write(".new", "3");
  std::filesystem::rename(Path(".new"), Path("a"));
  EXPECT_TRUE(Await("a", "3"));
  Write("elsewhere/b", "2");
  EXPECT_TRUE(Await("b", "2"));
  std::filesystem::remove(Path("a"));
  EXPECT_TRUE(Await("a", "none"));
}

TEST_F(PasswordDirectoryTest, ADirectoryThatIsNotThereIsAnError) {
  EXPECT_TRUE(absl::IsNotFound(Watch(Path("none"))));
  Write("file", "");
  EXPECT_FALSE(Watch(Path("file")).ok());
}

}  // namespace
}  // namespace fairlead
