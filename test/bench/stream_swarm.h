#pragma once

#include <grpcpp/completion_queue.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "test/bench/load_stream.h"

namespace fairlead {

// Many streams that do the same, and what became of them together.
// Threads: all of it on the thread of `queue`. Times are of std::chrono::steady_clock, which is the
// same for all processes of a machine.
class StreamSwarm final : public LoadObserver {
 public:
  // Name to version, by type URL.
  using Versions = absl::flat_hash_map<std::string, absl::flat_hash_map<std::string, std::string>>;

  // Counts since they were taken the last time, over all streams.
  struct Taken {
    LoadCounts total;
    uint64_t least_responses = 0;  // of one stream
    uint64_t most_responses = 0;
  };

  explicit StreamSwarm(grpc::CompletionQueue& queue) : queue_(queue) {}

  // Opens so many streams at once. The streams before must be closed.
  void Connect(LoadPlan plan, size_t first, size_t streams);
  // The first `count` read no more.
  void StopReading(size_t count);
  // From now on: when has each stream that reads received all of these resources? At most 64.
  void Arm(const std::vector<std::string>& names);
  void Close();
  Taken TakeCounts();

  size_t size() const { return streams_.size(); }
  size_t synced() const { return synced_; }
  size_t over() const { return over_; }
  bool all_synced() const { return synced_ == streams_.size(); }
  bool all_over() const { return over_ == streams_.size(); }
  // Of the streams that read, none is without what it was armed for.
  bool all_arrived() const { return arrivals_ns_.size() >= reading_; }
  size_t reading() const { return reading_; }
  const std::vector<int64_t>& arrivals_ns() const { return arrivals_ns_; }
  int64_t last_synced_ns() const { return last_synced_ns_; }
  // What the first stream has; the others have the same. Outlives Close.
  const Versions& versions() const { return versions_; }
  // Why the first stream ended that was not closed from here; empty: none did.
  const std::string& error() const { return error_; }

 private:
  void OnSynced(LoadStream& stream) override;
  void OnResource(LoadStream& stream, absl::string_view name, absl::string_view version) override;
  void OnResponse(LoadStream& stream, const DiscoveryScan& response) override;
  void OnOver(LoadStream& stream, const grpc::Status& status) override;

  grpc::CompletionQueue& queue_;
  LoadPlan plan_;
  std::vector<std::unique_ptr<LoadStream>> streams_;
  std::vector<LoadCounts> taken_;  // what each stream had counted
  size_t synced_ = 0;
  size_t over_ = 0;
  size_t reading_ = 0;
  size_t first_ = 0;  // the number of the first stream
  bool closing_ = false;
  int64_t last_synced_ns_ = 0;
  std::string error_;

  absl::flat_hash_map<std::string, uint64_t> armed_;  // name to its mark
  uint64_t all_marks_ = 0;
  std::vector<int64_t> arrivals_ns_;

  Versions versions_;
  std::vector<std::pair<std::string, std::string>> scribed_;  // of the response that is read
};

}  // namespace fairlead
