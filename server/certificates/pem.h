#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fairlead {

// OpenSSL's reading of PEM, with statuses for errors. All are pure; any thread. Text around and
// between the blocks is passed over, as OpenSSL's programs do. Messages name no content.

struct OpenSslDeleter {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_CRL* revocations) const { X509_CRL_free(revocations); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using X509Pointer = std::unique_ptr<X509, OpenSslDeleter>;
using RevocationsPointer = std::unique_ptr<X509_CRL, OpenSslDeleter>;
using KeyPointer = std::unique_ptr<EVP_PKEY, OpenSslDeleter>;

// The certificates of `pem` in their order; at least one. INVALID_ARGUMENT: there is none, or one
// that does not parse; RESOURCE_EXHAUSTED: more than `most`.
absl::StatusOr<std::vector<X509Pointer>> CertificatesOfPem(absl::string_view pem, size_t most);
// As above, for lists of revoked certificates.
absl::StatusOr<std::vector<RevocationsPointer>> RevocationsOfPem(absl::string_view pem,
                                                                 size_t most);
// The first private key. INVALID_ARGUMENT: there is none, or it has a password.
absl::StatusOr<KeyPointer> KeyOfPem(absl::string_view pem);

std::string PemOf(X509& certificate);
std::string PemOf(X509_CRL& revocations);
// PKCS #8, without a password.
std::string PemOf(EVP_PKEY& key);

// Subject alternative names that are DNS names, in lower case; of a certificate without any
// alternative name its common name. Those with characters that no name has are left out. Not more
// than `most`.
std::vector<std::string> DnsNamesOf(X509& certificate, size_t most);

absl::Time NotBefore(const X509& certificate);
absl::Time NotAfter(const X509& certificate);

}  // namespace fairlead
