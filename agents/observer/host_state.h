#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agents/engine/container.h"
#include "agents/engine/event.h"
#include "agents/engine/listing.h"
#include "agents/observer/host_update.h"
#include "agents/observer/image_words.h"
#include "agents/observer/inspection_queue.h"
#include "agents/observer/network_drivers.h"

namespace fairlead {

// One host's facts, put together from events, lists and inspections in whatever order they come. It
// does no I/O and reads no clock: it says what should be inspected, and is told what came of it.
//
// The rules:
//  - What only an event tells, and what must not wait, is taken from the event: a kill (its
//  container is stopping), an
//    end (it is exited), a removal. Everything else is a reason to inspect, since an inspection is
//    the truth and cannot be out of date like an event that is repeated or comes late.
//  - An event that is older than the run of the container that we know is not believed; the
//  container is inspected.
//  - A container is gone if an event says so, an inspection finds none, or a list lacks it that was
//  begun after
//    its last event. A failed inspection removes nothing: the last facts stand, and a problem says
//    so.
//  - `stopping` lasts until the end, or until the container outlives its grace period and a second.
//
// Not thread-safe. `now` is Clock::Monotonic.
class HostState {
 public:
  struct Limits {
    size_t most_containers = 5000;
    size_t largest_facts = 32 << 20;  // of all containers, in bytes as they are sent
    int audited =
        50;  // how many containers each list has inspected though nothing seems to have changed
  };

  HostState() : HostState(Limits()) {}
  explicit HostState(Limits limits) : limits_(limits) {}

  void Happened(const Event& event, absl::Duration now);

  // A list is about to be asked for; the ticket goes to Listed with the answer.
  uint64_t ListBegins() const { return events_; }
  // With `doubt` (the event stream was interrupted, say) every container is inspected, else those
  // that differ from the list before, and some in turn.
  void Listed(const std::vector<ListedContainer>& list, uint64_t ticket, bool doubt,
              absl::Duration now);

  // The container to inspect now, or to inspect now and at once; nothing if none is due.
  std::optional<std::string> NextInspection(absl::Duration now) { return queue_.Next(now); }
  std::optional<std::string> NextUrgentInspection(absl::Duration now) {
    return queue_.NextUrgent(now);
  }
  // When to ask next; infinite if nothing is waiting.
  absl::Duration NextDue() const { return queue_.NextDue(); }
  void Inspected(const std::string& id, absl::StatusOr<InspectedContainer> inspection,
                 absl::Duration now);

  // Whether the list of networks is wanted; asks once.
  bool TakeNetworksWanted();
  void NetworksListed(
      const absl::StatusOr<std::vector<std::pair<std::string, std::string>>>& drivers);

  // An image whose inspection is wanted; asks once.
  std::optional<std::string> TakeImageWanted() { return images_.TakeWanted(); }
  void ImageInspected(const std::string& image_id, absl::StatusOr<PublishingWords> words);

  // Whether something is known of every container that was listed and of its image, or it is known
  // that it cannot be reported.
  bool Complete() const { return unknown_ == 0 && images_.Complete(); }

  // What became different since the last call, but for the engine.
  HostUpdate TakeUpdate();

 private:
  struct Kill {
    int signal = 0;
    int64_t time_nano = 0;
    absl::Duration deadline;  // infinite while the grace period is unknown
    bool survived = false;
  };
  struct Entry {
    ContainerFacts facts;  // null: nothing is known yet, or it cannot be reported
    bool refused = false;  // it cannot be reported
    bool listed = false;
    std::string image_id;  // of the last inspection
    int stop_signal = 15;
    absl::Duration stop_timeout;
    std::optional<Kill> kill;      // the last one that may be a stop
    bool ended_meanwhile = false;  // while its inspection was under way
    size_t fingerprint = 0;        // of the last list
    uint64_t touched = 0;          // number of its last event
    int failures = 0;              // inspections in a row
    std::string problem;           // empty: none
    std::string cure;
  };

  Entry* FindOrAdd(const std::string& id);
  void Remove(const std::string& id);
  void Killed(const std::string& id, Entry& entry, const Event& event, absl::Duration now);
  void Ended(const std::string& id, Entry& entry, const Event& event, absl::Duration now);
  void Take(const std::string& id, Entry& entry, InspectedContainer inspection, absl::Duration now);
  void Failed(const std::string& id, Entry& entry, const absl::Status& status, absl::Duration now);
  // Replaces the facts; what is equal changes nothing. False: there is no room for them.
  bool SetFacts(const std::string& id, Entry& entry, v1::Container container);
  void SetProblem(Entry& entry, std::string what, std::string cure);
  // Counts `entry` in or out, if it is one of which nothing is known: call before and after it
  // changes.
  void CountUnknown(const Entry& entry, int change);
  void Audit(absl::Duration now);
  std::vector<v1::FactProblem> Problems() const;

  const Limits limits_;
  absl::btree_map<std::string, Entry> entries_;
  InspectionQueue queue_;
  NetworkDrivers drivers_;
  ImageWords images_;
  std::string networks_problem_;
  uint64_t events_ = 0;
  int unknown_ = 0;
  size_t facts_size_ = 0;
  size_t too_many_ = 0;
  std::string audited_;  // the last id

  absl::flat_hash_set<std::string> changed_;
  absl::flat_hash_set<std::string> removed_;
  bool problems_changed_ = false;
};

}  // namespace fairlead
