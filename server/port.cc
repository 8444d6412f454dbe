#include "server/port.h"

#include <chrono>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

constexpr int kMostThreads = 256;
constexpr int kMostMetadataBytes = 8 * 1024;
constexpr int kHandshakeTimeoutMilliseconds = 5'000;
// What a connection keeps to read into: at first, and at most where it reads much. Most ACKs have
// some 100 bytes; state-of-the-world clients repeat all their names.
constexpr int kReadBytes = 1024;
constexpr int kMostReadBytes = 16 * 1024;

int Milliseconds(absl::Duration time) { return static_cast<int>(absl::ToInt64Milliseconds(time)); }

}  // namespace

absl::Status Port::Bind(const std::string& address, const TlsOptions& tls, const Limits& limits) {
  const auto credentials = ServerCredentials(tls, {address});
  if (!credentials.ok()) return credentials.status();
  auto acceptor = Acceptor::Bind(address);
  if (!acceptor.ok()) return acceptor.status();
  acceptor_ = *std::move(acceptor);
  address_ = acceptor_->address();
  acceptor_->AddTo(builder_, *credentials);
  builder_.SetMaxReceiveMessageSize(limits.most_message_bytes);
  // A synchronous call holds a thread for as long as it lasts.
  builder_.SetResourceQuota(grpc::ResourceQuota().SetMaxThreads(kMostThreads));
  builder_.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMostMetadataBytes);
  builder_.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMilliseconds);
  if (limits.most_streams > 0) {
    builder_.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.most_streams);
  }
  // The probe asks a client for a PING's answer whenever it says something after some quiet, to
  // learn how wide a window long uploads need. Nobody uploads here, and each answer of a proxy
  // would cost one.
  builder_.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder_.AddChannelArgument(GRPC_ARG_TCP_READ_CHUNK_SIZE, kReadBytes);
  builder_.AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, kMostReadBytes);
  builder_.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(limits.keepalive_time));
  builder_.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                              Milliseconds(limits.keepalive_timeout));
  builder_.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder_.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  builder_.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              Milliseconds(limits.least_ping_interval));
  return absl::OkStatus();
}

Port::~Port() {
  server_.reset();
  if (unpolled_ == nullptr) return;
  unpolled_->Shutdown();
  void* tag;
  bool ok;
  while (unpolled_->Next(&tag, &ok)) {
  }
}

// gRPC lets the threads of synchronous services wait without polling if the server has a queue of
// the asynchronous API too, whose threads poll. All of a process's connections are in one epoll
// set, so that it does not matter which server's threads these are: with gRPC's own choice of a
// poller, epoll.
void Port::LeavePollingToOthers() {
  if (std::getenv("GRPC_POLL_STRATEGY") == nullptr) unpolled_ = builder_.AddCompletionQueue();
}

absl::Status Port::Build() {
  server_ = builder_.BuildAndStart();
  if (server_ != nullptr) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("gRPC did not start a server on ", address_));
}

void Port::Shutdown(absl::Duration patience) {
  acceptor_.reset();
  if (server_ != nullptr) {
    server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(patience));
  }
}

}  // namespace fairlead
