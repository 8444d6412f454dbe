#include "server/passwords/authorization_service.h"

#include <string>

namespace fairlead {
namespace {

template <typename Map>
std::string In(const Map& map, const char* key) {
  const auto found = map.find(key);
  return found == map.end() ? "" : found->second;
}

}  // namespace

grpc::Status AuthorizationService::Check(grpc::ServerContext*,
                                         const envoy::service::auth::v3::CheckRequest* request,
                                         envoy::service::auth::v3::CheckResponse* response) {
  const auto& attributes = request->attributes();
  const std::string file = In(attributes.context_extensions(), kPasswordFileExtension);
  switch (guard_.Check(file, In(attributes.request().http().headers(), "authorization"))) {
    case PasswordGuard::Answer::kYes:
      response->mutable_status()->set_code(grpc::StatusCode::OK);
      response->mutable_ok_response();
      return grpc::Status::OK;
    case PasswordGuard::Answer::kNo:
      response->mutable_status()->set_code(grpc::StatusCode::UNAUTHENTICATED);
      response->mutable_denied_response()->mutable_status()->set_code(
          envoy::type::v3::StatusCode::Unauthorized);
      response->mutable_denied_response()->set_body("Authorization Required\n");
      return grpc::Status::OK;
    case PasswordGuard::Answer::kBusy:
      return grpc::Status(grpc::StatusCode::UNAVAILABLE,
                          "too many passwords are being checked; try again");
  }
  return grpc::Status(grpc::StatusCode::INTERNAL, "no such answer");
}

}  // namespace fairlead
