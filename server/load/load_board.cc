#include "server/load/load_board.h"

#include "absl/strings/str_cat.h"

namespace fairlead {

void LoadBoard::Add(uint64_t stream, const std::string& name, uint64_t requests, uint64_t errors,
                    absl::Duration interval) {
  if (name.size() > kLongestName) return;
  absl::MutexLock lock(&mutex_);
  if (sums_.size() >= kMostNames && !sums_.contains(name)) return;
  Sum& sum = sums_[name];
  sum.requests += requests;
  sum.errors += errors;
  const double seconds = absl::ToDoubleSeconds(interval);
  if (requests > 0 && seconds > 0) {
    sum.rates[stream] = static_cast<double>(requests) / seconds;
  } else {
    sum.rates.erase(stream);
  }
}

void LoadBoard::Forget(uint64_t stream) {
  absl::MutexLock lock(&mutex_);
  for (auto& [name, sum] : sums_) sum.rates.erase(stream);
}

Load LoadBoard::Of(const std::string& name) const {
  absl::MutexLock lock(&mutex_);
  const auto found = sums_.find(name);
  if (found == sums_.end()) return {};
  Load load{found->second.requests, found->second.errors, 0};
  for (const auto& [stream, rate] : found->second.rates) load.requests_per_second += rate;
  return load;
}

std::string LoadBoard::EndpointName(const std::string& cluster, const std::string& address,
                                    uint32_t port) {
  // A line break is in no cluster's name.
  return absl::StrCat(cluster, "\n", address, ":", port);
}

}  // namespace fairlead
