#include "server/routing/empty_services.h"

namespace fairlead {

void EmptyServices::Add(const std::string& name, absl::Time since, const std::vector<Claim>& claims,
                        bool awaited) {
  Entry entry{since, claims.size(), 0, awaited};
  for (const Claim& claim : claims) entry.bytes += claim.first.size() + claim.second.size();
  AmongWhich(entry).insert({since, name});
  if (!awaited) {
    routes_ += entry.routes;
    bytes_ += entry.bytes;
  }
  entries_.emplace(name, entry);
}

void EmptyServices::Remove(const std::string& name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return;
  const Entry& entry = found->second;
  AmongWhich(entry).erase({entry.since, name});
  if (!entry.awaited) {
    routes_ -= entry.routes;
    bytes_ -= entry.bytes;
  }
  entries_.erase(found);
}

std::optional<std::string> EmptyServices::Overdue(absl::Time now) const {
  if (routes_ > limits_.most_routes || bytes_ > limits_.most_bytes) {
    return counted_.begin()->second;
  }
  for (const ByAge* services : {&counted_, &awaited_}) {
    if (!services->empty() && services->begin()->first + limits_.retention <= now) {
      return services->begin()->second;
    }
  }
  return std::nullopt;
}

}  // namespace fairlead
