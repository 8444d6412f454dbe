#pragma once

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "server/base/tls.h"
#include "server/control_plane.h"
#include "server/port.h"
#include "server/subscriptions/xds_service.h"

namespace fairlead {

// What fairlead-server was told by flags, variables and its file.
struct ServerOptions {
  std::string xds_listen = "127.0.0.1:18000";
  std::string agent_listen = "127.0.0.1:18001";
  std::string admin_listen = "127.0.0.1:18002";
  std::string http_listen = "127.0.0.1:18080";
  // "memory": nothing is kept.
  std::string data_dir = "/var/lib/fairlead";
  TlsOptions tls;
  std::string log_level = "info";
  std::string log_format = "auto";
  ControlPlane::Options control;
  XdsService::Options xds;
  Port::Limits xds_port = Port::kXds;
};

// Reads `argv`, the environment and the file. What it yields is the exit code if the process is to
// end (help, or an error, which has been printed).
std::optional<int> ReadServerOptions(int argc, const char* const* argv, ServerOptions& options);

}  // namespace fairlead
