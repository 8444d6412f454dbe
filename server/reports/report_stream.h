#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "fairlead/v1/report.grpc.pb.h"
#include "server/catalog/catalog.h"

namespace fairlead {

// One call of ReportService.Report on an asynchronous server, from waiting for it to its end. At
// most one read and one write are under way; acknowledgements that come while a write is under way
// merge into the next.
//
// Operations end on the completion queue with a Tag, which its thread gives to Completed; Answer
// and End come from any thread.
class ReportStream {
 public:
  enum class Operation { kAccept, kRead, kWrite, kFinish, kPatience };
  struct Tag {
    ReportStream* stream;
    Operation operation;
  };

  // What the end of an operation means for the service. A stream that is over is not touched by
  // gRPC any more.
  struct Event {
    bool accepted = false;
    bool has_message = false;  // TakeMessage has it
    bool ended = false;        // told once: no message comes any more
    bool over = false;
  };

  struct Options {
    absl::Duration heartbeat_interval;
    // How long the first message may take.
    absl::Duration patience;
  };

  ReportStream(SessionId session, const Options& options, grpc::ServerCompletionQueue* queue)
      : session_(session), options_(options), queue_(queue) {}
  ReportStream(const ReportStream&) = delete;
  ReportStream& operator=(const ReportStream&) = delete;

  SessionId session() const { return session_; }
  // Once accepted.
  const std::string& peer() const { return peer_; }

  // Waits for a call.
  void Accept(v1::ReportService::AsyncService& service);

  // On the queue's thread.
  Event Completed(Operation operation, bool ok);

  // After an event with `has_message`, on the queue's thread.
  v1::ReportRequest TakeMessage();

  // The message that was taken is answered: reads on.
  void Answer(const Catalog::Outcome& outcome);

  // Ends the call with `status`, once a write that is under way is done.
  void End(const absl::Status& status);

 private:
  void Read() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteIfDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FinishWith(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FinishIfDue() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Accepted() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SessionId session_;
  const Options options_;
  grpc::ServerCompletionQueue* const queue_;
  std::string peer_;
  v1::ReportRequest message_;  // written by gRPC while a read is under way

  grpc::ServerContext context_;
  grpc::ServerAsyncReaderWriter<v1::ReportResponse, v1::ReportRequest> call_{&context_};
  grpc::Alarm patience_;
  Tag accept_tag_ = {this, Operation::kAccept};
  Tag read_tag_ = {this, Operation::kRead};
  Tag write_tag_ = {this, Operation::kWrite};
  Tag finish_tag_ = {this, Operation::kFinish};
  Tag patience_tag_ = {this, Operation::kPatience};

  absl::Mutex mutex_;
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;  // operations
  bool is_accepted_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_due_ ABSL_GUARDED_BY(mutex_) = false;  // `response_` is to be written
  bool is_ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_finish_begun_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_told_end_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_had_message_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status final_status_ ABSL_GUARDED_BY(mutex_);
  v1::ReportResponse response_ ABSL_GUARDED_BY(mutex_);
  uint64_t acknowledged_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fairlead
