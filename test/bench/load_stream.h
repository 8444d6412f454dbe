#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "test/bench/discovery_bytes.h"

namespace fairlead {

// What all streams of one load do. Made once and shared, so that a thousand streams hold one copy
// of a thousand names.
struct LoadPlan {
  struct Subscription {
    std::string type_url;
    size_t expected = 0;  // resources until the stream counts as synced; 0: when it has asked
    grpc::Slice request;  // of the first request, without the node
    grpc::Slice ack;      // of each ACK, without version and nonce
  };

  std::string address;  // IP:PORT
  XdsVariant variant = XdsVariant::kDelta;
  // The connection is as gRPC's clients have it: measured with PINGs, with a window of 64 KiB at
  // first. Not so: as Envoy's, which sends none and has 16 MiB.
  bool like_grpc = false;
  // One after the other: the next is asked for when this one is synced, as Envoy does.
  std::vector<Subscription> subscriptions;
};

struct LoadCounts {
  uint64_t responses = 0;
  uint64_t resources = 0;
  uint64_t removed = 0;
  uint64_t bytes = 0;  // of messages, without gRPC's five and HTTP/2's frames
};

// What comes back from the completion queue of the load.
class LoadEvent {
 public:
  virtual ~LoadEvent() = default;
  virtual void Complete(bool ok) = 0;
};

class LoadStream;

// Called on the queue's thread.
class LoadObserver {
 public:
  virtual ~LoadObserver() = default;
  virtual void OnSynced(LoadStream& stream) = 0;
  virtual void OnResource(LoadStream& stream, absl::string_view name,
                          absl::string_view version) = 0;
  // Behind the response's resources.
  virtual void OnResponse(LoadStream& stream, const DiscoveryScan& response) = 0;
  // Nothing of it is under way any more. An error: the server ended it, or it said nonsense.
  virtual void OnOver(LoadStream& stream, const grpc::Status& status) = 0;
};

// One xDS stream on a TCP connection of its own: subscribes, ACKs what comes at once, counts.
// Threads: all of it on the thread of `queue`, which must outlive it. It may be deleted only when
// it is over.
class LoadStream {
 public:
  // Connects and subscribes. `plan` and `observer` must outlive it.
  LoadStream(const LoadPlan& plan, size_t number, grpc::CompletionQueue& queue,
             LoadObserver& observer);

  // It reads one more response, if one was asked for already, and then no more.
  void StopReading() { reads_ = false; }
  // Ends it from this side; OnOver follows.
  void Cancel();

  size_t number() const { return number_; }
  bool reads() const { return reads_; }
  bool is_over() const { return over_; }
  const LoadCounts& counts() const { return counts_; }

  // Free for the observer: which of the resources that it waits for the stream has.
  uint64_t marks = 0;

 private:
  class Step final : public LoadEvent {
   public:
    Step(LoadStream& stream, void (LoadStream::*done)(bool)) : stream_(stream), done_(done) {}
    void Complete(bool ok) override {
      --stream_.under_way_;
      (stream_.*done_)(ok);
      stream_.FinishIfBroken();
    }

   private:
    LoadStream& stream_;
    void (LoadStream::*const done_)(bool);
  };
  struct Progress {
    bool asked = false;
    size_t received = 0;
  };

  void OnStarted(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);

  void Ask();
  void Advance();
  void Take();
  void Read();
  void Write(grpc::ByteBuffer message);
  void WriteNext();
  void FinishIfBroken();
  void* Begin(Step& step) {
    ++under_way_;
    return static_cast<LoadEvent*>(&step);
  }

  const LoadPlan& plan_;
  const size_t number_;
  LoadObserver& observer_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericStub> stub_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  Step started_{*this, &LoadStream::OnStarted};
  Step read_{*this, &LoadStream::OnRead};
  Step written_{*this, &LoadStream::OnWritten};
  Step finished_{*this, &LoadStream::OnFinished};

  std::vector<Progress> progress_;
  size_t current_ = 0;  // the subscription that is not synced yet
  grpc::ByteBuffer incoming_;
  std::vector<grpc::Slice> slices_;  // of `incoming_`
  std::vector<absl::string_view> pieces_;
  std::deque<grpc::ByteBuffer> outgoing_;  // the first is being written if `writing_`
  LoadCounts counts_;
  grpc::Status status_;
  grpc::Status end_;  // why this side ended it
  int under_way_ = 0;
  bool writing_ = false;
  bool reads_ = true;
  bool broken_ = false;
  bool finishing_ = false;
  bool over_ = false;
};

}  // namespace fairlead
