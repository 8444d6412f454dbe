#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/base/tls.h"

namespace fairlead {

// What a proxy is started with to be told the rest by the server.
struct Bootstrap {
  std::string xds = "127.0.0.1:18000";  // HOST:PORT of the server's xDS port
  std::string node_id;
  std::string group = "default";
  std::string host;                   // the Docker host that it stands on; empty: outside
  std::vector<std::string> networks;  // names; empty: the host's own network
  std::string zone;
  int admin_port = 0;  // of Envoy's admin page, on 127.0.0.1; 0: none
  bool delta = true;
  TlsOptions tls;  // with its files: the proxy shows that certificate
};

// An Envoy bootstrap (YAML, API v3). Every value is quoted, so that no name breaks it.
// INVALID_ARGUMENT: `xds` is no HOST:PORT.
absl::StatusOr<std::string> EnvoyBootstrap(const Bootstrap& bootstrap);

// The JSON that xDS clients of gRPC read (GRPC_XDS_BOOTSTRAP, gRFC A27).
absl::StatusOr<std::string> GrpcBootstrap(const Bootstrap& bootstrap);

}  // namespace fairlead
