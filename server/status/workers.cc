#include "server/status/workers.h"

#include <pthread.h>

#include <utility>

namespace fairlead {

Workers::Workers(int threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

Workers::~Workers() {
  {
    absl::MutexLock lock(&mutex_);
    over_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

void Workers::Run(Task task) {
  absl::MutexLock lock(&mutex_);
  tasks_.push_back(std::move(task));
}

void Workers::Work() {
  pthread_setname_np(pthread_self(), "http-answer");
  while (true) {
    Task task;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &Workers::IsDue));
      if (over_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace fairlead
