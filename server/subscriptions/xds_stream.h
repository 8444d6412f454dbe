#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "fairlead/v1/admin.pb.h"
#include "server/subscriptions/answer_limit.h"
#include "server/subscriptions/stream_state.h"
#include "server/subscriptions/xds_queue.h"
#include "server/subscriptions/xds_service.h"

namespace fairlead {

// One call on the xDS port: reads, writes and finishes; what to say is StreamState's. Lives on its
// queue's thread and is removed when the call is over and nothing of it is under way.
class XdsStream {
 public:
  XdsStream(XdsQueue& queue, uint64_t number);

  // Asks for the next call; the stream begins when there is one.
  void Accept();

  // The stream stands in that view from now on.
  void Attach(std::shared_ptr<ViewStreams> view);
  void Refuse(const absl::Status& status);
  // Something that its client wants has changed.
  void OnChange() { WriteNext(); }
  void OnTimer();
  // Nothing for a call whose client has not said who it is.
  absl::optional<v1::Proxy> Describe() const;
  bool IsOf(const std::string& node_id) const {
    return proxy_.has_value() && proxy_->node_id == node_id;
  }
  // Adds what the client has been sent.
  void DescribeConfig(const std::vector<Type>& types, v1::GetProxyConfigResponse& response) const;
  // Adds those of `resources` that the client has.
  void FindHeld(const std::vector<NamedResource>& resources, std::vector<HeldByClient>& held) const;

  uint64_t number() const { return number_; }

 private:
  // Binds a completion to a member function.
  class Step final : public Completion {
   public:
    Step(XdsStream& stream, void (XdsStream::*done)(bool)) : stream_(stream), done_(done) {}
    void Complete(bool ok) override;

   private:
    XdsStream& stream_;
    void (XdsStream::*const done_)(bool);
  };

  void OnCall(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void OnOver(bool ok);

  void AwaitFirstMessage();
  void SetTimer(absl::Duration when);
  void Read();
  // Takes `incoming_`, and goes on to read.
  void TakeIncoming();
  absl::Status Take(const grpc::Slice& message);
  absl::StatusOr<XdsRequest> Parse(const grpc::Slice& message) const;
  absl::Status TakeNode(const std::string& node);
  // Tells the observer how the client took what it was sent, no more often than AnswerLimit says.
  void ReportAnswers();
  // Tells the observer what of the type its client is not sent, as often as its answers.
  void ReportWithheld(const Subscription& subscription, absl::Duration now);
  void WriteNext();
  // Finishes with `status` as soon as no write is under way.
  void End(grpc::Status status);
  void FinishIfIdle();

  XdsQueue& queue_;
  const uint64_t number_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  Step call_{*this, &XdsStream::OnCall};
  Step read_{*this, &XdsStream::OnRead};
  Step write_{*this, &XdsStream::OnWritten};
  Step finish_{*this, &XdsStream::OnFinished};
  Step over_{*this, &XdsStream::OnOver};
  int under_way_ = 0;  // completions that will still come
  bool counted_ = false;
  bool writing_ = false;
  bool broken_ = false;
  bool finishing_ = false;
  absl::optional<grpc::Status> end_;

  grpc::ByteBuffer incoming_;
  absl::optional<grpc::Slice> first_message_;  // until the view is there
  StreamState::Options options_;
  absl::optional<StreamState> state_;  // from Attach on
  absl::optional<ProxyIdentity> proxy_;
  std::string variant_name_;
  std::string user_agent_;
  absl::Time connected_at_;
  absl::Duration timer_ = absl::InfiniteDuration();
  AnswerLimit answers_;
  AnswerLimit withheld_;
};

}  // namespace fairlead
