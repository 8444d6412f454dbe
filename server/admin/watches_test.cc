#include "server/admin/watches.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace fairlead {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(10);

v1::WatchResponse Named(const std::string& name) {
  v1::WatchResponse event;
  event.set_name(name);
  return event;
}

TEST(Watches, EachWatcherGetsEachEventFromItsOpeningOn) {
  Watches watches;
  EXPECT_FALSE(watches.HasWatchers());
  watches.Publish(Named("before"));
  const auto first = watches.Open().value();
  EXPECT_TRUE(watches.HasWatchers());
  watches.Publish(Named("a"));
  const auto second = watches.Open().value();
  watches.Publish(Named("b"));

  EXPECT_EQ(first->Next(kDeadline).value()->name(), "a");
  EXPECT_EQ(first->Next(kDeadline).value()->name(), "b");
  EXPECT_EQ(second->Next(kDeadline).value()->name(), "b");
  EXPECT_EQ(second->Next(absl::ZeroDuration()).value(), nullptr);
}

TEST(Watches, AWatcherThatIsGoneIsForgotten) {
  Watches watches;
  watches.Open().value().reset();
  EXPECT_FALSE(watches.HasWatchers());
  watches.Publish(Named("a"));
}

TEST(Watches, WhoReadsTooSlowlyIsEndedAndTheOthersAreNot) {
  Watches watches;
  const auto slow = watches.Open().value();
  const auto quick = watches.Open().value();
  for (size_t i = 0; i <= Watches::kMostQueued; ++i) {
    watches.Publish(Named("a"));
    ASSERT_TRUE(quick->Next(kDeadline).ok());
  }
  EXPECT_EQ(slow->Next(kDeadline).status().code(), absl::StatusCode::kResourceExhausted);
  watches.Publish(Named("b"));
  EXPECT_EQ(slow->Next(kDeadline).status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(quick->Next(kDeadline).value()->name(), "b");
}

TEST(Watches, AFullQueueIsStillReadToItsEnd) {
  Watches watches;
  const auto watcher = watches.Open().value();
  for (size_t i = 0; i < Watches::kMostQueued; ++i) watches.Publish(Named("a"));
  for (size_t i = 0; i < Watches::kMostQueued; ++i) ASSERT_TRUE(watcher->Next(kDeadline).ok());
  EXPECT_EQ(watcher->Next(absl::ZeroDuration()).value(), nullptr);
}

TEST(Watches, NoMoreThanSoManyWatch) {
  Watches watches;
  std::vector<std::unique_ptr<Watches::Watcher>> watchers;
  for (size_t i = 0; i < Watches::kMostWatchers; ++i) watchers.push_back(watches.Open().value());
  EXPECT_EQ(watches.Open().status().code(), absl::StatusCode::kResourceExhausted);
  watchers.pop_back();
  EXPECT_TRUE(watches.Open().ok());
}

TEST(Watches, ShutdownEndsWhoWaitsAndRefusesNewOnes) {
  Watches watches;
  const auto watcher = watches.Open().value();
  absl::Status ended;
  std::thread reader([&] { ended = watcher->Next(absl::InfiniteDuration()).status(); });
  watches.Shutdown();
  reader.join();
  EXPECT_EQ(ended.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(watches.Open().status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace fairlead
