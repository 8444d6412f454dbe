#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agents/engine/engine_client.h"
#include "agents/engine/engine_url.h"
#include "agents/observer/engine_workers.h"
#include "agents/observer/event_follower.h"
#include "agents/observer/host_state.h"
#include "agents/observer/host_update.h"
#include "server/base/strand.h"

namespace fairlead {

// Follows one Docker host: subscribes to its events, then lists its containers, then inspects each;
// then takes the events as they come. After any doubt (the subscription was cut, an event could not
// be read) it lists and inspects everything again, and by a timer it compares.
//
// `on_update` is told what became different, at once: a kill or an end without asking the engine
// anything, the rest after one inspection. The first update comes when every container is known, or
// when the engine cannot be reached. While the engine is lost the last facts stand, and
// `engine.reachable` is false; it is true again only when a whole list was read, so whoever lets a
// reachable engine's facts replace older ones may do so.
//
// Threads: constructed, stopped and destroyed by one. `on_update` runs on a thread of the
// observer's own, one at a time, and must not block; never after Stop has returned.
class HostObserver {
 public:
  struct Options {
    EngineUrl url;
    EventFollower::Options events;
    HostState::Limits limits;
    // How often the list is compared with the facts. Beside events that were lost it notices an
    // engine that hangs.
    absl::Duration list_interval = absl::Seconds(15);
    // Lists for reasons of doubt are at least this far apart.
    absl::Duration doubt_interval = absl::Seconds(1);
    // How long the containers of a first list may take to be inspected, before those that fail are
    // left behind.
    absl::Duration patience = absl::Seconds(30);
    // Requests at the same time. One of them is kept for what is urgent.
    int workers = 4;
  };

  HostObserver(Options options, std::function<void(HostUpdate)> on_update);
  ~HostObserver();
  HostObserver(const HostObserver&) = delete;
  HostObserver& operator=(const HostObserver&) = delete;

  // Ends everything that is under way. Idempotent.
  void Stop();

 private:
  // To the strand, where the task does not run once Stop was called.
  void Post(Strand::Task task);
  void PostAt(absl::Duration when, Strand::Task task);
  EventFollower::Callbacks Callbacks();
  void Subscribed(const EngineVersion& version) ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void Lost(const absl::Status& why, bool subscribed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void Doubt(const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void Tick() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void List() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void ListLater(absl::Duration wait) ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void Listed(const absl::StatusOr<std::vector<ListedContainer>>& list, uint64_t ticket,
              int64_t subscription, bool doubt) ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void ListFailed(const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void Inspect(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void InspectImage(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  // Asks the engine for what is due, and hands on what became different.
  void Proceed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void Wake(absl::Duration when) ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void SetUnreachable(const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void SetReachableOnceKnown() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);
  void Emit() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_);

  const Options options_;
  const std::function<void(HostUpdate)> on_update_;

  HostState state_ ABSL_GUARDED_BY(strand_);
  v1::Engine engine_ ABSL_GUARDED_BY(strand_);
  bool engine_changed_ ABSL_GUARDED_BY(strand_) = false;
  bool told_ ABSL_GUARDED_BY(strand_) = false;  // the first update is out
  bool stopped_ ABSL_GUARDED_BY(strand_) = false;

  ApiVersion api_ ABSL_GUARDED_BY(strand_);
  int64_t subscription_ ABSL_GUARDED_BY(strand_) = 0;  // counts them
  bool subscribed_ ABSL_GUARDED_BY(strand_) = false;
  bool doubt_ ABSL_GUARDED_BY(strand_) = false;  // the next list is to inspect everything
  // When the first list since the subscription was read.
  std::optional<absl::Duration> listed_at_ ABSL_GUARDED_BY(strand_);
  // The networks were listed since then, or cannot be: a whole host is told with its drivers.
  bool networks_listed_ ABSL_GUARDED_BY(strand_) = false;
  bool listing_ ABSL_GUARDED_BY(strand_) = false;
  bool list_posted_ ABSL_GUARDED_BY(strand_) = false;
  int inspecting_ ABSL_GUARDED_BY(strand_) = 0;
  absl::Duration wake_at_ ABSL_GUARDED_BY(strand_) = absl::InfiniteDuration();

  bool ended_ = false;  // of the owner's thread
  // First, since the threads of the others post to it; what it runs after Stop touches them no
  // more.
  Strand strand_{"observer"};
  EngineWorkers workers_;
  EventFollower follower_;
};

}  // namespace fairlead
