#include "test/fakes/admin/fake_admin_service.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace fairlead {
namespace {

// How long a call that waits does not look whether its client is still there.
constexpr absl::Duration kLookAfterClient = absl::Milliseconds(50);

v1::WatchResponse Watching() {
  v1::WatchResponse event;
  event.set_kind(v1::WatchResponse::WATCHING);
  event.set_change("watching");
  event.mutable_time()->set_seconds(1'700'000'000);
  return event;
}

}  // namespace

FakeAdminService::FakeAdminService(std::shared_ptr<grpc::ServerCredentials> credentials) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", std::move(credentials), &port);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  address_ = absl::StrCat("127.0.0.1:", port);
}

FakeAdminService::~FakeAdminService() { Stop(); }

void FakeAdminService::Stop() {
  {
    const absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  server_->Shutdown(std::chrono::system_clock::now());
}

void FakeAdminService::Answer(v1::ListHostsResponse response) {
  const absl::MutexLock lock(&mutex_);
  hosts_ = std::move(response);
}

void FakeAdminService::Answer(v1::ListServicesResponse response) {
  const absl::MutexLock lock(&mutex_);
  services_ = std::move(response);
}

void FakeAdminService::Answer(v1::ListEndpointsResponse response) {
  const absl::MutexLock lock(&mutex_);
  endpoints_ = std::move(response);
}

void FakeAdminService::Answer(v1::ListProxiesResponse response) {
  const absl::MutexLock lock(&mutex_);
  proxies_ = std::move(response);
}

void FakeAdminService::Answer(v1::ListProblemsResponse response) {
  const absl::MutexLock lock(&mutex_);
  problems_ = std::move(response);
}

void FakeAdminService::Answer(v1::PutResourcesResponse response) {
  const absl::MutexLock lock(&mutex_);
  put_ = std::move(response);
}

void FakeAdminService::Answer(v1::DeleteResourcesResponse response) {
  const absl::MutexLock lock(&mutex_);
  deleted_ = std::move(response);
}

void FakeAdminService::Answer(v1::ListResourcesResponse response) {
  const absl::MutexLock lock(&mutex_);
  resources_ = std::move(response);
}

void FakeAdminService::Answer(v1::GetProxyConfigResponse response) {
  const absl::MutexLock lock(&mutex_);
  proxy_config_ = std::move(response);
}

void FakeAdminService::Answer(v1::ListCertificatesResponse response) {
  const absl::MutexLock lock(&mutex_);
  certificates_ = std::move(response);
}

void FakeAdminService::Answer(v1::ExplainResponse response) {
  const absl::MutexLock lock(&mutex_);
  explained_ = std::move(response);
}

void FakeAdminService::Fail(grpc::Status status) {
  const absl::MutexLock lock(&mutex_);
  outcome_ = std::move(status);
}

void FakeAdminService::Stall() {
  const absl::MutexLock lock(&mutex_);
  stalled_ = true;
}

void FakeAdminService::Send(v1::WatchResponse event) {
  const absl::MutexLock lock(&mutex_);
  events_.push_back(std::move(event));
}

void FakeAdminService::EndWatches(grpc::Status status) {
  const absl::MutexLock lock(&mutex_);
  watches_end_ = true;
  watch_end_ = std::move(status);
}

std::string FakeAdminService::last_name() const {
  const absl::MutexLock lock(&mutex_);
  return last_name_;
}

std::string FakeAdminService::last_request() const {
  const absl::MutexLock lock(&mutex_);
  return last_request_;
}

bool FakeAdminService::Await(grpc::ServerContext& context, const absl::Condition& condition) {
  while (!stopped_ && !context.IsCancelled()) {
    if (mutex_.AwaitWithTimeout(condition, kLookAfterClient)) return true;
  }
  return false;
}

grpc::Status FakeAdminService::Outcome(grpc::ServerContext& context) {
  const auto goes_on = [](bool* stalled) { return !*stalled; };
  if (!Await(context, absl::Condition(+goes_on, &stalled_))) return grpc::Status::CANCELLED;
  return outcome_;
}

grpc::Status FakeAdminService::ListHosts(grpc::ServerContext* context, const v1::ListHostsRequest*,
                                         v1::ListHostsResponse* response) {
  const absl::MutexLock lock(&mutex_);
  *response = hosts_;
  return Outcome(*context);
}

grpc::Status FakeAdminService::ListServices(grpc::ServerContext* context,
                                            const v1::ListServicesRequest* request,
                                            v1::ListServicesResponse* response) {
  const absl::MutexLock lock(&mutex_);
  last_name_ = request->name();
  *response = services_;
  return Outcome(*context);
}

grpc::Status FakeAdminService::ListEndpoints(grpc::ServerContext* context,
                                             const v1::ListEndpointsRequest* request,
                                             v1::ListEndpointsResponse* response) {
  const absl::MutexLock lock(&mutex_);
  last_name_ = request->name();
  *response = endpoints_;
  return Outcome(*context);
}

grpc::Status FakeAdminService::ListProxies(grpc::ServerContext* context,
                                           const v1::ListProxiesRequest*,
                                           v1::ListProxiesResponse* response) {
  const absl::MutexLock lock(&mutex_);
  *response = proxies_;
  return Outcome(*context);
}

grpc::Status FakeAdminService::ListProblems(grpc::ServerContext* context,
                                            const v1::ListProblemsRequest*,
                                            v1::ListProblemsResponse* response) {
  const absl::MutexLock lock(&mutex_);
  *response = problems_;
  return Outcome(*context);
}

grpc::Status FakeAdminService::PutResources(grpc::ServerContext* context,
                                            const v1::PutResourcesRequest* request,
                                            v1::PutResourcesResponse* response) {
  const absl::MutexLock lock(&mutex_);
  last_request_ = request->ShortDebugString();
  *response = put_;
  return Outcome(*context);
}

grpc::Status FakeAdminService::DeleteResources(grpc::ServerContext* context,
                                               const v1::DeleteResourcesRequest* request,
                                               v1::DeleteResourcesResponse* response) {
  const absl::MutexLock lock(&mutex_);
  last_request_ = request->ShortDebugString();
  *response = deleted_;
  return Outcome(*context);
}

grpc::Status FakeAdminService::ListResources(grpc::ServerContext* context,
                                             const v1::ListResourcesRequest* request,
                                             v1::ListResourcesResponse* response) {
  const absl::MutexLock lock(&mutex_);
  last_request_ = request->ShortDebugString();
  *response = resources_;
  return Outcome(*context);
}

grpc::Status FakeAdminService::GetProxyConfig(grpc::ServerContext* context,
                                              const v1::GetProxyConfigRequest* request,
                                              v1::GetProxyConfigResponse* response) {
  const absl::MutexLock lock(&mutex_);
  last_request_ = request->ShortDebugString();
  *response = proxy_config_;
  return Outcome(*context);
}

grpc::Status FakeAdminService::Explain(grpc::ServerContext* context,
                                       const v1::ExplainRequest* request,
                                       v1::ExplainResponse* response) {
  const absl::MutexLock lock(&mutex_);
  last_request_ = request->ShortDebugString();
  *response = explained_;
  return Outcome(*context);
}

grpc::Status FakeAdminService::PutCertificate(grpc::ServerContext* context,
                                              const v1::PutCertificateRequest* request,
                                              v1::PutCertificateResponse* response) {
  const absl::MutexLock lock(&mutex_);
  last_request_ = request->ShortDebugString();
  response->set_changed(true);
  return Outcome(*context);
}

grpc::Status FakeAdminService::DeleteCertificate(grpc::ServerContext* context,
                                                 const v1::DeleteCertificateRequest* request,
                                                 v1::DeleteCertificateResponse*) {
  const absl::MutexLock lock(&mutex_);
  last_request_ = request->ShortDebugString();
  return Outcome(*context);
}

grpc::Status FakeAdminService::ListCertificates(grpc::ServerContext* context,
                                                const v1::ListCertificatesRequest*,
                                                v1::ListCertificatesResponse* response) {
  const absl::MutexLock lock(&mutex_);
  *response = certificates_;
  return Outcome(*context);
}

grpc::Status FakeAdminService::Watch(grpc::ServerContext* context, const v1::WatchRequest*,
                                     grpc::ServerWriter<v1::WatchResponse>* writer) {
  const absl::MutexLock lock(&mutex_);
  const grpc::Status outcome = Outcome(*context);
  if (!outcome.ok()) return outcome;
  writer->Write(Watching());
  size_t sent = 0;
  const auto changed = [this, &sent]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return sent < events_.size() || watches_end_;
  };
  while (Await(*context, absl::Condition(&changed))) {
    if (sent == events_.size()) return watch_end_;
    if (!writer->Write(events_[sent++])) break;
  }
  return grpc::Status::CANCELLED;
}

}  // namespace fairlead
