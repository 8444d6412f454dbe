#include "agents/observer/host_observer.h"

#include <google/protobuf/util/message_differencer.h>

#include <utility>

#include "absl/time/clock.h"
#include "server/base/clock.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

absl::Duration Now() { return Clock::Real().Monotonic(); }

// How long to wait before a list that failed is tried again, if the engine answers otherwise.
constexpr absl::Duration kListAgain = absl::Seconds(1);

bool IsLostConnection(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

google::protobuf::Timestamp WallTime() {
  const absl::Time now = Clock::Real().Wall();
  google::protobuf::Timestamp time;
  time.set_seconds(absl::ToUnixSeconds(now));
  time.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(now - absl::FromUnixSeconds(time.seconds()))));
  return time;
}

}  // namespace

HostObserver::HostObserver(Options options, std::function<void(HostUpdate)> on_update)
    : options_(std::move(options)),
      on_update_(std::move(on_update)),
      state_(options_.limits),
      workers_(options_.url, options_.events.client, options_.workers),
      follower_(options_.url, options_.events, Callbacks()) {
  Post([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) { Tick(); });
}

HostObserver::~HostObserver() { Stop(); }

void HostObserver::Stop() {
  if (std::exchange(ended_, true)) return;
  strand_.Call([this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) { stopped_ = true; });
  follower_.Stop();
  workers_.Stop();
}

void HostObserver::Post(Strand::Task task) {
  strand_.Post([this, task = std::move(task)]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) mutable {
    if (!stopped_) task();
  });
}

void HostObserver::PostAt(absl::Duration when, Strand::Task task) {
  strand_.PostAt(when,
                 [this, task = std::move(task)]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) mutable {
                   if (!stopped_) task();
                 });
}

EventFollower::Callbacks HostObserver::Callbacks() {
  return {
      .on_subscribed =
          [this](const EngineVersion& version) {
            Post([this, version]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) { Subscribed(version); });
          },
      .on_event =
          [this](Event event) {
            Post([this, event = std::move(event)]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) {
              state_.Happened(event, Now());
              Proceed();
            });
          },
      .on_doubt =
          [this](const absl::Status& why) {
            Post([this, why]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) { Doubt(why); });
          },
      .on_lost =
          [this](const absl::Status& why, bool subscribed) {
            Post([this, why, subscribed]()
                     ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) { Lost(why, subscribed); });
          },
  };
}

void HostObserver::Subscribed(const EngineVersion& version) {
  spdlog::info("follows the engine at {}: version {}, API {}", options_.url.text,
               Quoted(version.version), version.api.ToString());
  ++subscription_;
  subscribed_ = true;
  doubt_ = true;
  listed_at_.reset();
  networks_listed_ = false;
  api_ = version.api;
  engine_.set_version(version.version);
  engine_.set_api_version(version.api.ToString());
  List();
}

void HostObserver::Lost(const absl::Status& why, bool subscribed) {
  subscribed_ = false;
  listed_at_.reset();
  if (subscribed) {
    // The next try tells whether the engine is away, or only the stream was cut.
    spdlog::warn("the engine's events ended, and are subscribed to again: {}",
                 std::string(why.message()));
  } else if (!absl::IsCancelled(why)) {
    SetUnreachable(why);
  }
  Emit();
}

void HostObserver::Doubt(const absl::Status& why) {
  spdlog::warn("an event could not be read, so everything is listed again: {}",
               std::string(why.message()));
  doubt_ = true;
  ListLater(options_.doubt_interval);
}

void HostObserver::Tick() {
  if (subscribed_) {
    List();
  } else {
    follower_.Cut();  // it may hang half-way; if not, it loses nothing
  }
  PostAt(Now() + options_.list_interval,
         [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) { Tick(); });
}

void HostObserver::ListLater(absl::Duration wait) {
  if (std::exchange(list_posted_, true)) return;
  PostAt(Now() + wait, [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) {
    list_posted_ = false;
    List();
  });
}

void HostObserver::List() {
  if (!subscribed_ || std::exchange(listing_, true)) return;
  workers_.Post([this, api = api_, ticket = state_.ListBegins(), subscription = subscription_,
                 doubt = std::exchange(doubt_, false)](EngineClient& client) {
    client.UseApi(api);
    Post([this, ticket, subscription, doubt, list = client.List()]()
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) { Listed(list, ticket, subscription, doubt); });
  });
}

