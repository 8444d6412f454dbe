#include "agents/observer/host_state.h"

#include <google/protobuf/util/message_differencer.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using Urgency = InspectionQueue::Urgency;

// Until the engine has done all that belongs to an end (network disconnect, stop, ...).
constexpr absl::Duration kSettled = absl::Milliseconds(300);
// A container that was created is mostly started at once, and while the engine starts it (250 ms
// and more) it holds a lock that an inspection would wait for. Nobody is in a hurry to know one
// that does not run.
constexpr absl::Duration kLeftAlone = absl::Seconds(5);
// Over the grace period: the engine kills right after it.
constexpr absl::Duration kOverGrace = absl::Seconds(1);
constexpr int kSigkill = 9;
constexpr absl::Duration kFirstRetry = absl::Milliseconds(500);
constexpr absl::Duration kLastRetry = absl::Seconds(30);
constexpr size_t kMostProblems = 100;

bool Runs(const ContainerFacts& facts) {
  return facts != nullptr &&
         (facts->state() == v1::Container::RUNNING || facts->state() == v1::Container::PAUSED);
}

int64_t StartedNano(const v1::Container& container) {
  return container.started_at().seconds() * 1'000'000'000 + container.started_at().nanos();
}

// Whether the event belongs to an earlier run than the one that we know.
bool OfAnEarlierRun(const Event& event, const ContainerFacts& facts) {
  return Runs(facts) && event.time_nano != 0 && event.time_nano < StartedNano(*facts);
}

bool SameState(const std::string& listed, v1::Container::State known) {
  switch (known) {
    case v1::Container::RUNNING:
      return listed == "running" || listed == "stopping";
    case v1::Container::PAUSED:
      return listed == "paused";
    case v1::Container::EXITED:
      return listed == "exited" || listed == "stopped" || listed == "dead";
    default:
      return true;  // the fingerprint tells
  }
}

std::string NameOf(const std::string& id, const ContainerFacts& facts) {
  return facts == nullptr || facts->name().empty() ? id : facts->name();
}

}  // namespace

HostState::Entry* HostState::FindOrAdd(const std::string& id) {
  const auto found = entries_.find(id);
  if (found != entries_.end()) return &found->second;
  if (entries_.size() >= limits_.most_containers) return nullptr;
  return &entries_[id];
}

void HostState::CountUnknown(const Entry& entry, int change) {
  if (entry.listed && entry.facts == nullptr && !entry.refused) unknown_ += change;
}

void HostState::Remove(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  CountUnknown(found->second, -1);
  problems_changed_ |= !found->second.problem.empty();
  if (found->second.facts != nullptr) {
    facts_size_ -= found->second.facts->ByteSizeLong();
    removed_.insert(id);
  }
  changed_.erase(id);
  queue_.Forget(id);
  entries_.erase(found);
}

bool HostState::SetFacts(const std::string& id, Entry& entry, v1::Container container) {
  const size_t before = entry.facts == nullptr ? 0 : entry.facts->ByteSizeLong();
  if (entry.facts != nullptr &&
      google::protobuf::util::MessageDifferencer::Equals(*entry.facts, container)) {
    return true;
  }
  const size_t after = container.ByteSizeLong();
  if (facts_size_ - before + after > limits_.largest_facts) return false;
  facts_size_ += after - before;
  CountUnknown(entry, -1);
  entry.facts = std::make_shared<const v1::Container>(std::move(container));
  CountUnknown(entry, +1);
  changed_.insert(id);
  removed_.erase(id);
  return true;
}

void HostState::SetProblem(Entry& entry, std::string what, std::string cure) {
  if (entry.problem == what) return;
  entry.problem = std::move(what);
  entry.cure = std::move(cure);
  problems_changed_ = true;
}

void HostState::Happened(const Event& event, absl::Duration now) {
  ++events_;
  drivers_.Learn(event.network_id, event.network_driver);
  if (event.kind == Event::Kind::kNetworkCreated) return;
  const std::string& id = event.container_id;
  if (event.kind == Event::Kind::kRemoved) return Remove(id);
  // A network's event does not make a container: its subject may be something else (see
  // ParseEvent).
  const bool known = entries_.contains(id);
  Entry* entry = known || event.kind != Event::Kind::kNetwork ? FindOrAdd(id) : nullptr;
  if (entry == nullptr) return;
  entry->touched = events_;
  switch (event.kind) {
    case Event::Kind::kKilled:
      return Killed(id, *entry, event, now);
    case Event::Kind::kEnded:
      return Ended(id, *entry, event, now);
    case Event::Kind::kStarted:
      return queue_.Add(id, now, Urgency::kUrgent);
    case Event::Kind::kCreated:
      return queue_.Add(id, now + kLeftAlone, Urgency::kRoutine);
    default:
      if (Runs(entry->facts)) return queue_.Add(id, now, Urgency::kUrgent);
      return queue_.Add(id, now + kLeftAlone, Urgency::kRoutine);
  }
}

