#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include "grpc/health/v1/health.grpc.pb.h"
#include "server/admin/serving_state.h"

namespace fairlead {

// The names that health is told by, beside "" for the process as a whole.
inline constexpr char kXdsHealth[] = "fairlead.xds";
inline constexpr char kAgentsHealth[] = "fairlead.agents";
inline constexpr char kAdminHealth[] = "fairlead.admin";

// grpc.health.v1.Health (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). Not
// gRPC's built-in one, which cannot be called through reflection. One instance for each
// grpc::Server; all show the same state.
//
// A watch ends within 200 ms after its client is gone, and with UNAVAILABLE, after a last
// NOT_SERVING, at ServingState::Shutdown.
class HealthService final : public grpc::health::v1::Health::Service {
 public:
  // Each has a thread. One more is refused with RESOURCE_EXHAUSTED.
  static constexpr size_t kMostWatches = 100;

  explicit HealthService(std::shared_ptr<const ServingState> state) : state_(std::move(state)) {}

  // NOT_FOUND: the service is not known.
  grpc::Status Check(grpc::ServerContext* context,
                     const grpc::health::v1::HealthCheckRequest* request,
                     grpc::health::v1::HealthCheckResponse* response) override;
  // The state now, and then each time that it changes; SERVICE_UNKNOWN while the service is not
  // known.
  grpc::Status Watch(grpc::ServerContext* context,
                     const grpc::health::v1::HealthCheckRequest* request,
                     grpc::ServerWriter<grpc::health::v1::HealthCheckResponse>* writer) override;

 private:
  const std::shared_ptr<const ServingState> state_;
  std::atomic<size_t> watches_{0};
};

}  // namespace fairlead
