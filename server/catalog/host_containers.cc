#include "server/catalog/host_containers.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr size_t kMostSkipped = 100;

// Maps in the order of their keys: equal messages give equal bytes.
std::string DeterministicBytes(const v1::Container& container) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  container.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

bool AreSame(const v1::Container& a, const v1::Container& b) {
  return DeterministicBytes(a) == DeterministicBytes(b);
}

void SortFrom(size_t first, std::vector<ContainerChange>& changes) {
  std::sort(changes.begin() + static_cast<std::ptrdiff_t>(first), changes.end(),
            [](const ContainerChange& a, const ContainerChange& b) {
              return a.container_id < b.container_id;
            });
}

}  // namespace

HostContainers::HostContainers(std::string host_id, const ReportLimits& limits)
    : host_id_(std::move(host_id)), limits_(limits) {}

bool HostContainers::Skip(const v1::Container& container, Skipped& skipped) const {
  const std::string reason = ReasonToSkip(container, limits_);
  if (reason.empty()) return false;
  if (skipped.size() >= kMostSkipped) return true;
  Place place;
  place.host = host_id_;
  place.container = Quoted(container.name().empty() ? container.id() : container.name());
  skipped[Quoted(container.id())] = {
      .place = std::move(place),
      .what = absl::StrCat("the report of the container is not taken: ", reason,
                           "; what was known of it stands"),
      .cure =
          "give the container fewer or smaller labels; if it is not about those, use an agent "
          "of the server's version"};
  return true;
}

absl::Status HostContainers::CheckSize(size_t count, size_t bytes) const {
  if (count > limits_.containers_per_host) {
    return absl::ResourceExhaustedError(
        absl::StrCat("host ", host_id_, " reports more than ", limits_.containers_per_host,
                     " containers; remove those that are not needed (docker container prune), or "
                     "spread them over more hosts"));
  }
  if (bytes > limits_.bytes_per_host) {
    return absl::ResourceExhaustedError(
        absl::StrCat("host ", host_id_, " reports containers of more than ", limits_.bytes_per_host,
                     " bytes; remove those that are not needed, or give them smaller labels"));
  }
  return absl::OkStatus();
}

absl::Status HostContainers::Gather(v1::SnapshotPart& part) {
  if (!gathered_.has_value()) gathered_ = Gathered{.sequence = part.sequence()};
  absl::Status status = absl::OkStatus();
  if (part.sequence() != gathered_->sequence) {
    status = absl::InvalidArgumentError(absl::StrCat("a part of snapshot ", part.sequence(),
                                                     " came in the middle of snapshot ",
                                                     gathered_->sequence, " of host ", host_id_));
  } else if (!part.last() && part.containers().empty()) {
    status = absl::InvalidArgumentError(absl::StrCat("a part of a snapshot of host ", host_id_,
                                                     " has no container and is not the last one"));
  }
  for (v1::Container& container : *part.mutable_containers()) {
    if (!status.ok()) break;
    std::string id = container.id();
    if (Skip(container, gathered_->skipped)) {
      // Named, so not gone: the facts as they are known stand for it.
      const auto known = known_.find(id);
      if (known != known_.end()) gathered_->containers.insert(*known);
      continue;
    }
    const size_t bytes = container.ByteSizeLong();
    gathered_->bytes += bytes;
    gathered_->containers.insert_or_assign(
        std::move(id), Known{std::make_shared<const v1::Container>(std::move(container)), bytes});
    status = CheckSize(gathered_->containers.size(), gathered_->bytes);
  }
  if (!status.ok()) gathered_.reset();
  return status;
}

absl::Status HostContainers::Settle(bool complete, std::vector<ContainerChange>& changes) {
  if (!gathered_.has_value()) return absl::OkStatus();
  const size_t first = changes.size();
  Gathered gathered = *std::exchange(gathered_, std::nullopt);
  if (!complete) {
    const absl::Status status = CheckUnion(gathered);
    if (!status.ok()) return status;
  } else {
    std::vector<std::string> gone;
    for (const auto& [id, known] : known_) {
      if (!gathered.containers.contains(id)) gone.push_back(id);
    }
    for (const std::string& id : gone) Remove(id, changes);
  }
  for (auto& [id, known] : gathered.containers) Put(id, std::move(known), changes);
  skipped_ = std::move(gathered.skipped);
  SortFrom(first, changes);
  return absl::OkStatus();
}

