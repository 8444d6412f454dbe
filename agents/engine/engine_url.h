#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// Where an engine listens, and how to reach it.
struct EngineUrl {
  // As it was written, for messages.
  std::string text;
  // The path of the Unix socket; empty for TCP.
  std::string unix_path;
  // TCP only. `host` is a name or an address without brackets.
  std::string host;
  int port = 0;
  // TLS over TCP: the directory with ca.pem, cert.pem and key.pem; empty for plain TCP.
  std::string certificate_directory;
  // TLS: whether the engine's certificate must be one of ca.pem's and name the host.
  bool verify = true;
};

// Reads DOCKER_HOST as Docker's own client does: unix:///var/run/docker.sock, or tcp://HOST[:PORT]
// (http:// and https:// mean the same; the port is 2375, with TLS 2376). `certificate_path` and
// `tls_verify` are the values of DOCKER_CERT_PATH and DOCKER_TLS_VERIFY; a TCP engine is spoken to
// with TLS if the former is not empty, and verified if the latter is not. INVALID_ARGUMENT says
// what was expected.
absl::StatusOr<EngineUrl> ParseEngineUrl(absl::string_view text, absl::string_view certificate_path,
                                         absl::string_view tls_verify);

}  // namespace fairlead
