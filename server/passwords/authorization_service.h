#pragma once

#include <grpcpp/grpcpp.h>

#include "envoy/service/auth/v3/external_auth.grpc.pb.h"
#include "server/passwords/password_guard.h"

namespace fairlead {

// envoy.service.auth.v3.Authorization, for the routes whose passwords proxies cannot check by
// themselves: they say which file they ask for (kPasswordFileExtension). A call holds a thread of
// gRPC's for as long as the check takes.
//
// Whoever is no user, or asks for no file, is denied with 401; UNAVAILABLE: there are too many to
// be checked, and it is not known. Nobody is let in by an error: proxies are told so
// (resources/basic_auth.h).
class AuthorizationService final : public envoy::service::auth::v3::Authorization::Service {
 public:
  // `guard` must outlive this.
  explicit AuthorizationService(PasswordGuard& guard) : guard_(guard) {}

  grpc::Status Check(grpc::ServerContext* context,
                     const envoy::service::auth::v3::CheckRequest* request,
                     envoy::service::auth::v3::CheckResponse* response) override;

 private:
  PasswordGuard& guard_;
};

}  // namespace fairlead
