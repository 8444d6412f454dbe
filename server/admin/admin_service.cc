#include "server/admin/admin_service.h"

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/admin/describe.h"
#include "server/admin/names.h"
#include "server/base/grpc_status.h"

namespace fairlead {
namespace {

// How long a watch does not look whether its client is still there.
constexpr absl::Duration kLookAfterClient = absl::Milliseconds(200);

}  // namespace

grpc::Status AdminServiceImpl::ListHosts(grpc::ServerContext*, const v1::ListHostsRequest*,
                                         v1::ListHostsResponse* response) {
  inspection_.Hosts(*response);
  return grpc::Status::OK;
}

grpc::Status AdminServiceImpl::ListServices(grpc::ServerContext*,
                                            const v1::ListServicesRequest* request,
                                            v1::ListServicesResponse* response) {
  inspection_.Services(request->name(), *response);
  if (request->name().empty() || response->services_size() > 0) return grpc::Status::OK;
  v1::ListServicesResponse all;
  inspection_.Services("", all);
  return ToGrpc(HasService(all, request->name()));
}

grpc::Status AdminServiceImpl::ListEndpoints(grpc::ServerContext*,
                                             const v1::ListEndpointsRequest* request,
                                             v1::ListEndpointsResponse* response) {
  inspection_.Endpoints(request->name(), *response);
  if (request->name().empty() || response->endpoints_size() > 0) return grpc::Status::OK;
  v1::ListServicesResponse all;
  inspection_.Services("", all);
  return ToGrpc(HasServiceOrCluster(all, request->name()));
}

grpc::Status AdminServiceImpl::ListProxies(grpc::ServerContext*, const v1::ListProxiesRequest*,
                                           v1::ListProxiesResponse* response) {
  inspection_.Proxies(*response);
  return grpc::Status::OK;
}

grpc::Status AdminServiceImpl::ListProblems(grpc::ServerContext*, const v1::ListProblemsRequest*,
                                            v1::ListProblemsResponse* response) {
  inspection_.Problems(*response);
  return grpc::Status::OK;
}

grpc::Status AdminServiceImpl::Explain(grpc::ServerContext*, const v1::ExplainRequest* request,
                                       v1::ExplainResponse* response) {
  return ToGrpc(explain_.Explain(*request, *response));
}

grpc::Status AdminServiceImpl::Watch(grpc::ServerContext* context, const v1::WatchRequest*,
                                     grpc::ServerWriter<v1::WatchResponse>* writer) {
  const absl::StatusOr<std::unique_ptr<Watches::Watcher>> watcher = watches_.Open();
  if (!watcher.ok()) return ToGrpc(watcher.status());
  if (!writer->Write(WatchingEvent(clock_.Wall()))) return grpc::Status::CANCELLED;
  while (!context->IsCancelled()) {
    const auto event = (*watcher)->Next(kLookAfterClient);
    if (!event.ok()) return ToGrpc(event.status());
    if (*event != nullptr && !writer->Write(**event)) break;
  }
  return grpc::Status::CANCELLED;
}

grpc::Status AdminServiceImpl::PutResources(grpc::ServerContext*,
                                            const v1::PutResourcesRequest* request,
                                            v1::PutResourcesResponse* response) {
  return ToGrpc(resources_.PutResources(*request, *response));
}

grpc::Status AdminServiceImpl::DeleteResources(grpc::ServerContext*,
                                               const v1::DeleteResourcesRequest* request,
                                               v1::DeleteResourcesResponse* response) {
  return ToGrpc(resources_.DeleteResources(*request, *response));
}

grpc::Status AdminServiceImpl::ListResources(grpc::ServerContext*,
                                             const v1::ListResourcesRequest* request,
                                             v1::ListResourcesResponse* response) {
  return ToGrpc(resources_.ListResources(*request, *response));
}

grpc::Status AdminServiceImpl::GetProxyConfig(grpc::ServerContext*,
                                              const v1::GetProxyConfigRequest* request,
                                              v1::GetProxyConfigResponse* response) {
  return ToGrpc(resources_.GetProxyConfig(*request, *response));
}

grpc::Status AdminServiceImpl::PutCertificate(grpc::ServerContext*,
                                              const v1::PutCertificateRequest* request,
                                              v1::PutCertificateResponse* response) {
  return ToGrpc(certificates_.PutCertificate(*request, *response));
}

grpc::Status AdminServiceImpl::DeleteCertificate(grpc::ServerContext*,
                                                 const v1::DeleteCertificateRequest* request,
                                                 v1::DeleteCertificateResponse* response) {
  return ToGrpc(certificates_.DeleteCertificate(*request, *response));
}

grpc::Status AdminServiceImpl::ListCertificates(grpc::ServerContext*,
                                                const v1::ListCertificatesRequest*,
                                                v1::ListCertificatesResponse* response) {
  certificates_.ListCertificates(*response);
  return grpc::Status::OK;
}

}  // namespace fairlead
