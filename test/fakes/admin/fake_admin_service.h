#pragma once

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "fairlead/v1/admin.grpc.pb.h"

namespace fairlead {

// An AdminService on a real port of loopback, which answers what it is told to. Thread-safe.
class FakeAdminService final : public v1::AdminService::Service {
 public:
  explicit FakeAdminService(
      std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials());
  ~FakeAdminService() override;

  // "127.0.0.1:PORT".
  const std::string& address() const { return address_; }

  void Answer(v1::ListHostsResponse response);
  void Answer(v1::ListServicesResponse response);
  void Answer(v1::ListEndpointsResponse response);
  void Answer(v1::ListProxiesResponse response);
  void Answer(v1::ListProblemsResponse response);
  void Answer(v1::PutResourcesResponse response);
  void Answer(v1::DeleteResourcesResponse response);
  void Answer(v1::ListResourcesResponse response);
  void Answer(v1::GetProxyConfigResponse response);
  void Answer(v1::ListCertificatesResponse response);
  void Answer(v1::ExplainResponse response);
  // From now on every call ends with `status`, a watch at once.
  void Fail(grpc::Status status);
  // From now on no call is answered before its client gives up or the server stops.
  void Stall();
  // What every watch is sent after WATCHING; watches that are open are sent it now.
  void Send(v1::WatchResponse event);
  // Ends the watches, once they have been sent everything, with `status`.
  void EndWatches(grpc::Status status);

  // The name of the last request that had one.
  std::string last_name() const;
  // What was asked last of static resources, of a proxy's configuration, of certificates or to be
  // explained: the request as text.
  std::string last_request() const;

  // Cuts what goes on, and stops listening.
  void Stop();

 private:
  grpc::Status ListHosts(grpc::ServerContext* context, const v1::ListHostsRequest* request,
                         v1::ListHostsResponse* response) override;
  grpc::Status ListServices(grpc::ServerContext* context, const v1::ListServicesRequest* request,
                            v1::ListServicesResponse* response) override;
  grpc::Status ListEndpoints(grpc::ServerContext* context, const v1::ListEndpointsRequest* request,
                             v1::ListEndpointsResponse* response) override;
  grpc::Status ListProxies(grpc::ServerContext* context, const v1::ListProxiesRequest* request,
                           v1::ListProxiesResponse* response) override;
  grpc::Status ListProblems(grpc::ServerContext* context, const v1::ListProblemsRequest* request,
                            v1::ListProblemsResponse* response) override;
  grpc::Status PutResources(grpc::ServerContext* context, const v1::PutResourcesRequest* request,
                            v1::PutResourcesResponse* response) override;
  grpc::Status DeleteResources(grpc::ServerContext* context,
                               const v1::DeleteResourcesRequest* request,
                               v1::DeleteResourcesResponse* response) override;
  grpc::Status ListResources(grpc::ServerContext* context, const v1::ListResourcesRequest* request,
                             v1::ListResourcesResponse* response) override;
  grpc::Status GetProxyConfig(grpc::ServerContext* context,
                              const v1::GetProxyConfigRequest* request,
                              v1::GetProxyConfigResponse* response) override;
  grpc::Status PutCertificate(grpc::ServerContext* context,
                              const v1::PutCertificateRequest* request,
                              v1::PutCertificateResponse* response) override;
  grpc::Status DeleteCertificate(grpc::ServerContext* context,
                                 const v1::DeleteCertificateRequest* request,
                                 v1::DeleteCertificateResponse* response) override;
  grpc::Status ListCertificates(grpc::ServerContext* context,
                                const v1::ListCertificatesRequest* request,
                                v1::ListCertificatesResponse* response) override;
  grpc::Status Explain(grpc::ServerContext* context, const v1::ExplainRequest* request,
                       v1::ExplainResponse* response) override;
  grpc::Status Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                     grpc::ServerWriter<v1::WatchResponse>* writer) override;

  // Waits as long as calls are to stall; yields what the call ends with.
  grpc::Status Outcome(grpc::ServerContext& context) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether `condition` holds; waits for it while the client is there.
  bool Await(grpc::ServerContext& context, const absl::Condition& condition)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  v1::ListHostsResponse hosts_ ABSL_GUARDED_BY(mutex_);
  v1::ListServicesResponse services_ ABSL_GUARDED_BY(mutex_);
  v1::ListEndpointsResponse endpoints_ ABSL_GUARDED_BY(mutex_);
  v1::ListProxiesResponse proxies_ ABSL_GUARDED_BY(mutex_);
  v1::ListProblemsResponse problems_ ABSL_GUARDED_BY(mutex_);
  v1::PutResourcesResponse put_ ABSL_GUARDED_BY(mutex_);
  v1::DeleteResourcesResponse deleted_ ABSL_GUARDED_BY(mutex_);
  v1::ListResourcesResponse resources_ ABSL_GUARDED_BY(mutex_);
  v1::GetProxyConfigResponse proxy_config_ ABSL_GUARDED_BY(mutex_);
  v1::ListCertificatesResponse certificates_ ABSL_GUARDED_BY(mutex_);
  v1::ExplainResponse explained_ ABSL_GUARDED_BY(mutex_);
  std::string last_request_ ABSL_GUARDED_BY(mutex_);
  std::deque<v1::WatchResponse> events_ ABSL_GUARDED_BY(mutex_);
  grpc::Status outcome_ ABSL_GUARDED_BY(mutex_);
  bool stalled_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool watches_end_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Status watch_end_ ABSL_GUARDED_BY(mutex_);
  std::string last_name_ ABSL_GUARDED_BY(mutex_);

  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fairlead
