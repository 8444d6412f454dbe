#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "server/certificates/certificates.h"
#include "server/snapshot/snapshot.h"

namespace fairlead {

// How the secrets (SDS) of certificates are called: "certificate/shop.example", and for the
// authorities of its clients "ca/shop.example".
std::string CertificateSecretName(absl::string_view certificate);
std::string AuthoritiesSecretName(absl::string_view certificate);
// The authorities of clients where a certificate has none of its own.
inline constexpr char kAuthoritiesForAllSecret[] = "ca";

// The chain and the private key of a certificate. To be shown only as Redacted makes it.
envoy::extensions::transport_sockets::tls::v3::Secret CertificateSecretOf(
    const Certificate& certificate);

// Whose certificates clients may show. `name`: of the secret. Without usable authorities it is one
// that no certificate passes.
envoy::extensions::transport_sockets::tls::v3::Secret AuthoritiesSecretOf(
    const std::string& name, const ClientAuthorities& clients);

// The secrets that come, change and go with these certificates. `for_all`: the authorities of
// clients where a certificate has none of its own.
std::vector<ResourceChange> SecretChanges(const CertificateChanges& changes,
                                          const absl::optional<ClientAuthorities>& for_all);

}  // namespace fairlead
