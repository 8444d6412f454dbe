#include "test/fakes/agent/fake_agent.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

constexpr absl::Duration kBetweenStreams = absl::Milliseconds(50);

uint64_t RandomEpoch() {
  std::random_device random;
  return (uint64_t{random()} << 32) | random();
}

}  // namespace

FakeAgent::FakeAgent(Options options) : options_(std::move(options)) {
  {
    absl::MutexLock lock(&mutex_);
    address_ = options_.address;
    epoch_ = RandomEpoch();
    engine_.set_reachable(true);
    engine_.set_version("20.10.24");
    engine_.set_api_version("1.41");
  }
  stream_thread_ = std::thread([this] { RunStreams(); });
  heartbeat_thread_ = std::thread([this] { RunHeartbeats(); });
}

FakeAgent::~FakeAgent() {
  {
    absl::MutexLock lock(&mutex_);
    is_ending_ = true;
  }
  Cancel();
  stream_thread_.join();
  heartbeat_thread_.join();
}

// ---- what the host runs ----

void FakeAgent::Run(const v1::Container& container) { Run(std::vector{container}); }

void FakeAgent::Run(const std::vector<v1::Container>& containers) {
  absl::MutexLock write_lock(&write_mutex_);
  v1::Update update;
  {
    absl::MutexLock lock(&mutex_);
    for (const v1::Container& container : containers) {
      containers_[container.id()] = container;
      *update.add_upserts() = container;
    }
  }
  Tell(std::move(update));
}

void FakeAgent::Remove(const std::string& container_id) {
  absl::MutexLock write_lock(&write_mutex_);
  {
    absl::MutexLock lock(&mutex_);
    containers_.erase(container_id);
  }
  v1::Update update;
  update.add_removed(container_id);
  Tell(std::move(update));
}

void FakeAgent::LoseEngine(const std::string& error) {
  absl::MutexLock write_lock(&write_mutex_);
  v1::Update update;
  {
    absl::MutexLock lock(&mutex_);
    engine_.set_reachable(false);
    engine_.set_error(error);
    *update.mutable_engine() = engine_;
  }
  Tell(std::move(update));
}

void FakeAgent::FindEngine() {
  absl::MutexLock write_lock(&write_mutex_);
  {
    absl::MutexLock lock(&mutex_);
    engine_.set_reachable(true);
    engine_.clear_error();
    knows_containers_ = true;
  }
  WriteSnapshot();
}

// ---- faults ----

void FakeAgent::Kill() {
  {
    absl::MutexLock lock(&mutex_);
    is_killed_ = true;
  }
  Cancel();
}

void FakeAgent::Start() {
  absl::MutexLock lock(&mutex_);
  epoch_ = RandomEpoch();
  sequence_ = 0;
  knows_containers_ = engine_.reachable();
  is_stalled_ = false;
  is_killed_ = false;
}

void FakeAgent::CutStream() { Cancel(); }

void FakeAgent::Stall() {
  absl::MutexLock lock(&mutex_);
  is_stalled_ = true;
}

void FakeAgent::Resume() {
  absl::MutexLock write_lock(&write_mutex_);
  {
    absl::MutexLock lock(&mutex_);
    is_stalled_ = false;
  }
  WriteSnapshot();
}

void FakeAgent::Send(const v1::ReportRequest& message) {
  absl::MutexLock write_lock(&write_mutex_);
  Write(message);
}

void FakeAgent::SkipSequence() {
  absl::MutexLock lock(&mutex_);
  ++sequence_;
}

void FakeAgent::SetAddress(const std::string& address) {
  absl::MutexLock lock(&mutex_);
  address_ = address;
}

// ---- what came of it ----

bool FakeAgent::AwaitAcknowledged(absl::Duration deadline) const {
  absl::MutexLock lock(&mutex_);
  const auto is_acknowledged = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return stream_ != nullptr && sequence_ > 0 && acknowledged_ == sequence_;
  };
  return mutex_.AwaitWithTimeout(absl::Condition(&is_acknowledged), deadline);
}

bool FakeAgent::AwaitEnd(grpc::StatusCode code, absl::Duration deadline) const {
  absl::MutexLock lock(&mutex_);
  const auto has_ended = [this, code]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return std::any_of(ends_.begin(), ends_.end(),
                       [code](const grpc::Status& status) { return status.error_code() == code; });
  };
  return mutex_.AwaitWithTimeout(absl::Condition(&has_ended), deadline);
}

std::string FakeAgent::EndMessage() const {
  absl::MutexLock lock(&mutex_);
  return ends_.empty() ? "" : ends_.back().error_message();
}

int FakeAgent::streams() const {
  absl::MutexLock lock(&mutex_);
  return streams_;
}

