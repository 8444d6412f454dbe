#include "server/admin/watches.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

absl::Status ShuttingDown() { return absl::UnavailableError("the server shuts down"); }

}  // namespace

void Watches::Publish(v1::WatchResponse event) {
  if (!HasWatchers()) return;
  const auto shared = std::make_shared<const v1::WatchResponse>(std::move(event));
  absl::MutexLock lock(&mutex_);
  for (Watcher* watcher : watchers_) watcher->Push(shared);
}

void Watches::PublishIfRoom(v1::WatchResponse event) {
  if (!HasWatchers()) return;
  const auto shared = std::make_shared<const v1::WatchResponse>(std::move(event));
  absl::MutexLock lock(&mutex_);
  for (Watcher* watcher : watchers_) watcher->PushIfRoom(shared);
}

absl::StatusOr<std::unique_ptr<Watches::Watcher>> Watches::Open() {
  absl::MutexLock lock(&mutex_);
  if (over_) return ShuttingDown();
  if (watchers_.size() >= kMostWatchers) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", kMostWatchers,
                     " watchers already, and no more are allowed; end one of them"));
  }
  auto watcher = absl::WrapUnique(new Watcher(*this));
  watchers_.insert(watcher.get());
  count_.store(watchers_.size(), std::memory_order_relaxed);
  return watcher;
}

void Watches::Close(Watcher* watcher) {
  absl::MutexLock lock(&mutex_);
  watchers_.erase(watcher);
  count_.store(watchers_.size(), std::memory_order_relaxed);
}

void Watches::Shutdown() {
  absl::MutexLock lock(&mutex_);
  over_ = true;
  for (Watcher* watcher : watchers_) watcher->End(ShuttingDown());
}

Watches::Watcher::~Watcher() { watches_.Close(this); }

absl::StatusOr<std::shared_ptr<const v1::WatchResponse>> Watches::Watcher::Next(
    absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(this, &Watcher::IsDue), patience);
  if (!ended_.ok()) return ended_;
  if (queue_.empty()) return std::shared_ptr<const v1::WatchResponse>();
  auto event = std::move(queue_.front());
  queue_.pop_front();
  return event;
}

void Watches::Watcher::Push(std::shared_ptr<const v1::WatchResponse> event) {
  absl::MutexLock lock(&mutex_);
  if (!ended_.ok()) return;
  if (queue_.size() < kMostQueued) {
    queue_.push_back(std::move(event));
    return;
  }
  ended_ = absl::ResourceExhaustedError(absl::StrCat(
      "this watch reads too slowly: more than ", kMostQueued,
      " events were waiting for it, and it has missed some; list again and watch again"));
  queue_.clear();
}

void Watches::Watcher::PushIfRoom(std::shared_ptr<const v1::WatchResponse> event) {
  absl::MutexLock lock(&mutex_);
  if (ended_.ok() && queue_.size() < kMostQueued / 2) queue_.push_back(std::move(event));
}

void Watches::Watcher::End(absl::Status why) {
  absl::MutexLock lock(&mutex_);
  if (ended_.ok()) ended_ = std::move(why);
}

}  // namespace fairlead
