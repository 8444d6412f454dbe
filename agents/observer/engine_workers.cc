#include "agents/observer/engine_workers.h"

#include <pthread.h>

#include <utility>

namespace fairlead {

EngineWorkers::EngineWorkers(const EngineUrl& url, const EngineClient::Options& options,
                             int count) {
  for (int i = 0; i < count; ++i) {
    clients_.push_back(std::make_unique<EngineClient>(url, options));
    threads_.emplace_back([this, &client = *clients_.back()] { Run(client); });
  }
}

EngineWorkers::~EngineWorkers() = default;

void EngineWorkers::Post(Job job) {
  absl::MutexLock lock(&mutex_);
  if (!stopped_) jobs_.push_back(std::move(job));
}

void EngineWorkers::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    jobs_.clear();
  }
  for (const auto& client : clients_) client->Stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void EngineWorkers::Run(EngineClient& client) {
  pthread_setname_np(pthread_self(), "engine");
  const auto ready = [this]()
                         ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopped_ || !jobs_.empty(); };
  while (true) {
    Job job;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&ready));
      if (stopped_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    std::move(job)(client);
  }
}

}  // namespace fairlead
