#include "server/reports/report_stream.h"

#include <grpc/support/time.h>

#include <utility>

#include "server/base/grpc_status.h"

namespace fairlead {
namespace {

gpr_timespec After(absl::Duration time) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_millis(absl::ToInt64Milliseconds(time), GPR_TIMESPAN));
}

}  // namespace

void ReportStream::Accept(v1::ReportService::AsyncService& service) {
  absl::MutexLock lock(&mutex_);
  ++under_way_;
  service.RequestReport(&context_, &call_, queue_, queue_, &accept_tag_);
}

ReportStream::Event ReportStream::Completed(Operation operation, bool ok) {
  absl::MutexLock lock(&mutex_);
  --under_way_;
  Event event;
  switch (operation) {
    case Operation::kAccept:
      event.accepted = ok;
      if (ok) Accepted();
      break;
    case Operation::kRead:
      if (!has_had_message_) patience_.Cancel();
      if (!ok) {
        FinishWith(absl::OkStatus());
        event.ended = true;
      } else if (!is_ending_) {
        has_had_message_ = true;
        event.has_message = true;
      }
      break;
    case Operation::kWrite:
      is_writing_ = false;
      if (!ok) is_due_ = false;
      WriteIfDue();
      FinishIfDue();
      break;
    case Operation::kFinish:
      event.ended = true;
      patience_.Cancel();
      break;
    case Operation::kPatience:
      if (ok && !has_had_message_) {
        FinishWith(absl::DeadlineExceededError("no Hello came; use fairlead-agent"));
      }
      break;
  }
  event.ended = event.ended && has_had_message_ && !std::exchange(has_told_end_, event.ended);
  event.over = under_way_ == 0 && (is_finish_begun_ || !is_accepted_);
  return event;
}

void ReportStream::Accepted() {
  is_accepted_ = true;
  peer_ = context_.peer();
  if (is_ending_) {
    FinishIfDue();
    return;
  }
  ++under_way_;
  patience_.Set(queue_, After(options_.patience), &patience_tag_);
  Read();
}

v1::ReportRequest ReportStream::TakeMessage() { return std::exchange(message_, {}); }

void ReportStream::Answer(const Catalog::Outcome& outcome) {
  absl::MutexLock lock(&mutex_);
  if (is_ending_) return;
  if (!outcome.status.ok()) {
    FinishWith(outcome.status);
    return;
  }
  if (outcome.acknowledged != acknowledged_) {
    acknowledged_ = outcome.acknowledged;
    is_due_ = true;
  }
  if (!outcome.resync.empty()) {
    response_.set_resync(true);
    response_.set_resync_reason(outcome.resync);
    is_due_ = true;
  }
  WriteIfDue();
  Read();
}

void ReportStream::End(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  FinishWith(status);
}

void ReportStream::Read() {
  ++under_way_;
  call_.Read(&message_, &read_tag_);
}

void ReportStream::WriteIfDue() {
  if (!is_due_ || is_writing_ || is_ending_) return;
  response_.set_acknowledged(acknowledged_);
  response_.set_heartbeat_interval_ms(
      static_cast<uint32_t>(absl::ToInt64Milliseconds(options_.heartbeat_interval)));
  is_due_ = false;
  is_writing_ = true;
  ++under_way_;
  call_.Write(response_, &write_tag_);
  response_.Clear();
}

void ReportStream::FinishWith(const absl::Status& status) {
  if (!is_ending_) final_status_ = ToGrpc(status);
  is_ending_ = true;
  FinishIfDue();
}

void ReportStream::FinishIfDue() {
  if (!is_ending_ || !is_accepted_ || is_writing_ || is_finish_begun_) return;
  is_finish_begun_ = true;
  ++under_way_;
  call_.Finish(final_status_, &finish_tag_);
}

}  // namespace fairlead
