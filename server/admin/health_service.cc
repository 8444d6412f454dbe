#include "server/admin/health_service.h"

#include <optional>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr absl::Duration kLookAfterClient = absl::Milliseconds(200);

HealthCheckResponse Response(std::optional<bool> serving) {
  HealthCheckResponse response;
  response.set_status(!serving.has_value() ? HealthCheckResponse::SERVICE_UNKNOWN
                      : *serving           ? HealthCheckResponse::SERVING
                                           : HealthCheckResponse::NOT_SERVING);
  return response;
}

}  // namespace

grpc::Status HealthService::Check(grpc::ServerContext*, const HealthCheckRequest* request,
                                  HealthCheckResponse* response) {
  const std::optional<bool> serving = state_->Get(request->service());
  if (!serving.has_value()) {
    return {grpc::StatusCode::NOT_FOUND,
            absl::StrCat("no service '", Quoted(request->service()), "' is known; ask for ",
                         kXdsHealth, ", ", kAgentsHealth, ", ", kAdminHealth,
                         ", or with an empty name for the whole process")};
  }
  *response = Response(serving);
  return grpc::Status::OK;
}

grpc::Status HealthService::Watch(grpc::ServerContext* context, const HealthCheckRequest* request,
                                  grpc::ServerWriter<HealthCheckResponse>* writer) {
  const absl::Cleanup leave = [this] { --watches_; };
  if (++watches_ > kMostWatches) {
    return {grpc::StatusCode::RESOURCE_EXHAUSTED,
            absl::StrCat("health has ", kMostWatches, " watchers already; end one of them")};
  }
  ServingState::Seen seen{state_->Get(request->service())};
  if (!writer->Write(Response(seen.serving))) return grpc::Status::CANCELLED;
  while (!context->IsCancelled()) {
    const std::optional<bool> known = seen.serving;
    seen = state_->Await(request->service(), known, kLookAfterClient);
    if (seen.serving != known && !writer->Write(Response(seen.serving))) break;
    if (seen.over) return {grpc::StatusCode::UNAVAILABLE, "the server shuts down"};
  }
  return grpc::Status::CANCELLED;
}

}  // namespace fairlead
