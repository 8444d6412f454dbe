#include "test/bench/command_feed.h"

#include <grpc/support/time.h>

#include <utility>

namespace fairlead {

CommandFeed::CommandFeed(std::istream& input, grpc::CompletionQueue& queue, OnLine on_line)
    : input_(input), queue_(queue), on_line_(std::move(on_line)), thread_([this] { Run(); }) {}

CommandFeed::~CommandFeed() { thread_.join(); }

void CommandFeed::Run() {
  bool more = true;
  while (more) {
    std::string line;
    more = static_cast<bool>(std::getline(input_, line));
    absl::MutexLock lock(&mutex_);
    const auto taken = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !pending_; };
    mutex_.Await(absl::Condition(&taken));
    if (more) {
      line_ = std::move(line);
    } else {
      line_.reset();
    }
    pending_ = true;
    alarm_.Set(&queue_, gpr_now(GPR_CLOCK_MONOTONIC), static_cast<LoadEvent*>(this));
  }
}

void CommandFeed::Complete(bool) {
  absl::optional<std::string> line;
  {
    absl::MutexLock lock(&mutex_);
    line = std::move(line_);
    pending_ = false;
  }
  on_line_(std::move(line));
}

}  // namespace fairlead