void HostState::Killed(const std::string& id, Entry& entry, const Event& event,
                       absl::Duration now) {
  if (OfAnEarlierRun(event, entry.facts)) return;
  const bool known = entry.facts != nullptr;
  // SIGKILL is no stop signal, but there is no surviving it.
  if (known && event.signal != entry.stop_signal && event.signal != kSigkill) return;
  entry.kill = Kill{event.signal, event.time_nano, absl::InfiniteDuration(), false};
  if (!known) return queue_.Add(id, now, Urgency::kRoutine);
  entry.kill->deadline = now + entry.stop_timeout + kOverGrace;
  queue_.Add(id, entry.kill->deadline, Urgency::kRoutine);
  if (!Runs(entry.facts) || entry.facts->stopping()) return;
  v1::Container container = *entry.facts;
  container.set_stopping(true);
  SetFacts(id, entry, std::move(container));
}

void HostState::Ended(const std::string& id, Entry& entry, const Event& event, absl::Duration now) {
  if (OfAnEarlierRun(event, entry.facts)) return queue_.Add(id, now, Urgency::kUrgent);
  entry.ended_meanwhile = queue_.UnderWay(id);
  queue_.Add(id, now + kSettled, Urgency::kRoutine);
  if (!Runs(entry.facts)) return;
  v1::Container container = *entry.facts;
  container.set_state(v1::Container::EXITED);
  container.set_stopping(false);
  SetFacts(id, entry, std::move(container));
}

void HostState::Inspected(const std::string& id, absl::StatusOr<InspectedContainer> inspection,
                          absl::Duration now) {
  queue_.Done(id);
  const auto found = entries_.find(id);
  if (found == entries_.end() || absl::IsCancelled(inspection.status())) return;
  if (absl::IsNotFound(inspection.status())) return Remove(id);
  Entry& entry = found->second;
  if (inspection.ok() && inspection->container.id() != id) {
    inspection = absl::InvalidArgumentError(
        absl::StrCat("the engine answers with another container, ", inspection->container.id()));
  }
  if (!inspection.ok()) return Failed(id, entry, inspection.status(), now);
  Take(id, entry, *std::move(inspection), now);
}

void HostState::Take(const std::string& id, Entry& entry, InspectedContainer inspection,
                     absl::Duration now) {
  v1::Container& container = inspection.container;
  const bool ended = std::exchange(entry.ended_meanwhile, false);
  const bool runs =
      container.state() == v1::Container::RUNNING || container.state() == v1::Container::PAUSED;
  if (ended && runs) return queue_.Add(id, now, Urgency::kRoutine);  // perhaps from before the end
  entry.failures = 0;
  entry.stop_signal = inspection.stop_signal;
  entry.stop_timeout = inspection.stop_timeout;
  entry.image_id = std::move(inspection.image_id);
  drivers_.Fill(container);
  images_.Fill(entry.image_id, container);
  if (entry.kill.has_value()) {
    Kill& kill = *entry.kill;
    const bool stops = kill.signal == entry.stop_signal || kill.signal == kSigkill;
    if (!stops || !runs || kill.time_nano < StartedNano(container)) {
      entry.kill.reset();
    } else {
      if (kill.deadline == absl::InfiniteDuration()) {
        kill.deadline = now + entry.stop_timeout + kOverGrace;
      }
      kill.survived |= now >= kill.deadline;
      if (!kill.survived) {
        container.set_stopping(true);
        queue_.Add(id, kill.deadline, Urgency::kRoutine);
      }
    }
  }
  CountUnknown(entry, -1);
  entry.refused = false;
  CountUnknown(entry, +1);
  if (SetFacts(id, entry, std::move(container))) return SetProblem(entry, "", "");
  Failed(
      id, entry,
      absl::InvalidArgumentError(absl::StrCat(
          "the facts of all containers together have more than ", limits_.largest_facts, " bytes")),
      now);
}

void HostState::Failed(const std::string& id, Entry& entry, const absl::Status& status,
                       absl::Duration now) {
  const char* effect = entry.facts == nullptr ? "so it is not reported" : "so its last facts stand";
  if (absl::IsInvalidArgument(status) || absl::IsResourceExhausted(status)) {
    CountUnknown(entry, -1);
    entry.refused = true;
    CountUnknown(entry, +1);
    return SetProblem(entry, absl::StrCat(status.message(), ", ", effect),
                      "run it with fewer or shorter labels, variables and ports");
  }
  absl::Duration retry = kFirstRetry;
  for (int i = 0; i < entry.failures && retry < kLastRetry; ++i) retry *= 2;
  ++entry.failures;
  queue_.Add(id, now + std::min(retry, kLastRetry), Urgency::kRoutine);
  // A lost connection is the engine's matter, not this container's.
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) return;
  SetProblem(entry, absl::StrCat("it cannot be inspected, ", effect, ": ", status.message()),
             "see what `docker inspect` says, and the engine's log; the agent goes on trying");
}