absl::Status HostContainers::CheckUpdate(const v1::Update& update) const {
  size_t count = known_.size();
  size_t bytes = bytes_;
  absl::flat_hash_set<std::string> seen;
  for (const v1::Container& container : update.upserts()) {
    bytes += container.ByteSizeLong();
    if (!seen.insert(container.id()).second) continue;
    const auto known = known_.find(container.id());
    if (known == known_.end()) {
      ++count;
    } else {
      bytes -= known->second.bytes;
    }
  }
  return CheckSize(count, bytes);
}

absl::Status HostContainers::CheckUnion(const Gathered& gathered) const {
  size_t count = gathered.containers.size();
  size_t bytes = gathered.bytes;
  for (const auto& [id, known] : known_) {
    if (gathered.containers.contains(id)) continue;
    ++count;
    bytes += known.bytes;
  }
  return CheckSize(count, bytes);
}

absl::Status HostContainers::Apply(v1::Update& update, std::vector<ContainerChange>& changes) {
  const absl::Status status = CheckUpdate(update);
  if (!status.ok()) return status;
  const size_t first = changes.size();
  for (v1::Container& container : *update.mutable_upserts()) {
    if (Skip(container, skipped_)) continue;
    const std::string id = container.id();
    skipped_.erase(id);
    const size_t bytes = container.ByteSizeLong();
    Put(id, {std::make_shared<const v1::Container>(std::move(container)), bytes}, changes);
  }
  for (const std::string& id : update.removed()) {
    skipped_.erase(Quoted(id));
    Remove(id, changes);
  }
  SortFrom(first, changes);
  return absl::OkStatus();
}

void HostContainers::Restore(const v1::Container& container,
                             std::vector<ContainerChange>& changes) {
  if (!ReasonToSkip(container, limits_).empty()) return;
  const size_t bytes = container.ByteSizeLong();
  if (!CheckSize(known_.size() + 1, bytes_ + bytes).ok()) return;
  Put(container.id(), {std::make_shared<const v1::Container>(container), bytes}, changes);
}

void HostContainers::RemoveAll(std::vector<ContainerChange>& changes) {
  const size_t first = changes.size();
  for (const auto& [id, known] : known_) changes.push_back({host_id_, id, known.facts, nullptr});
  known_.clear();
  bytes_ = 0;
  SortFrom(first, changes);
}

void HostContainers::Put(const std::string& id, Known after,
                         std::vector<ContainerChange>& changes) {
  Known& known = known_[id];
  if (known.facts != nullptr && known.bytes == after.bytes &&
      (known.facts == after.facts || AreSame(*known.facts, *after.facts))) {
    return;
  }
  changes.push_back({host_id_, id, known.facts, after.facts});
  bytes_ += after.bytes - known.bytes;
  known = std::move(after);
}

void HostContainers::Remove(const std::string& id, std::vector<ContainerChange>& changes) {
  const auto known = known_.find(id);
  if (known == known_.end()) return;
  changes.push_back({host_id_, id, known->second.facts, nullptr});
  bytes_ -= known->second.bytes;
  known_.erase(known);
}

Problems HostContainers::SkipProblems() const {
  Problems problems;
  for (const auto& [id, problem] : skipped_) problems.push_back(problem);
  return problems;
}

ContainerFacts HostContainers::Find(const std::string& container_id) const {
  const auto found = known_.find(container_id);
  return found == known_.end() ? nullptr : found->second.facts;
}

void HostContainers::ForEach(absl::FunctionRef<void(const ContainerFacts&)> visit) const {
  for (const auto& [id, known] : known_) visit(known.facts);
}

size_t HostContainers::running() const {
  return static_cast<size_t>(
      std::count_if(known_.begin(), known_.end(), [](const KnownById::value_type& known) {
        return known.second.facts->state() == v1::Container::RUNNING;
      }));
}

}  // namespace fairlead
