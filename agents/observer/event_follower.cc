#include "agents/observer/event_follower.h"

#include <pthread.h>

#include <utility>

#include "server/base/clock.h"

namespace fairlead {
namespace {

// A subscription that lasted this long was a good one: the waits begin anew.
constexpr absl::Duration kGood = absl::Seconds(5);

}  // namespace

EventFollower::EventFollower(const EngineUrl& url, Options options, Callbacks callbacks)
    : url_(url),
      options_(options),
      callbacks_(std::move(callbacks)),
      backoff_(options.first_wait, options.last_wait),
      thread_([this] { Run(); }) {}

EventFollower::~EventFollower() = default;

void EventFollower::Cut() {
  absl::MutexLock lock(&mutex_);
  if (client_ != nullptr) client_->Stop();
}

void EventFollower::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
    if (client_ != nullptr) client_->Stop();
  }
  thread_.join();
}

std::shared_ptr<EngineClient> EventFollower::NewClient() {
  auto client = std::make_shared<EngineClient>(url_, options_.client);
  absl::MutexLock lock(&mutex_);
  if (stopped_) client->Stop();
  client_ = client;
  return client;
}

absl::Status EventFollower::Follow(bool* subscribed) {
  const std::shared_ptr<EngineClient> client = NewClient();
  const absl::StatusOr<EngineVersion> version = client->Negotiate();
  if (!version.ok()) return version.status();
  const int64_t since = absl::ToUnixSeconds(Clock::Real().Wall() - options_.replay);
  return client->FollowEvents(
      since,
      [&] {
        *subscribed = true;
        callbacks_.on_subscribed(*version);
      },
      callbacks_.on_event, callbacks_.on_doubt);
}

bool EventFollower::StoppedWithin(absl::Duration wait) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&stopped_), wait);
  return stopped_;
}

void EventFollower::Run() {
  pthread_setname_np(pthread_self(), "events");
  do {
    const absl::Duration begin = Clock::Real().Monotonic();
    bool subscribed = false;
    absl::Status why = Follow(&subscribed);
    if (StoppedWithin(absl::ZeroDuration())) return;
    if (subscribed && Clock::Real().Monotonic() - begin >= kGood) backoff_.Reset();
    callbacks_.on_lost(std::move(why), subscribed);
  } while (!StoppedWithin(backoff_.Next()));
}

}  // namespace fairlead
