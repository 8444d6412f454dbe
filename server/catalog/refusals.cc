#include "server/catalog/refusals.h"

#include <utility>

namespace fairlead {
namespace {

constexpr size_t kMost = 100;
constexpr absl::Duration kShownFor = absl::Minutes(1);

}  // namespace

void Refusals::Note(const std::string& key, Problem problem, absl::Duration now) {
  Expire(now);
  if (refusals_.size() >= kMost && !refusals_.contains(key)) return;
  refusals_[key] = {std::move(problem), now};
}

void Refusals::Expire(absl::Duration now) {
  for (auto refusal = refusals_.begin(); refusal != refusals_.end();) {
    if (now - refusal->second.noted > kShownFor) {
      refusal = refusals_.erase(refusal);
    } else {
      ++refusal;
    }
  }
}

Problems Refusals::Current() const {
  Problems problems;
  for (const auto& [key, refusal] : refusals_) problems.push_back(refusal.problem);
  return problems;
}

}  // namespace fairlead
