#include "agents/reporter/outbox.h"

#include <algorithm>
#include <utility>

#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr absl::Duration kShortestHeartbeat = absl::Milliseconds(100);
constexpr absl::Duration kLongestHeartbeat = absl::Minutes(1);

}  // namespace

void Outbox::Merge(HostUpdate update) {
  for (ContainerFacts& facts : update.upserts) {
    removed_.erase(facts->id());
    changed_.insert(facts->id());
    containers_[facts->id()] = std::move(facts);
  }
  for (const std::string& id : update.removed) {
    changed_.erase(id);
    if (containers_.erase(id) != 0) removed_.insert(id);
  }
  if (update.engine.has_value()) {
    // What went while the engine was away was not told: only a whole snapshot can.
    snapshot_due_ |= update.engine->reachable() && engine_.has_value() && !engine_->reachable();
    engine_ = std::move(update.engine);
    engine_changed_ = true;
  }
  if (update.problems.has_value()) {
    problems_ = *std::move(update.problems);
    problems_changed_ = true;
  }
}

void Outbox::Begin() {
  hello_due_ = true;
  snapshot_due_ = true;
  snapshot_.reset();
  next_snapshot_ = -absl::InfiniteDuration();
  heartbeat_interval_ = options_.heartbeat_interval;
  acknowledged_ = 0;
}

bool Outbox::Changed() const {
  return !changed_.empty() || !removed_.empty() || engine_changed_ || problems_changed_;
}

absl::Duration Outbox::NextDue() const {
  if (!Ready()) return absl::InfiniteDuration();
  if (hello_due_ || snapshot_.has_value()) return -absl::InfiniteDuration();
  const absl::Duration heartbeat = last_sent_ + heartbeat_interval_;
  if (snapshot_due_) return std::min(next_snapshot_, heartbeat);
  return Changed() ? -absl::InfiniteDuration() : heartbeat;
}

std::optional<v1::ReportRequest> Outbox::Next(absl::Duration now) {
  if (now < NextDue()) return std::nullopt;
  last_sent_ = now;
  v1::ReportRequest request;
  if (std::exchange(hello_due_, false)) {
    *request.mutable_hello() = options_.hello;
    return request;
  }
  if (!snapshot_.has_value() && snapshot_due_ && now >= next_snapshot_) TakeSnapshot(now);
  if (snapshot_.has_value()) {
    *request.mutable_snapshot() = NextPart();
  } else if (!snapshot_due_ && Changed()) {
    *request.mutable_update() = NextUpdate();
  } else {
    request.mutable_heartbeat()->set_sequence(sequence_);
  }
  return request;
}

void Outbox::TakeSnapshot(absl::Duration now) {
  ++sequence_;
  Snapshot snapshot{{}, 0, *engine_, problems_};
  for (const auto& [id, facts] : containers_) snapshot.containers.push_back(facts);
  snapshot_ = std::move(snapshot);
  changed_.clear();
  removed_.clear();
  engine_changed_ = false;
  problems_changed_ = false;
  snapshot_due_ = false;
  next_snapshot_ = now + options_.snapshot_interval;
}

v1::SnapshotPart Outbox::NextPart() {
  v1::SnapshotPart part;
  part.set_sequence(sequence_);
  size_t size = 0;
  while (snapshot_->told < snapshot_->containers.size() && size < options_.message_size) {
    const v1::Container& container = *snapshot_->containers[snapshot_->told++];
    *part.add_containers() = container;
    size += container.ByteSizeLong();
  }
  if (snapshot_->told < snapshot_->containers.size()) return part;
  part.set_last(true);
  *part.mutable_engine() = snapshot_->engine;
  part.mutable_problems()->Assign(snapshot_->problems.begin(), snapshot_->problems.end());
  snapshot_.reset();
  return part;
}

v1::Update Outbox::NextUpdate() {
  v1::Update update;
  update.set_sequence(++sequence_);
  for (const std::string& id : removed_) update.add_removed(id);
  removed_.clear();
  size_t size = 0;
  while (!changed_.empty() && size < options_.message_size) {
    const v1::Container& container = *containers_.at(*changed_.begin());
    *update.add_upserts() = container;
    size += container.ByteSizeLong();
    changed_.erase(changed_.begin());
  }
  if (std::exchange(engine_changed_, false)) *update.mutable_engine() = *engine_;
  if (std::exchange(problems_changed_, false)) {
    update.set_problems_changed(true);
    update.mutable_problems()->Assign(problems_.begin(), problems_.end());
  }
  return update;
}

void Outbox::Received(const v1::ReportResponse& response) {
  acknowledged_ = std::max(acknowledged_, std::min(response.acknowledged(), sequence_));
  if (response.resync()) {
    spdlog::info("the server asks for everything anew: {}", Quoted(response.resync_reason()));
    snapshot_due_ = true;
  }
  if (response.heartbeat_interval_ms() != 0) {
    heartbeat_interval_ = std::clamp(absl::Milliseconds(response.heartbeat_interval_ms()),
                                     kShortestHeartbeat, kLongestHeartbeat);
  }
}

}  // namespace fairlead
