#include "agents/observer/inspection_queue.h"

#include <algorithm>

namespace fairlead {
namespace {

constexpr double kMostTokens = 10;
constexpr double kTokensPerSecond = 5;

}  // namespace

InspectionQueue::Waiting& InspectionQueue::WaitingOf(const Item& item) {
  return item.urgency == Urgency::kUrgent ? urgent_ : routine_;
}

void InspectionQueue::Wait(const std::string& id, Item& item, absl::Duration due) {
  item.due = due;
  if (!item.under_way) WaitingOf(item).emplace(due, id);
}

void InspectionQueue::Withdraw(const std::string& id, Item& item) {
  WaitingOf(item).erase({item.due, id});
}

void InspectionQueue::Add(const std::string& id, absl::Duration when, Urgency urgency) {
  Item& item = items_[id];
  Withdraw(id, item);
  if (urgency == Urgency::kUrgent) item.urgency = urgency;
  Wait(id, item, std::min(item.due, when));
}

std::optional<std::string> InspectionQueue::NextOf(Waiting& waiting, absl::Duration now) {
  while (!waiting.empty() && waiting.begin()->first <= now) {
    const std::string id = waiting.begin()->second;
    Item& item = items_[id];
    Withdraw(id, item);
    item.tokens = std::min(
        kMostTokens, item.tokens + kTokensPerSecond * absl::ToDoubleSeconds(now - item.refilled));
    item.refilled = now;
    if (item.tokens < 1) {
      Wait(id, item,
           now + absl::Seconds((1 - item.tokens) / kTokensPerSecond) + absl::Milliseconds(1));
      continue;
    }
    item.tokens -= 1;
    item.under_way = true;
    item.due = absl::InfiniteDuration();
    item.urgency = Urgency::kRoutine;
    return id;
  }
  return std::nullopt;
}

std::optional<std::string> InspectionQueue::Next(absl::Duration now) {
  std::optional<std::string> next = NextUrgent(now);
  return next.has_value() ? next : NextOf(routine_, now);
}

void InspectionQueue::Done(const std::string& id) {
  const auto found = items_.find(id);
  if (found == items_.end() || !found->second.under_way) return;
  found->second.under_way = false;
  if (found->second.due < absl::InfiniteDuration()) Wait(id, found->second, found->second.due);
}

void InspectionQueue::Forget(const std::string& id) {
  const auto found = items_.find(id);
  if (found == items_.end()) return;
  Withdraw(id, found->second);
  items_.erase(found);
}

bool InspectionQueue::UnderWay(const std::string& id) const {
  const auto found = items_.find(id);
  return found != items_.end() && found->second.under_way;
}

absl::Duration InspectionQueue::NextDue() const {
  absl::Duration due = absl::InfiniteDuration();
  for (const Waiting* waiting : {&urgent_, &routine_}) {
    if (!waiting->empty()) due = std::min(due, waiting->begin()->first);
  }
  return due;
}

}  // namespace fairlead
