#include "server/subscriptions/answer_limit.h"

#include <algorithm>

namespace fairlead {

bool AnswerLimit::Take(Type type, const std::string& error, absl::Duration now) {
  Told& told = told_[static_cast<size_t>(type)];
  const bool differs = error != told.error;
  told.waits = differs && now < told.next_at;
  if (!differs || told.waits) return false;
  told.error = error;
  told.next_at = now + kInterval;
  return true;
}

absl::Duration AnswerLimit::WakeAt() const {
  absl::Duration wake_at = absl::InfiniteDuration();
  for (const Told& told : told_) {
    if (told.waits) wake_at = std::min(wake_at, told.next_at);
  }
  return wake_at;
}

}  // namespace fairlead
