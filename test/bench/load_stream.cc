#include "test/bench/load_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

constexpr char kSotwMethod[] =
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";
constexpr char kDeltaMethod[] =
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

// A stream's initial window; Envoy's http2_protocol_options.initial_stream_window_size where a
// bootstrap sets none (envoy.config.core.v3.Http2ProtocolOptions, since 1.36; 256 MiB before).
constexpr int kEnvoyWindowBytes = 16 * 1024 * 1024;

std::shared_ptr<grpc::Channel> OwnConnection(const LoadPlan& plan) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, -1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (!plan.like_grpc) {
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kEnvoyWindowBytes);
  }
  return grpc::CreateCustomChannel(plan.address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

LoadStream::LoadStream(const LoadPlan& plan, size_t number, grpc::CompletionQueue& queue,
                       LoadObserver& observer)
    : plan_(plan), number_(number), observer_(observer), progress_(plan.subscriptions.size()) {
  context_.set_wait_for_ready(true);
  stub_ = std::make_unique<grpc::GenericStub>(OwnConnection(plan));
  call_ = stub_->PrepareCall(
      &context_, plan.variant == XdsVariant::kSotw ? kSotwMethod : kDeltaMethod, &queue);
  call_->StartCall(Begin(started_));
}

void LoadStream::Cancel() {
  if (over_) return;
  broken_ = true;
  context_.TryCancel();
  FinishIfBroken();
}

void LoadStream::OnStarted(bool ok) {
  if (!ok) {
    broken_ = true;
    return;
  }
  Read();
  Ask();
  Advance();
}

// The first request of the type that is next; the stream's very first names the client.
void LoadStream::Ask() {
  const grpc::Slice& request = plan_.subscriptions[current_].request;
  progress_[current_].asked = true;
  if (current_ > 0) return Write(grpc::ByteBuffer(&request, 1));
  const grpc::Slice slices[] = {
      grpc::Slice(NodeBytes(plan_.variant, absl::StrCat("load-", number_))), request};
  Write(grpc::ByteBuffer(slices, 2));
}

// Goes on to the next type as long as what was expected is there.
void LoadStream::Advance() {
  while (current_ < progress_.size() &&
         progress_[current_].received >= plan_.subscriptions[current_].expected) {
    if (++current_ < progress_.size()) {
      Ask();
    } else {
      observer_.OnSynced(*this);
    }
  }
}

void LoadStream::Read() {
  if (reads_ && !broken_) call_->Read(&incoming_, Begin(read_));
}

void LoadStream::OnRead(bool ok) {
  if (!ok) {
    broken_ = true;
    return;
  }
  Take();
  if (broken_) return;
  Read();
  Advance();
}

// Counts what came and ACKs it.
void LoadStream::Take() {
  incoming_.Dump(&slices_);
  pieces_.clear();
  for (const grpc::Slice& slice : slices_) {
    pieces_.emplace_back(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  const absl::optional<DiscoveryScan> scan = ScanDiscovery(
      plan_.variant, pieces_, [this](absl::string_view name, absl::string_view version) {
        observer_.OnResource(*this, name, version);
      });
  slices_.clear();
  incoming_.Clear();
  if (!scan.has_value()) {
    end_ = grpc::Status(grpc::StatusCode::INTERNAL, "the server sent what is no xDS response");
    return Cancel();
  }
  ++counts_.responses;
  counts_.resources += scan->resources;
  counts_.removed += scan->removed;
  counts_.bytes += scan->bytes;
  for (size_t i = 0; i < progress_.size(); ++i) {
    if (plan_.subscriptions[i].type_url != scan->type_url) continue;
    progress_[i].received += scan->resources;
    const grpc::Slice slices[] = {grpc::Slice(AckBytes(plan_.variant, scan->version, scan->nonce)),
                                  plan_.subscriptions[i].ack};
    Write(grpc::ByteBuffer(slices, 2));
  }
  observer_.OnResponse(*this, *scan);
}

void LoadStream::Write(grpc::ByteBuffer message) {
  outgoing_.push_back(std::move(message));
  WriteNext();
}

void LoadStream::WriteNext() {
  if (writing_ || broken_ || outgoing_.empty()) return;
  writing_ = true;
  call_->Write(outgoing_.front(), Begin(written_));
}

void LoadStream::OnWritten(bool ok) {
  writing_ = false;
  outgoing_.pop_front();
  // That the stream broke is told by the read, with the reason.
  if (ok) WriteNext();
  broken_ = broken_ || (!ok && !reads_);
}

void LoadStream::FinishIfBroken() {
  if (!broken_ || finishing_ || under_way_ > 0) return;
  finishing_ = true;
  call_->Finish(&status_, Begin(finished_));
}

void LoadStream::OnFinished(bool) {
  over_ = true;
  observer_.OnOver(*this, end_.ok() ? status_ : end_);
}

}  // namespace fairlead
