// P51: a server that is killed at any moment while it writes loses nothing that was acknowledged.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/store/sqlite_store.h"

namespace fairlead {
namespace {

constexpr int kHosts = 7;
constexpr int kRounds = 60;

std::string Name(int host) { return absl::StrCat("h", host); }

// Writes number after number, each to the next host's record, and tells through `acknowledged` (as
// bytes of int) which were flushed.
[[noreturn]] void WriteForEver(const std::string& directory, int first, int acknowledged) {
  auto store = SqliteStore::Open(directory);
  if (!store.ok()) _exit(1);
  for (int number = first;; ++number) {
    v1::StoredHost host;
    host.mutable_hello()->set_host_id(Name(number % kHosts));
    host.mutable_hello()->set_zone(absl::StrCat(number));
    (*store)->Save({.hosts = {{Name(number % kHosts), host}},
                    .containers = {},
                    .services = {},
                    .resources = {}});
    if (!(*store)->Flush(absl::Seconds(30)).ok()) _exit(2);
    if (write(acknowledged, &number, sizeof(number)) != sizeof(number)) _exit(3);
  }
}

// Lets a child write, kills it at a random moment, and yields the last number that was
// acknowledged.
int WriteAndBeKilled(const std::string& directory, int first, std::mt19937& random) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    WriteForEver(directory, first, ends[1]);
  }
  close(ends[1]);
  int last = first - 1;
  int number = 0;
  for (unsigned left = 1 + random() % 20; left > 0; --left) {
    if (read(ends[0], &number, sizeof(number)) != sizeof(number)) break;
    last = number;
  }
  // Some work of the child's length, so that the kill falls anywhere in its next write.
  volatile unsigned spun = 0;
  for (const unsigned end = random() % 3'000'000; spun < end;) spun = spun + 1;
  kill(child, SIGKILL);
  while (read(ends[0], &number, sizeof(number)) == sizeof(number)) last = number;
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
  return last;
}

TEST(Kill, NothingThatWasAcknowledgedIsLost) {
  const std::string directory = absl::StrCat(testing::TempDir(), "/kill-", getpid());
  std::mt19937 random(1);
  int last = kHosts - 1;  // the numbers below stand for hosts that were never written
  for (int round = 0; round < kRounds; ++round) {
    last = WriteAndBeKilled(directory, last + 1, random);
    auto store = SqliteStore::Open(directory);
    ASSERT_TRUE(store.ok()) << store.status();
    const auto state = (*store)->Load();
    ASSERT_TRUE(state.ok()) << state.status();
    int newest = 0;
    for (const v1::StoredHost& host : state->hosts) {
      int number = 0;
      ASSERT_TRUE(absl::SimpleAtoi(host.hello().zone(), &number));
      newest = std::max(newest, number);
      // Each host's record is one of the last kHosts numbers.
      EXPECT_GT(number, last - kHosts);
    }
    EXPECT_GE(newest, last);
    EXPECT_LE(newest, last + 1);
    if (testing::Test::HasFailure()) FAIL() << "in round " << round;
    last = newest;
  }
}

}  // namespace
}  // namespace fairlead
