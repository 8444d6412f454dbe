#include "test/bench/stream_swarm.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

int64_t NowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void Add(LoadCounts& to, const LoadCounts& after, const LoadCounts& before) {
  to.responses += after.responses - before.responses;
  to.resources += after.resources - before.resources;
  to.removed += after.removed - before.removed;
  to.bytes += after.bytes - before.bytes;
}

}  // namespace

void StreamSwarm::Connect(LoadPlan plan, size_t first, size_t streams) {
  streams_.clear();
  plan_ = std::move(plan);
  taken_.assign(streams, {});
  synced_ = over_ = 0;
  reading_ = streams;
  closing_ = false;
  error_.clear();
  Arm({});
  first_ = first;
  for (size_t number = first; number < first + streams; ++number) {
    streams_.push_back(std::make_unique<LoadStream>(plan_, number, queue_, *this));
  }
}

void StreamSwarm::StopReading(size_t count) {
  for (size_t i = 0; i < std::min(count, streams_.size()); ++i) {
    if (streams_[i]->reads()) --reading_;
    streams_[i]->StopReading();
  }
}

void StreamSwarm::Arm(const std::vector<std::string>& names) {
  armed_.clear();
  all_marks_ = 0;
  for (const std::string& name : names) {
    const uint64_t mark = uint64_t{1} << armed_.size();
    if (armed_.emplace(name, mark).second) all_marks_ |= mark;
  }
  arrivals_ns_.clear();
  for (const auto& stream : streams_) stream->marks = 0;
}

void StreamSwarm::Close() {
  closing_ = true;
  for (const auto& stream : streams_) stream->Cancel();
}

StreamSwarm::Taken StreamSwarm::TakeCounts() {
  Taken taken;
  taken.least_responses = streams_.empty() ? 0 : UINT64_MAX;
  for (size_t i = 0; i < streams_.size(); ++i) {
    const LoadCounts& now = streams_[i]->counts();
    const uint64_t responses = now.responses - taken_[i].responses;
    taken.least_responses = std::min(taken.least_responses, responses);
    taken.most_responses = std::max(taken.most_responses, responses);
    Add(taken.total, now, taken_[i]);
    taken_[i] = now;
  }
  return taken;
}

void StreamSwarm::OnSynced(LoadStream&) {
  ++synced_;
  last_synced_ns_ = NowNs();
}

void StreamSwarm::OnResource(LoadStream& stream, absl::string_view name,
                             absl::string_view version) {
  if (stream.number() == first_ && !version.empty()) scribed_.emplace_back(name, version);
  if (armed_.empty() || stream.marks == all_marks_ || !stream.reads()) return;
  const auto found = armed_.find(name);
  if (found == armed_.end()) return;
  stream.marks |= found->second;
  if (stream.marks == all_marks_) arrivals_ns_.push_back(NowNs());
}

void StreamSwarm::OnResponse(LoadStream& stream, const DiscoveryScan& response) {
  if (stream.number() != first_) return;
  auto& versions = versions_[response.type_url];
  for (auto& [name, version] : scribed_) versions[name] = std::move(version);
  scribed_.clear();
}

void StreamSwarm::OnOver(LoadStream& stream, const grpc::Status& status) {
  ++over_;
  if (stream.reads()) --reading_;
  if (closing_ || !error_.empty()) return;
  error_ = absl::StrCat("stream ", stream.number(), " ended with status ", status.error_code(),
                        ": ", status.error_message());
}

}  // namespace fairlead
