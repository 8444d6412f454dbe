#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <istream>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/optional.h"
#include "test/bench/load_stream.h"

namespace fairlead {

// Gives the lines of `input` to the thread of a completion queue, one by one, so that a program can
// do all of its work there.
class CommandFeed final : public LoadEvent {
 public:
  // Nothing: the input is over. Called on the queue's thread.
  using OnLine = absl::AnyInvocable<void(absl::optional<std::string>)>;

  CommandFeed(std::istream& input, grpc::CompletionQueue& queue, OnLine on_line);
  // Only when the input is over.
  ~CommandFeed() override;

  void Complete(bool ok) override;

 private:
  void Run();

  std::istream& input_;
  grpc::CompletionQueue& queue_;
  OnLine on_line_;
  absl::Mutex mutex_;
  bool pending_ ABSL_GUARDED_BY(mutex_) = false;
  absl::optional<std::string> line_ ABSL_GUARDED_BY(mutex_);
  grpc::Alarm alarm_;
  std::thread thread_;
};

}  // namespace fairlead
