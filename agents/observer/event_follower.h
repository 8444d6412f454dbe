#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agents/engine/engine_client.h"
#include "server/base/backoff.h"

namespace fairlead {

// Follows an engine's events, for ever: asks for its version, subscribes, reads; when that ends,
// for whatever reason, it begins anew after a wait with full jitter. On a thread of its own.
//
// Threads: callbacks run on its thread and must not block. Cut may be called by any thread. Stop
// once, from another one.
class EventFollower {
 public:
  struct Options {
    EngineClient::Options client;
    // The waits between tries. A local engine that restarts must be found again at once, and there
    // is no crowd.
    absl::Duration first_wait = absl::Milliseconds(100);
    absl::Duration last_wait = absl::Seconds(1);
    // How far back the engine is asked to repeat, so that a kill is seen that came shortly before.
    absl::Duration replay = absl::Seconds(60);
  };
  struct Callbacks {
    // Nothing that happens from now on is missed, until `on_lost`.
    std::function<void(const EngineVersion&)> on_subscribed;
    std::function<void(Event)> on_event;
    // An event could not be read; others may follow.
    std::function<void(absl::Status)> on_doubt;
    // The subscription is over, or there was none (`subscribed`); it is tried again.
    std::function<void(absl::Status why, bool subscribed)> on_lost;
  };

  EventFollower(const EngineUrl& url, Options options, Callbacks callbacks);
  ~EventFollower();  // Stop must have been called
  EventFollower(const EventFollower&) = delete;
  EventFollower& operator=(const EventFollower&) = delete;

  // Ends what is under way and begins anew.
  void Cut();
  // No callback runs after it has returned.
  void Stop();

 private:
  void Run();
  // One try. Returns why it ended.
  absl::Status Follow(bool* subscribed);
  std::shared_ptr<EngineClient> NewClient();
  // Whether Stop was called, or is within `wait`.
  bool StoppedWithin(absl::Duration wait);

  const EngineUrl url_;
  const Options options_;
  const Callbacks callbacks_;
  Backoff backoff_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<EngineClient> client_ ABSL_GUARDED_BY(mutex_);  // of the try that is under way
  std::thread thread_;
};

}  // namespace fairlead