void HostState::Listed(const std::vector<ListedContainer>& list, uint64_t ticket, bool doubt,
                       absl::Duration now) {
  absl::flat_hash_set<absl::string_view> there;
  size_t too_many = 0;
  drivers_.Doubt();
  if (doubt) images_.Doubt();
  for (const ListedContainer& row : list) {
    there.insert(row.id);
    Entry* entry = FindOrAdd(row.id);
    if (entry == nullptr) {
      ++too_many;
      continue;
    }
    const bool unknown = entry->facts == nullptr && !entry->refused;
    const bool differs = entry->fingerprint != row.fingerprint ||
                         (entry->facts != nullptr && !SameState(row.state, entry->facts->state()));
    entry->fingerprint = row.fingerprint;
    CountUnknown(*entry, -1);
    entry->listed = true;
    CountUnknown(*entry, +1);
    if (doubt || unknown || differs) queue_.Add(row.id, now, Urgency::kRoutine);
  }
  std::vector<std::string> gone;
  for (const auto& [id, entry] : entries_) {
    if (!there.contains(id) && entry.touched <= ticket) gone.push_back(id);
  }
  for (const std::string& id : gone) Remove(id);
  problems_changed_ |= too_many != too_many_;
  too_many_ = too_many;
  if (!doubt) Audit(now);
}

// A missed restart may leave every word of a row as it was; only an inspection has the time of the
// start.
void HostState::Audit(absl::Duration now) {
  auto next = entries_.upper_bound(audited_);
  for (int i = 0; i < limits_.audited && i < static_cast<int>(entries_.size()); ++i) {
    if (next == entries_.end()) next = entries_.begin();
    audited_ = next->first;
    queue_.Add(audited_, now, Urgency::kRoutine);
    ++next;
  }
}

bool HostState::TakeNetworksWanted() {
  const bool wanted = drivers_.Wanted();
  drivers_.Asked();
  return wanted;
}

void HostState::NetworksListed(
    const absl::StatusOr<std::vector<std::pair<std::string, std::string>>>& drivers) {
  std::string problem;
  if (drivers.ok()) {
    drivers_.Replace(*drivers);
    for (auto& [id, entry] : entries_) {
      if (entry.facts == nullptr) continue;
      v1::Container container = *entry.facts;
      if (drivers_.Fill(container)) SetFacts(id, entry, std::move(container));
    }
  } else {
    drivers_.GiveUp();
    problem = absl::StrCat(
        "the drivers of this host's networks are unknown, so networks that span "
        "hosts are taken for local ones: ",
        drivers.status().message());
  }
  problems_changed_ |= problem != networks_problem_;
  networks_problem_ = problem;
}

// Without a problem if there are none to be had: a guarded engine need not tell them.
void HostState::ImageInspected(const std::string& image_id, absl::StatusOr<PublishingWords> words) {
  images_.Learn(image_id, std::move(words));
  for (auto& [id, entry] : entries_) {
    if (entry.facts == nullptr || entry.image_id != image_id) continue;
    v1::Container container = *entry.facts;
    if (images_.Fill(image_id, container)) SetFacts(id, entry, std::move(container));
  }
}

std::vector<v1::FactProblem> HostState::Problems() const {
  std::vector<v1::FactProblem> problems;
  const auto add = [&problems](std::string container, std::string what, std::string cure) {
    v1::FactProblem& problem = problems.emplace_back();
    problem.set_container(std::move(container));
    problem.set_what(std::move(what));
    problem.set_cure(std::move(cure));
  };
  if (too_many_ > 0) {
    add("",
        absl::StrCat("the host has ", too_many_, " more containers than the ",
                     limits_.most_containers, " that an agent reports; those are not routed"),
        "remove stopped containers (docker container prune), or spread them over hosts");
  }
  if (!networks_problem_.empty()) {
    add("", networks_problem_, "let the agent read GET /networks, if a proxy guards the engine");
  }
  size_t left_out = 0;
  for (const auto& [id, entry] : entries_) {
    if (entry.problem.empty()) continue;
    if (problems.size() < kMostProblems) {
      add(NameOf(id, entry.facts), entry.problem, entry.cure);
    } else {
      ++left_out;
    }
  }
  if (left_out > 0) {
    add("", absl::StrCat(left_out, " more containers have problems like these"),
        "see to the others first");
  }
  return problems;
}

HostUpdate HostState::TakeUpdate() {
  HostUpdate update;
  for (const std::string& id : changed_) update.upserts.push_back(entries_.at(id).facts);
  update.removed.assign(removed_.begin(), removed_.end());
  changed_.clear();
  removed_.clear();
  if (std::exchange(problems_changed_, false)) update.problems = Problems();
  return update;
}

}  // namespace fairlead
