#pragma once

#include <grpcpp/grpcpp.h>

#include "fairlead/v1/admin.grpc.pb.h"
#include "server/admin/certificate_admin.h"
#include "server/admin/explain_admin.h"
#include "server/admin/inspection.h"
#include "server/admin/resource_admin.h"
#include "server/admin/watches.h"
#include "server/base/clock.h"

namespace fairlead {

// fairlead.v1.AdminService: what operators see, over gRPC. Synchronous: each call, and each watch,
// has a thread of the grpc::Server while it lasts.
//
// A service or cluster that is asked for by a name that does not exist is NOT_FOUND, with the
// nearest name that does. A watch ends with what Watches says, or soon after its client is gone.
class AdminServiceImpl final : public v1::AdminService::Service {
 public:
  // All must outlive the grpc::Server. `clock` tells the time of a watch's first message.
  AdminServiceImpl(Inspection& inspection, ResourceAdmin& resources, CertificateAdmin& certificates,
                   ExplainAdmin& explain, Watches& watches, const Clock& clock = Clock::Real())
      : inspection_(inspection),
        resources_(resources),
        certificates_(certificates),
        explain_(explain),
        watches_(watches),
        clock_(clock) {}

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
  grpc::Status Explain(grpc::ServerContext* context, const v1::ExplainRequest* request,
                       v1::ExplainResponse* response) override;
  grpc::Status Watch(grpc::ServerContext* context, const v1::WatchRequest* request,
                     grpc::ServerWriter<v1::WatchResponse>* writer) override;
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

 private:
  Inspection& inspection_;
  ResourceAdmin& resources_;
  CertificateAdmin& certificates_;
  ExplainAdmin& explain_;
  Watches& watches_;
  const Clock& clock_;
};

}  // namespace fairlead