void HostObserver::Listed(const absl::StatusOr<std::vector<ListedContainer>>& list, uint64_t ticket,
                          int64_t subscription, bool doubt) {
  listing_ = false;
  doubt_ |= doubt && !list.ok();
  if (!subscribed_) return;
  if (subscription != subscription_) return List();  // it was begun before the events that count
  if (!list.ok()) return ListFailed(list.status());
  if (!listed_at_.has_value()) {
    listed_at_ = Now();
    Wake(Now() + options_.patience);
  }
  state_.Listed(*list, ticket, doubt, Now());
  Proceed();
}

void HostObserver::ListFailed(const absl::Status& why) {
  SetUnreachable(why);
  if (IsLostConnection(why)) {
    follower_.Cut();
  } else {
    doubt_ = true;
    ListLater(kListAgain);
  }
  Emit();
}

void HostObserver::Inspect(const std::string& id) {
  ++inspecting_;
  workers_.Post([this, id, api = api_](EngineClient& client) {
    client.UseApi(api);
    Post([this, id, inspection = client.Inspect(id)]()
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) mutable {
               --inspecting_;
               state_.Inspected(id, std::move(inspection), Now());
               Proceed();
             });
  });
}

void HostObserver::InspectImage(const std::string& id) {
  ++inspecting_;
  workers_.Post([this, id, api = api_](EngineClient& client) {
    client.UseApi(api);
    Post([this, id, words = client.InspectImage(id)]()
             ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) mutable {
               --inspecting_;
               state_.ImageInspected(id, std::move(words));
               Proceed();
             });
  });
}

void HostObserver::Proceed() {
  const absl::Duration now = Now();
  while (subscribed_ && inspecting_ < options_.workers) {
    const bool last = inspecting_ == options_.workers - 1;
    const std::optional<std::string> id =
        last ? state_.NextUrgentInspection(now) : state_.NextInspection(now);
    if (!id.has_value()) break;
    Inspect(*id);
  }
  while (subscribed_ && inspecting_ < options_.workers - 1) {
    const std::optional<std::string> image = state_.TakeImageWanted();
    if (!image.has_value()) break;
    InspectImage(*image);
  }
  if (subscribed_ && state_.TakeNetworksWanted()) {
    workers_.Post([this, api = api_](EngineClient& client) {
      client.UseApi(api);
      Post([this, drivers = client.NetworkDrivers()]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) {
        state_.NetworksListed(drivers);
        networks_listed_ = true;
        SetReachableOnceKnown();
        Emit();
      });
    });
  }
  // What is due already waits for an inspection to end.
  const absl::Duration due = state_.NextDue();
  if (due > now) Wake(due);
  SetReachableOnceKnown();
  Emit();
}

void HostObserver::Wake(absl::Duration when) {
  if (when >= wake_at_) return;
  wake_at_ = when;
  PostAt(when, [this, when]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(strand_) {
    if (wake_at_ == when) wake_at_ = absl::InfiniteDuration();
    Proceed();
  });
}

void HostObserver::SetUnreachable(const absl::Status& why) {
  const std::string error = Quoted(why.message());
  if (told_ && !engine_.reachable() && engine_.error() == error) return;
  spdlog::warn("the engine cannot be read, so the last facts stand: {}", error);
  if (engine_.reachable() || !engine_.has_lost_at()) *engine_.mutable_lost_at() = WallTime();
  engine_.set_reachable(false);
  engine_.set_error(error);
  engine_changed_ = true;
}

void HostObserver::SetReachableOnceKnown() {
  if (engine_.reachable() || !subscribed_ || !listed_at_.has_value()) return;
  if (!(state_.Complete() && networks_listed_) && Now() < *listed_at_ + options_.patience) return;
  engine_.set_reachable(true);
  engine_.clear_error();
  engine_.clear_lost_at();
  engine_changed_ = true;
}

void HostObserver::Emit() {
  // Before everything is known there is nothing whole to tell, unless the engine is away.
  if (!told_ && !engine_changed_) return;
  told_ = true;
  HostUpdate update = state_.TakeUpdate();
  if (std::exchange(engine_changed_, false)) update.engine = engine_;
  if (!update.empty()) on_update_(std::move(update));
}

}  // namespace fairlead
