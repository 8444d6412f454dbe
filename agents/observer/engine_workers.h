#pragma once

#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "agents/engine/engine_client.h"
#include "agents/engine/engine_url.h"

namespace fairlead {

// Threads that ask an engine, each over a connection of its own: an answer that takes long (the
// engine holds a container's lock while it starts it) does not delay the others. Jobs begin in the
// order in which they were posted.
//
// Threads: Post from any; the caller sees to it that few wait. Stop once, from a thread that is
// none of them.
class EngineWorkers {
 public:
  using Job = absl::AnyInvocable<void(EngineClient&)>;

  EngineWorkers(const EngineUrl& url, const EngineClient::Options& options, int count);
  ~EngineWorkers();  // Stop must have been called
  EngineWorkers(const EngineWorkers&) = delete;
  EngineWorkers& operator=(const EngineWorkers&) = delete;

  // After Stop: dropped.
  void Post(Job job);

  // Ends the requests that are under way, drops the jobs that wait, and returns when the threads
  // have ended.
  void Stop();

 private:
  void Run(EngineClient& client);

  std::vector<std::unique_ptr<EngineClient>> clients_;
  absl::Mutex mutex_;
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace fairlead
