#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "clients/cli/address.h"

namespace fairlead {

// What a proxy is told at its start: where the server is, and where the proxy itself stands.
struct Bootstrap {
  enum class Variant { kDelta, kStateOfTheWorld };
  // Files on the proxy's machine; all three, or none: plain text.
  struct Tls {
    std::string certificate_file;
    std::string key_file;
    std::string authorities_file;
  };

  HostPort xds;
  std::string node_id;                // one of its own for each proxy
  std::string group;                  // empty: the default group
  std::string host;                   // the Docker host that it stands on; empty: outside
  std::vector<std::string> networks;  // that it is limited to; empty: those of its host
  std::string container;              // whose networks these are, to be followed; empty: none
  std::string zone;
  uint16_t admin_port = 0;            // of Envoy's own admin page, on 127.0.0.1; 0: none
  std::string admin_socket;           // path of a Unix socket for that page, in place of a port
  Variant variant = Variant::kDelta;  // Envoy's; gRPC speaks state of the world alone
  Tls tls;
};

// A name that may stand in a bootstrap: 1 to 253 bytes of UTF-8 without control characters, which
// is what the server takes. INVALID_ARGUMENT says which of these it is not.
absl::Status CheckName(absl::string_view name);

// The bootstrap of an Envoy, in YAML, for `envoy -c FILE`. Tried with Envoy 1.40.
// Source: envoy.config.bootstrap.v3.Bootstrap. What is said in `bootstrap` stands in double quotes
// and cannot end them.
std::string EnvoyBootstrap(const Bootstrap& bootstrap);

// The bootstrap of gRPC clients, in JSON, for GRPC_XDS_BOOTSTRAP.
// Source: gRPC proposals A27 (format), A65 (credentials "tls").
std::string GrpcBootstrap(const Bootstrap& bootstrap);

}  // namespace fairlead
