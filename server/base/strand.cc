#include "server/base/strand.h"

#include <pthread.h>

#include <utility>

#include "absl/synchronization/notification.h"
#include "server/base/clock.h"

namespace fairlead {

Strand::Strand(std::string name) : name_(std::move(name)), thread_([this] { Run(); }) {}

Strand::~Strand() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  thread_.join();
}

void Strand::Post(Task task) {
  absl::MutexLock lock(&mutex_);
  if (!ending_) tasks_.push_back(std::move(task));
}

void Strand::PostAt(absl::Duration when, Task task) {
  absl::MutexLock lock(&mutex_);
  if (!ending_) timers_.emplace(when, std::move(task));
}

void Strand::Call(absl::AnyInvocable<void()> task) {
  absl::Notification done;
  Post([&] {
    task();
    done.Notify();
  });
  done.WaitForNotification();
}

absl::Duration Strand::NextTimer() const {
  return timers_.empty() ? absl::InfiniteDuration() : timers_.begin()->first;
}

void Strand::Run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  std::vector<Task> batch;
  while (true) {
    {
      absl::MutexLock lock(&mutex_);
      const absl::Duration until = NextTimer();
      const auto ready = [this, until]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
        return ending_ || !tasks_.empty() || NextTimer() < until;
      };
      mutex_.AwaitWithTimeout(absl::Condition(&ready), until - Clock::Real().Monotonic());
      batch.swap(tasks_);
      const absl::Duration now = Clock::Real().Monotonic();
      while (!timers_.empty() && timers_.begin()->first <= now) {
        batch.push_back(std::move(timers_.begin()->second));
        timers_.erase(timers_.begin());
      }
      if (batch.empty() && ending_) return;
    }
    for (Task& task : batch) task();
    batch.clear();
  }
}

}  // namespace fairlead
