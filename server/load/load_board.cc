#include "server/load/load_board.h"

#include "absl/strings/str_cat.h"

namespace fairlead {

void LoadBoard::Add(uint64_t stream, const std::string& name, uint64_t requests, uint64_t errors,
                    absl::Duration interval) {
  if (name.size() > kLongestName) return;
  absl::MutexLock lock(&mutex_);
  if (sums_.size() >= kMostNames && !sums_.contains(name) && !MakeRoom()) return;
  Sum& sum = sums_[name];
  sum.requests += requests;
  sum.errors += errors;
  const double seconds = absl::ToDoubleSeconds(interval);
  SetRate(stream, name, sum,
          requests > 0 && seconds > 0 ? static_cast<double>(requests) / seconds : 0);
}

void LoadBoard::SetRate(uint64_t stream, const std::string& name, Sum& sum, double rate) {
  if (rate > 0) {
    const auto found = sum.rates.find(stream);
    if (found != sum.rates.end()) {
      found->second = rate;
    } else if (rates_ < kMostRates) {
      sum.rates[stream] = rate;
      rated_[stream].insert(name);
      ++rates_;
    }
  } else if (sum.rates.erase(stream) > 0) {
    rated_[stream].erase(name);
    --rates_;
  }
}

// Looks through all names, so not for each that finds no room.
bool LoadBoard::MakeRoom() {
  constexpr size_t kEach = kMostNames / 10;
  if (refused_++ % kEach == 0) {
    absl::erase_if(sums_, [](const auto& entry) { return entry.second.rates.empty(); });
  }
  return sums_.size() < kMostNames;
}

void LoadBoard::Forget(uint64_t stream) {
  absl::MutexLock lock(&mutex_);
  const auto rated = rated_.find(stream);
  if (rated == rated_.end()) return;
  for (const std::string& name : rated->second) {
    const auto sum = sums_.find(name);
    if (sum != sums_.end()) rates_ -= sum->second.rates.erase(stream);
  }
  rated_.erase(rated);
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
