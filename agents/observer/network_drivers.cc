#include "agents/observer/network_drivers.h"

namespace fairlead {
namespace {

constexpr size_t kMostAbsent = 10'000;

}  // namespace

void NetworkDrivers::Learn(const std::string& network_id, const std::string& driver) {
  if (network_id.empty() || driver.empty()) return;
  drivers_[network_id] = driver;
  absent_.erase(network_id);
}

void NetworkDrivers::Replace(const std::vector<std::pair<std::string, std::string>>& drivers) {
  drivers_.clear();
  drivers_.insert(drivers.begin(), drivers.end());
}

void NetworkDrivers::GiveUp() { given_up_ = true; }

void NetworkDrivers::Doubt() {
  absent_.clear();
  given_up_ = false;
  wanted_ = true;
}

bool NetworkDrivers::Fill(v1::Container& container) {
  bool changed = false;
  for (v1::NetworkAttachment& network : *container.mutable_networks()) {
    const auto found = drivers_.find(network.id());
    if (found != drivers_.end()) {
      changed |= network.driver() != found->second;
      network.set_driver(found->second);
    } else if (!network.id().empty() && !given_up_ && absent_.size() < kMostAbsent) {
      wanted_ |= absent_.insert(network.id()).second;
    }
  }
  return changed;
}

}  // namespace fairlead
