#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"
#include "fairlead/v1/report.pb.h"
#include "server/catalog/acceptance.h"
#include "server/catalog/facts.h"

namespace fairlead {

// The containers of one host, as its reports tell them. A report is taken as a whole or not at all;
// a container that differs in nothing keeps its pointer and gives no change; one that is not
// acceptable is skipped (what was known of it stands) and named among `SkipProblems`.
//
// Changes are appended sorted by container id. Not thread-safe.
class HostContainers {
 public:
  // `limits` must outlive this.
  HostContainers(std::string host_id, const ReportLimits& limits);

  // Takes a part of a snapshot (moves its containers out). Nothing shows until Settle.
  // RESOURCE_EXHAUSTED: the host has more than is taken; INVALID_ARGUMENT: a part of another
  // snapshot than the first, or one that says nothing. After an error what was gathered is dropped.
  absl::Status Gather(v1::SnapshotPart& part);

  // Puts the gathered snapshot in place. Containers that it did not name go only if it is
  // `complete`. RESOURCE_EXHAUSTED, and no change: with those that stay there would be more than is
  // taken.
  absl::Status Settle(bool complete, std::vector<ContainerChange>& changes);

  // Drops what was gathered and not settled.
  void Abandon() { gathered_.reset(); }

  bool is_gathering() const { return gathered_.has_value(); }

  // Applies an update's containers (moves them out). RESOURCE_EXHAUSTED, and no change: there would
  // be more than is taken.
  absl::Status Apply(v1::Update& update, std::vector<ContainerChange>& changes);

  // As known from an earlier run. No effect if it is not acceptable.
  void Restore(const v1::Container& container, std::vector<ContainerChange>& changes);

  void RemoveAll(std::vector<ContainerChange>& changes);

  // Containers that were skipped, each with the reason; at most 100 of them.
  Problems SkipProblems() const;

  // Null: it is not known.
  ContainerFacts Find(const std::string& container_id) const;
  // In no order.
  void ForEach(absl::FunctionRef<void(const ContainerFacts&)> visit) const;
  size_t size() const { return known_.size(); }
  size_t running() const;

 private:
  struct Known {
    ContainerFacts facts;
    size_t bytes = 0;
  };
  using KnownById = absl::flat_hash_map<std::string, Known>;
  // The reasons, by container id.
  using Skipped = absl::btree_map<std::string, Problem>;

  struct Gathered {
    uint64_t sequence = 0;
    KnownById containers = {};
    size_t bytes = 0;
    Skipped skipped = {};
  };

  bool Skip(const v1::Container& container, Skipped& skipped) const;
  absl::Status CheckSize(size_t count, size_t bytes) const;
  absl::Status CheckUpdate(const v1::Update& update) const;
  absl::Status CheckUnion(const Gathered& gathered) const;
  void Put(const std::string& id, Known after, std::vector<ContainerChange>& changes);
  void Remove(const std::string& id, std::vector<ContainerChange>& changes);

  const std::string host_id_;
  const ReportLimits& limits_;
  KnownById known_;
  size_t bytes_ = 0;
  Skipped skipped_;
  std::optional<Gathered> gathered_;
};

}  // namespace fairlead
