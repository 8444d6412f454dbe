#pragma once

#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <vector>

namespace fairlead {

// The discovery services by name, so that server reflection lists them (grpcurl list). Their
// streams are left to the generic service; the unary Fetch methods, which are REST's, are
// UNIMPLEMENTED. The aggregated service (ADS) is served too, but cannot be listed: it has no other
// methods, and gRPC 1.51 lists no service whose methods are all generic.
class DiscoveryServices {
 public:
  DiscoveryServices();

  // With a generic service in the same builder. This must outlive the server.
  void Register(grpc::ServerBuilder& builder);

 private:
  std::vector<std::unique_ptr<grpc::Service>> services_;
};

}  // namespace fairlead
