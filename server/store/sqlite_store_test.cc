#include "server/store/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/base/clock.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

StoredChanges Host(const std::string& id, size_t zone_bytes = 0) {
  v1::StoredHost host;
  host.mutable_hello()->set_host_id(id);
  host.mutable_hello()->set_zone(std::string(zone_bytes, 'z'));
  return {.hosts = {{id, host}}, .containers = {}, .services = {}, .resources = {}};
}

class SqliteStoreTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> Open() {
    auto opened = SqliteStore::Open(directory_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }

  int FilesSetAside() const {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
      if (absl::StrContains(entry.path().string(), "fairlead.db.damaged-")) ++files;
    }
    return files;
  }

  const std::string directory_ =
      absl::StrCat(testing::TempDir(), "/",
                   testing::UnitTest::GetInstance()->current_test_info()->name(), "-", getpid());
};

TEST_F(SqliteStoreTest, ADamagedFileIsSetAsideAndANewOneBegun) {
  {
    const auto store = Open();
    store->Save(Host("h1"));
    ASSERT_TRUE(store->Flush(absl::Seconds(30)).ok());
  }
  std::ofstream(directory_ + "/fairlead.db") << std::string(10000, 'x');
  const auto store = Open();
  EXPECT_THAT(store->Load().value().hosts, IsEmpty());
  EXPECT_EQ(FilesSetAside(), 1);
  store->Save(Host("h2"));
  ASSERT_TRUE(store->Flush(absl::Seconds(30)).ok());
  EXPECT_THAT(store->Load().value().hosts, SizeIs(1));
}

TEST_F(SqliteStoreTest, AFileThatIsCutShortIsSetAside) {
  {
    const auto store = Open();
    for (int i = 0; i < 100; ++i) store->Save(Host(absl::StrCat("h", i), 200));
    ASSERT_TRUE(store->Flush(absl::Seconds(30)).ok());
  }
  std::filesystem::resize_file(directory_ + "/fairlead.db", 12000);
  const auto store = Open();
  EXPECT_THAT(store->Load().value().hosts, IsEmpty());
  EXPECT_EQ(FilesSetAside(), 1);
}

TEST_F(SqliteStoreTest, ASecondServerIsRefused) {
  const auto store = Open();
  EXPECT_EQ(SqliteStore::Open(directory_).status().code(), absl::StatusCode::kFailedPrecondition);
}

// The file cannot grow, as on a disk that is full.
class FullDisk {
 public:
  FullDisk() {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none = {.rlim_cur = 4096, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_;
};

// P50
TEST_F(SqliteStoreTest, AFullDiskLosesNothingAndIsShownUntilItHasSpaceAgain) {
  const auto store = Open();
  store->Save(Host("h0"));
  ASSERT_TRUE(store->Flush(absl::Seconds(30)).ok());
  {
    const FullDisk full;
    for (int i = 1; i <= 50; ++i) store->Save(Host(absl::StrCat("h", i), 200));
    const absl::Status status = store->Flush(absl::Seconds(30));
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(std::string(status.message()), HasSubstr("50 records wait"));
    EXPECT_EQ(store->Health(), status);
    // Told at once while it lasts, not after a delay.
    EXPECT_FALSE(store->Flush(absl::Seconds(30)).ok());
  }
  ASSERT_TRUE(store->Flush(absl::Seconds(30)).ok());
  EXPECT_TRUE(store->Health().ok());
  EXPECT_THAT(store->Load().value().hosts, SizeIs(51));
}

TEST_F(SqliteStoreTest, WithoutAFlushItIsTriedAgainByItself) {
  const auto store = Open();
  {
    const FullDisk full;
    for (int i = 0; i < 50; ++i) store->Save(Host(absl::StrCat("h", i), 200));
    ASSERT_FALSE(store->Flush(absl::Seconds(30)).ok());
  }
  const absl::Duration deadline = Clock::Real().Monotonic() + absl::Seconds(30);
  while (!store->Health().ok() && Clock::Real().Monotonic() < deadline) sched_yield();
  EXPECT_TRUE(store->Health().ok());
}

TEST_F(SqliteStoreTest, AnUnusableDirectoryIsAnErrorThatNamesIt) {
  const auto store = SqliteStore::Open("/proc/nowhere");
  ASSERT_FALSE(store.ok());
  EXPECT_THAT(std::string(store.status().message()), HasSubstr("/proc/nowhere"));
}

}  // namespace
}  // namespace fairlead
