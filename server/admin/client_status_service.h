#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstddef>

#include "absl/status/status.h"
#include "envoy/service/status/v3/csds.grpc.pb.h"
#include "server/admin/inspection.h"
#include "server/admin/resource_admin.h"

namespace fairlead {

// CSDS: what each connected proxy has been sent and how it took that, in the field's own words, for
// tools that know them. Secrets are left out as in GetProxyConfig. Source:
// envoy/service/status/v3/csds.proto. One instance for each grpc::Server.
class ClientStatusService final
    : public envoy::service::status::v3::ClientStatusDiscoveryService::Service {
 public:
  // Each has a thread. One more is refused with RESOURCE_EXHAUSTED.
  static constexpr size_t kMostStreams = 16;
  // Bytes of one answer. More is refused with RESOURCE_EXHAUSTED, which says how to ask for less.
  static constexpr size_t kMostBytes = 64 << 20;

  // Both must outlive this.
  ClientStatusService(Inspection& inspection, ResourceAdmin& resources)
      : inspection_(inspection), resources_(resources) {}

  // One answer to each request.
  grpc::Status StreamClientStatus(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<envoy::service::status::v3::ClientStatusResponse,
                               envoy::service::status::v3::ClientStatusRequest>* stream) override;
  grpc::Status FetchClientStatus(
      grpc::ServerContext* context, const envoy::service::status::v3::ClientStatusRequest* request,
      envoy::service::status::v3::ClientStatusResponse* response) override;

 private:
  absl::Status Answer(const envoy::service::status::v3::ClientStatusRequest& request,
                      envoy::service::status::v3::ClientStatusResponse& response);

  Inspection& inspection_;
  ResourceAdmin& resources_;
  std::atomic<size_t> streams_{0};
};

}  // namespace fairlead
