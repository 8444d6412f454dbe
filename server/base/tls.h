#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/base/settings.h"

namespace fairlead {

// How one process proves itself to its peers, and whom it believes. All three files or none of
// them: with TLS both sides show a certificate.
struct TlsOptions {
  std::string certificate_file;  // PEM: the process's own certificate, and what lies between it and
                                 // an authority
  std::string key_file;          // PEM: the private key of that certificate
  std::string authorities_file;  // PEM: the authorities whose certificates are believed
  bool insecure = false;         // plain text is allowed to and on any address
};

// Adds --tls-cert, --tls-key, --tls-ca and --insecure.
void AddTlsSettings(Settings& settings, TlsOptions* options);

// Whether what is said to "HOST:PORT" stays on this machine: 127.0.0.0/8, [::1], localhost,
// unix:PATH.
bool IsLoopback(absl::string_view address);

// Credentials to call `addresses`: TLS if the files are there, else plain text if every address is
// on loopback or `insecure` is set. Else INVALID_ARGUMENT, which says what to do. The server's
// certificate must name the host that is called (RFC 6125). Files that are replaced later are taken
// up within 10 s, by new connections.
//
// The files are read at once; one that is absent, no PEM, or a key that is not the certificate's,
// is an error that names the file.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentials(
    const TlsOptions& options, const std::vector<std::string>& addresses);

// The same to listen on `addresses`. With TLS a client without a certificate of the authorities is
// refused in the handshake. `addresses` are "HOST:PORT"; a host that is no loopback address
// ("0.0.0.0", "") needs TLS or `insecure`.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(
    const TlsOptions& options, const std::vector<std::string>& addresses);

}  // namespace fairlead
