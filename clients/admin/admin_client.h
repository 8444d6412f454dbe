#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fairlead/v1/admin.grpc.pb.h"
#include "server/base/tls.h"

namespace fairlead {

// Changes as the server sees them. For one thread. Ends the call when it is destroyed.
class AdminWatch {
 public:
  ~AdminWatch();
  AdminWatch(const AdminWatch&) = delete;
  AdminWatch& operator=(const AdminWatch&) = delete;

  // The next event, the first of which is WATCHING; absent if none came by `deadline`: the watch
  // goes on, and may be asked again. An error ends the watch: UNAVAILABLE if the server went away,
  // RESOURCE_EXHAUSTED if this reader was too slow.
  absl::StatusOr<std::optional<v1::WatchResponse>> Next(absl::Time deadline);

 private:
  friend class AdminClient;
  AdminWatch(std::string server, std::shared_ptr<grpc::Channel> channel,
             v1::AdminService::Stub& stub);

  // Waits for the first event, which Next then yields.
  absl::Status Begin(absl::Duration timeout);
  absl::Status Finish();

  const std::string server_;
  const std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::optional<v1::WatchResponse> first_;
  v1::WatchResponse event_;  // which the read under way writes to
  std::unique_ptr<grpc::ClientAsyncReader<v1::WatchResponse>> reader_;
  bool started_ = false;  // the call is under way; the one operation in the queue is a read
  bool begun_ = false;    // the first event was there
  bool ended_ = false;    // nothing is in the queue any more
};

// Calls a server's AdminService (proto/fairlead/v1/admin.proto). Thread-safe.
//
// Errors of all calls, with a message for people that says what, where, why and what to do:
//   UNAVAILABLE                         the server cannot be reached, or went away
//   DEADLINE_EXCEEDED                   it was reached and did not answer in time
//   NOT_FOUND                           there is nothing of that name
//   PERMISSION_DENIED, UNAUTHENTICATED  it does not let us
// and whatever else the server says.
class AdminClient {
 public:
  struct Options {
    std::string server = "127.0.0.1:18002";  // HOST:PORT
    TlsOptions tls;
    absl::Duration timeout = absl::Seconds(10);  // of each call; of a watch: until it has begun
  };

  // Connects with the first call, not here. INVALID_ARGUMENT if plain text is not allowed to that
  // address, or a file of TLS cannot be used; other codes if one cannot be read.
  static absl::StatusOr<AdminClient> Create(Options options);

  absl::StatusOr<v1::ListHostsResponse> ListHosts();
  // Of one service, or of all if `name` is empty.
  absl::StatusOr<v1::ListServicesResponse> ListServices(const std::string& name);
  // Of one service or cluster, or of all if `name` is empty.
  absl::StatusOr<v1::ListEndpointsResponse> ListEndpoints(const std::string& name);
  absl::StatusOr<v1::ListProxiesResponse> ListProxies();
  absl::StatusOr<v1::ListProblemsResponse> ListProblems();

  // What these ask and answer is said in admin.proto.
  absl::StatusOr<v1::ExplainResponse> Explain(const v1::ExplainRequest& request);
  absl::StatusOr<v1::PutResourcesResponse> PutResources(const v1::PutResourcesRequest& request);
  absl::StatusOr<v1::DeleteResourcesResponse> DeleteResources(
      const v1::DeleteResourcesRequest& request);
  absl::StatusOr<v1::ListResourcesResponse> ListResources(const v1::ListResourcesRequest& request);
  absl::StatusOr<v1::GetProxyConfigResponse> GetProxyConfig(
      const v1::GetProxyConfigRequest& request);

  absl::StatusOr<v1::PutCertificateResponse> PutCertificate(
      const v1::PutCertificateRequest& request);
  absl::StatusOr<v1::DeleteCertificateResponse> DeleteCertificate(
      const v1::DeleteCertificateRequest& request);
  absl::StatusOr<v1::ListCertificatesResponse> ListCertificates();

  // Returns when the watch has begun: nothing that changes from then on is missed. The watch may
  // outlive the client.
  absl::StatusOr<std::unique_ptr<AdminWatch>> Watch();

 private:
  AdminClient(Options options, std::shared_ptr<grpc::Channel> channel);

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (v1::AdminService::Stub::*method)(grpc::ClientContext*,
                                                                               const Request&,
                                                                               Response*),
                                const Request& request);

  Options options_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AdminService::Stub> stub_;
};

}  // namespace fairlead