int FakeAgent::resyncs() const {
  absl::MutexLock lock(&mutex_);
  return resyncs_;
}

// ---- the stream ----

void FakeAgent::RunStreams() {
  for (bool first = true; AwaitTurn(first); first = false) {
    const std::shared_ptr<Stream> stream = Open();
    Follow(*stream);
    {
      absl::MutexLock write_lock(&write_mutex_);
      writing_ = nullptr;
    }
    stream->call->WritesDone();
    const grpc::Status status = stream->call->Finish();
    absl::MutexLock lock(&mutex_);
    stream_ = nullptr;
    is_killed_ = is_killed_ || !options_.reconnects;
    ends_.push_back(status);
  }
}

// Waits until the next stream is to be opened. False: never.
bool FakeAgent::AwaitTurn(bool first) {
  absl::MutexLock lock(&mutex_);
  const auto is_ending = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return is_ending_; };
  if (!first) mutex_.AwaitWithTimeout(absl::Condition(&is_ending), kBetweenStreams);
  const auto is_my_turn = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return is_ending_ || !is_killed_;
  };
  mutex_.Await(absl::Condition(&is_my_turn));
  return !is_ending_;
}

std::shared_ptr<FakeAgent::Stream> FakeAgent::Open() {
  auto stream = std::make_shared<Stream>();
  v1::ReportRequest hello;
  std::string address;
  {
    absl::MutexLock lock(&mutex_);
    address = address_;
    acknowledged_ = 0;
    ++streams_;
    hello.mutable_hello()->set_host_id(options_.host_id);
    hello.mutable_hello()->set_host_name(options_.host_name);
    hello.mutable_hello()->set_zone(options_.zone);
    hello.mutable_hello()->set_agent_version("fake");
    hello.mutable_hello()->set_epoch(absl::StrCat(epoch_));
    for (const std::string& ip : options_.advertise_addresses) {
      hello.mutable_hello()->add_advertise_addresses(ip);
    }
  }
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  const auto stub = v1::ReportService::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  absl::MutexLock write_lock(&write_mutex_);
  stream->call = stub->Report(&stream->context);
  writing_ = stream;
  {
    absl::MutexLock lock(&mutex_);
    stream_ = stream;
    if (is_ending_ || is_killed_) stream->context.TryCancel();
  }
  Write(hello);
  WriteSnapshot();
  return stream;
}

void FakeAgent::Follow(Stream& stream) {
  v1::ReportResponse response;
  while (stream.call->Read(&response)) {
    {
      absl::MutexLock lock(&mutex_);
      acknowledged_ = std::max(acknowledged_, response.acknowledged());
      if (response.resync()) ++resyncs_;
    }
    if (!response.resync()) continue;
    absl::MutexLock write_lock(&write_mutex_);
    WriteSnapshot();
  }
}

void FakeAgent::RunHeartbeats() {
  while (true) {
    v1::ReportRequest heartbeat;
    {
      absl::MutexLock lock(&mutex_);
      const auto is_ending = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return is_ending_; };
      if (mutex_.AwaitWithTimeout(absl::Condition(&is_ending), options_.heartbeat_interval)) return;
    }
    absl::MutexLock write_lock(&write_mutex_);
    {
      absl::MutexLock lock(&mutex_);
      if (is_stalled_) continue;
      heartbeat.mutable_heartbeat()->set_sequence(sequence_);
    }
    Write(heartbeat);
  }
}

void FakeAgent::Write(const v1::ReportRequest& message) {
  // A write that fails: the stream's end is told by its reader.
  if (writing_ != nullptr) writing_->call->Write(message);
}

void FakeAgent::WriteSnapshot() {
  v1::ReportRequest message;
  {
    absl::MutexLock lock(&mutex_);
    if (is_stalled_ || stream_ == nullptr) return;
    v1::SnapshotPart& part = *message.mutable_snapshot();
    part.set_sequence(++sequence_);
    part.set_last(true);
    *part.mutable_engine() = engine_;
    if (knows_containers_) {
      for (const auto& [id, container] : containers_) *part.add_containers() = container;
    }
  }
  Write(message);
}

void FakeAgent::Tell(v1::Update update) {
  write_mutex_.AssertHeld();
  v1::ReportRequest message;
  {
    absl::MutexLock lock(&mutex_);
    if (is_stalled_ || stream_ == nullptr) return;
    update.set_sequence(++sequence_);
  }
  *message.mutable_update() = std::move(update);
  Write(message);
}

void FakeAgent::Cancel() {
  absl::MutexLock lock(&mutex_);
  if (stream_ != nullptr) stream_->context.TryCancel();
}

}  // namespace fairlead
