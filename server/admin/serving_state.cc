#include "server/admin/serving_state.h"

namespace fairlead {

void ServingState::Set(const std::string& service, bool serving) {
  absl::MutexLock lock(&mutex_);
  serving_[service] = serving && !over_;
}

std::optional<bool> ServingState::Find(const std::string& service) const {
  const auto found = serving_.find(service);
  if (found == serving_.end()) return std::nullopt;
  return found->second;
}

std::optional<bool> ServingState::Get(const std::string& service) const {
  absl::MutexLock lock(&mutex_);
  return Find(service);
}

void ServingState::Shutdown() {
  absl::MutexLock lock(&mutex_);
  over_ = true;
  for (auto& [service, serving] : serving_) serving = false;
}

ServingState::Seen ServingState::Await(const std::string& service, std::optional<bool> known,
                                       absl::Duration patience) const {
  const auto is_due = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return over_ || Find(service) != known;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&is_due), patience);
  return {Find(service), over_};
}

}  // namespace fairlead
