#include "server/routing/crash_damper.h"

#include <algorithm>

#include "server/routing/member.h"

namespace fairlead {

void CrashDamper::Take(const v1::Container& facts, absl::Duration now, const Options& options) {
  const bool runs =
      facts.state() == v1::Container::RUNNING || facts.state() == v1::Container::PAUSED;
  const absl::Time started_at = TimeOf(facts.has_started_at(), facts.started_at());
  const bool starts = runs && (!runs_ || started_at != started_at_);
  held_back_ = runs && (held_back_ || (starts && has_run_ && !stop_asked_));
  runs_ = runs;
  if (runs) {
    has_run_ = true;
    stop_asked_ = facts.stopping();
    started_at_ = started_at;
  }
  const absl::Duration next = paid_ - (options.at_once - 1) * options.spacing;
  if (held_back_ && now >= next) {
    held_back_ = false;
    paid_ = std::max(paid_, now) + options.spacing;
  }
  crash_loops_ = held_back_ || (crash_loops_ && now < paid_);
  due_ = held_back_ ? next : crash_loops_ ? paid_ : absl::InfiniteDuration();
}

}  // namespace fairlead
