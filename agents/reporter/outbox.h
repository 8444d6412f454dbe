#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/time/time.h"
#include "agents/observer/host_update.h"
#include "fairlead/v1/report.pb.h"

namespace fairlead {

// What an agent has to say on its Report stream, and in which order: the near end of
// proto/fairlead/v1/report.proto as a state machine. It keeps the whole host, so a snapshot can be
// made at any time, and the names of what changed since the last message, so a server that reads
// slowly costs freshness and no memory: changes merge.
//
// Sequences go on from stream to stream, for as long as the process lives. Not thread-safe. `now`
// is Clock::Monotonic.
class Outbox {
 public:
  struct Options {
    v1::Hello hello;
    // A message is closed when it has this many bytes; one container (1 MiB at most) may come on
    // top.
    size_t message_size = 1 << 20;
    // Until the server says otherwise.
    absl::Duration heartbeat_interval = absl::Seconds(5);
    // Snapshots that a server asks for are at least this far apart.
    absl::Duration snapshot_interval = absl::Seconds(1);
  };

  explicit Outbox(Options options)
      : options_(std::move(options)), heartbeat_interval_(options_.heartbeat_interval) {}

  // What became different on the host. If its engine can be reached again, a snapshot follows.
  void Merge(HostUpdate update);

  // Whether there is anything to report yet: the first update was merged.
  bool Ready() const { return engine_.has_value(); }

  // A new stream: Hello comes next, then a snapshot. Nothing of what the last one was told is taken
  // for received.
  void Begin();

  // The message to write now; nothing if there is none.
  std::optional<v1::ReportRequest> Next(absl::Duration now);

  // When Next will have something: in the past if it has, else by the passing of time alone.
  absl::Duration NextDue() const;

  // What the server said.
  void Received(const v1::ReportResponse& response);

  // The last sequence of this stream that the server has taken; 0: none.
  uint64_t acknowledged() const { return acknowledged_; }

 private:
  bool Changed() const;
  void TakeSnapshot(absl::Duration now);
  v1::SnapshotPart NextPart();
  v1::Update NextUpdate();

  const Options options_;
  absl::Duration heartbeat_interval_;

  // The host as it is.
  absl::btree_map<std::string, ContainerFacts> containers_;
  std::optional<v1::Engine> engine_;
  std::vector<v1::FactProblem> problems_;

  // What was not told yet.
  absl::btree_set<std::string> changed_;
  absl::btree_set<std::string> removed_;
  bool engine_changed_ = false;
  bool problems_changed_ = false;

  // The snapshot that is being told.
  struct Snapshot {
    std::vector<ContainerFacts> containers;
    size_t told;  // how many of them
    v1::Engine engine;
    std::vector<v1::FactProblem> problems;
  };
  std::optional<Snapshot> snapshot_;

  bool hello_due_ = true;
  bool snapshot_due_ = true;
  absl::Duration next_snapshot_ = -absl::InfiniteDuration();  // not before
  absl::Duration last_sent_ = -absl::InfiniteDuration();
  uint64_t sequence_ = 0;
  uint64_t acknowledged_ = 0;
};

}  // namespace fairlead
