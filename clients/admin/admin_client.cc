#include "clients/admin/admin_client.h"

#include <utility>

#include "clients/admin/call_error.h"

namespace fairlead {
namespace {

// Ten thousand endpoints are some 3 MiB.
constexpr int kLargestAnswer = 64 << 20;

std::shared_ptr<grpc::Channel> Connection(
    const std::string& server, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kLargestAnswer);
  // A watch notices within 30 s that the server's machine is gone.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  // An HTTP proxy is no way to the machines around; $http_proxy is for others.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(server, credentials, arguments);
}

bool IsConnected(grpc::Channel& channel) {
  return channel.GetState(/*try_to_connect=*/false) == GRPC_CHANNEL_READY;
}

}  // namespace

absl::StatusOr<AdminClient> AdminClient::Create(Options options) {
  const auto credentials = ChannelCredentials(options.tls, {options.server});
  if (!credentials.ok()) return credentials.status();
  auto channel = Connection(options.server, *credentials);
  return AdminClient(std::move(options), std::move(channel));
}

AdminClient::AdminClient(Options options, std::shared_ptr<grpc::Channel> channel)
    : options_(std::move(options)),
      channel_(std::move(channel)),
      stub_(v1::AdminService::NewStub(channel_)) {}

template <typename Request, typename Response>
absl::StatusOr<Response> AdminClient::Call(
    grpc::Status (v1::AdminService::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
    const Request& request) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
  Response response;
  const grpc::Status status = ((*stub_).*method)(&context, request, &response);
  if (!status.ok()) return CallError(status, options_.server, IsConnected(*channel_));
  return response;
}

absl::StatusOr<v1::ListHostsResponse> AdminClient::ListHosts() {
  return Call(&v1::AdminService::Stub::ListHosts, v1::ListHostsRequest());
}

absl::StatusOr<v1::ListServicesResponse> AdminClient::ListServices(const std::string& name) {
  v1::ListServicesRequest request;
  request.set_name(name);
  return Call(&v1::AdminService::Stub::ListServices, request);
}

absl::StatusOr<v1::ListEndpointsResponse> AdminClient::ListEndpoints(const std::string& name) {
  v1::ListEndpointsRequest request;
  request.set_name(name);
  return Call(&v1::AdminService::Stub::ListEndpoints, request);
}

absl::StatusOr<v1::ListProxiesResponse> AdminClient::ListProxies() {
  return Call(&v1::AdminService::Stub::ListProxies, v1::ListProxiesRequest());
}

absl::StatusOr<v1::ListProblemsResponse> AdminClient::ListProblems() {
  return Call(&v1::AdminService::Stub::ListProblems, v1::ListProblemsRequest());
}

absl::StatusOr<v1::ExplainResponse> AdminClient::Explain(const v1::ExplainRequest& request) {
  return Call(&v1::AdminService::Stub::Explain, request);
}

absl::StatusOr<v1::PutResourcesResponse> AdminClient::PutResources(
    const v1::PutResourcesRequest& request) {
  return Call(&v1::AdminService::Stub::PutResources, request);
}

absl::StatusOr<v1::DeleteResourcesResponse> AdminClient::DeleteResources(
    const v1::DeleteResourcesRequest& request) {
  return Call(&v1::AdminService::Stub::DeleteResources, request);
}

absl::StatusOr<v1::ListResourcesResponse> AdminClient::ListResources(
    const v1::ListResourcesRequest& request) {
  return Call(&v1::AdminService::Stub::ListResources, request);
}

absl::StatusOr<v1::GetProxyConfigResponse> AdminClient::GetProxyConfig(
    const v1::GetProxyConfigRequest& request) {
  return Call(&v1::AdminService::Stub::GetProxyConfig, request);
}

absl::StatusOr<v1::PutCertificateResponse> AdminClient::PutCertificate(
    const v1::PutCertificateRequest& request) {
  return Call(&v1::AdminService::Stub::PutCertificate, request);
}

absl::StatusOr<v1::DeleteCertificateResponse> AdminClient::DeleteCertificate(
    const v1::DeleteCertificateRequest& request) {
  return Call(&v1::AdminService::Stub::DeleteCertificate, request);
}

absl::StatusOr<v1::ListCertificatesResponse> AdminClient::ListCertificates() {
  return Call(&v1::AdminService::Stub::ListCertificates, v1::ListCertificatesRequest());
}

absl::StatusOr<std::unique_ptr<AdminWatch>> AdminClient::Watch() {
  std::unique_ptr<AdminWatch> watch(new AdminWatch(options_.server, channel_, *stub_));
  const absl::Status begun = watch->Begin(options_.timeout);
  if (!begun.ok()) return begun;
  return watch;
}

AdminWatch::AdminWatch(std::string server, std::shared_ptr<grpc::Channel> channel,
                       v1::AdminService::Stub& stub)
    : server_(std::move(server)),
      channel_(std::move(channel)),
      reader_(stub.PrepareAsyncWatch(&context_, v1::WatchRequest(), &queue_)) {
  reader_->StartCall(this);
}

AdminWatch::~AdminWatch() {
  context_.TryCancel();
  queue_.Shutdown();
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) {
  }
}

absl::Status AdminWatch::Begin(absl::Duration timeout) {
  absl::StatusOr<std::optional<v1::WatchResponse>> first = Next(absl::Now() + timeout);
  if (!first.ok()) return first.status();
  if (!first->has_value()) {
    return CallError({grpc::StatusCode::DEADLINE_EXCEEDED, ""}, server_, IsConnected(*channel_));
  }
  first_ = *std::move(first);
  begun_ = true;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::WatchResponse>> AdminWatch::Next(absl::Time deadline) {
  if (first_.has_value()) return std::exchange(first_, std::nullopt);
  if (ended_) return absl::FailedPreconditionError("the watch has ended");
  while (true) {
    void* tag = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&tag, &ok, absl::ToChronoTime(deadline)) !=
        grpc::CompletionQueue::GOT_EVENT) {
      return std::nullopt;
    }
    if (!ok) return Finish();
    if (!started_) {
      started_ = true;
      reader_->Read(&event_, this);
      continue;
    }
    v1::WatchResponse event = std::move(event_);
    event_.Clear();
    reader_->Read(&event_, this);
    return event;
  }
}

absl::Status AdminWatch::Finish() {
  ended_ = true;
  grpc::Status status;
  reader_->Finish(&status, this);
  void* tag = nullptr;
  bool ok = false;
  queue_.Next(&tag, &ok);
  if (begun_) return WatchError(status, server_);
  if (status.ok() || status.error_code() == grpc::StatusCode::CANCELLED) {
    // A server that stops ends its watches so.
    status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed");
  }
  return CallError(status, server_, IsConnected(*channel_));
}

}  // namespace fairlead
