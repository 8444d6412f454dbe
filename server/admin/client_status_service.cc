#include "server/admin/client_status_service.h"

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/admin/client_status.h"
#include "server/admin/node_filter.h"
#include "server/base/grpc_status.h"

namespace fairlead {

using envoy::service::status::v3::ClientStatusRequest;
using envoy::service::status::v3::ClientStatusResponse;

grpc::Status ClientStatusService::StreamClientStatus(
    grpc::ServerContext* /*context*/,
    grpc::ServerReaderWriter<ClientStatusResponse, ClientStatusRequest>* stream) {
  if (streams_.fetch_add(1) >= kMostStreams) {
    streams_.fetch_sub(1);
    return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED,
                        absl::StrCat("more than ", kMostStreams,
                                     " streams of client status at once; use FetchClientStatus"));
  }
  absl::Status status;
  ClientStatusRequest request;
  while (status.ok() && stream->Read(&request)) {
    ClientStatusResponse response;
    status = Answer(request, response);
    if (status.ok() && !stream->Write(response)) break;
  }
  streams_.fetch_sub(1);
  return ToGrpc(status);
}

grpc::Status ClientStatusService::FetchClientStatus(grpc::ServerContext* /*context*/,
                                                    const ClientStatusRequest* request,
                                                    ClientStatusResponse* response) {
  return ToGrpc(Answer(*request, *response));
}

absl::Status ClientStatusService::Answer(const ClientStatusRequest& request,
                                         ClientStatusResponse& response) {
  const absl::StatusOr<NodeFilter> filter = NodeFilter::Of(request);
  if (!filter.ok()) return filter.status();
  v1::ListProxiesResponse proxies;
  inspection_.Proxies(proxies);
  absl::flat_hash_set<std::string> done;  // a proxy may have several connections
  size_t bytes = 0;
  for (const v1::Proxy& proxy : proxies.proxies()) {
    if (!filter->Matches(proxy.node_id()) || !done.insert(proxy.node_id()).second) continue;
    v1::GetProxyConfigRequest wanted;
    wanted.set_node_id(proxy.node_id());
    v1::GetProxyConfigResponse config;
    const absl::Status status = resources_.GetProxyConfig(wanted, config);
    if (absl::IsNotFound(status)) continue;  // it left meanwhile
    if (!status.ok()) return status;
    *response.add_config() = ClientConfigOf(proxy, config, request.exclude_resource_contents());
    bytes += response.config(response.config_size() - 1).ByteSizeLong();
    if (bytes > kMostBytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("the answer has more than ", kMostBytes,
                       " bytes; name fewer proxies with node_matchers, or set "
                       "exclude_resource_contents"));
    }
  }
  return absl::OkStatus();
}

}  // namespace fairlead
