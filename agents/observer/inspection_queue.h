#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace fairlead {

// Which containers are to be inspected, and when. A container is there once however often it was
// added, and is inspected once at a time; what is added while its inspection is under way comes
// after it. Urgent ones come first. A container that changes all the time (a crash loop) is slowed
// down, to 5 inspections a second after the first 10, and delays no other.
//
// Not thread-safe. Times are Clock::Monotonic.
class InspectionQueue {
 public:
  enum class Urgency { kUrgent, kRoutine };

  // Not before `when`; the earlier time and the greater urgency win if it is there already.
  void Add(const std::string& id, absl::Duration when, Urgency urgency);

  // The next one that is due, which is then under way; nothing if there is none.
  std::optional<std::string> Next(absl::Duration now);
  // The same among the urgent ones.
  std::optional<std::string> NextUrgent(absl::Duration now) { return NextOf(urgent_, now); }

  // The inspection of `id` is over.
  void Done(const std::string& id);

  // The container is gone. A `Done` for it may still come.
  void Forget(const std::string& id);

  bool UnderWay(const std::string& id) const;

  // When Next may have something; infinite if nothing is waiting.
  absl::Duration NextDue() const;

 private:
  struct Item {
    absl::Duration due = absl::InfiniteDuration();  // infinite: it does not wait
    Urgency urgency = Urgency::kRoutine;
    bool under_way = false;
    double tokens = 10;
    absl::Duration refilled = absl::ZeroDuration();
  };
  using Waiting = absl::btree_set<std::pair<absl::Duration, std::string>>;

  Waiting& WaitingOf(const Item& item);
  void Wait(const std::string& id, Item& item, absl::Duration due);
  void Withdraw(const std::string& id, Item& item);
  std::optional<std::string> NextOf(Waiting& waiting, absl::Duration now);

  absl::flat_hash_map<std::string, Item> items_;
  Waiting urgent_;
  Waiting routine_;
};

}  // namespace fairlead
