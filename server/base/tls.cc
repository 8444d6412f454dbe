#include "server/base/tls.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/base/file.h"

namespace fairlead {
namespace {

constexpr unsigned int kRefreshSeconds = 10;
constexpr size_t kLargestPem = 1 << 20;

std::string WhatOpenSslSays() {
  const unsigned long error = ERR_get_error();  // NOLINT(runtime/int): OpenSSL's type
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(error);
  return reason == nullptr ? "no reason given" : reason;
}

absl::Status Unusable(absl::string_view what, const std::string& file) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot use ", file, " as ", what, ": ", WhatOpenSslSays()));
}

// Whether the three files are what they should be. gRPC reads them by itself, later, and would only
// log.
absl::Status CheckFiles(const TlsOptions& options) {
  for (const std::string& file :
       {options.certificate_file, options.key_file, options.authorities_file}) {
    const absl::StatusOr<std::string> content = ReadFile(file, kLargestPem);
    if (!content.ok()) return content.status();
  }
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_method()),
                                                             &SSL_CTX_free);
  const std::string& certificate = options.certificate_file;
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    return Unusable("certificate (--tls-cert)", certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), options.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Unusable("the key (--tls-key) of that certificate", options.key_file);
  }
  const std::string& authorities = options.authorities_file;
  if (SSL_CTX_load_verify_locations(context.get(), authorities.c_str(), nullptr) != 1) {
    return Unusable("authorities (--tls-ca)", authorities);
  }
  return absl::OkStatus();
}

// Whether to use TLS for `addresses`, or why neither it nor plain text can be.
absl::StatusOr<bool> UseTls(const TlsOptions& options, const std::vector<std::string>& addresses) {
  const bool any = !options.certificate_file.empty() || !options.key_file.empty() ||
                   !options.authorities_file.empty();
  const bool all = !options.certificate_file.empty() && !options.key_file.empty() &&
                   !options.authorities_file.empty();
  if (any && !all) {
    return absl::InvalidArgumentError(
        "TLS needs --tls-cert, --tls-key and --tls-ca together; at least one of them is missing");
  }
  if (all) {
    const absl::Status checked = CheckFiles(options);
    if (!checked.ok()) return checked;
    return true;
  }
  if (options.insecure) return false;
  for (const std::string& address : addresses) {
    if (IsLoopback(address)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "'", address, "' is not a loopback address, and plain text would be readable on the way; ",
        "give --tls-cert, --tls-key and --tls-ca, or allow it with --insecure"));
  }
  return false;
}

std::shared_ptr<grpc::experimental::CertificateProviderInterface> Provider(
    const TlsOptions& options) {
  return std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      options.key_file, options.certificate_file, options.authorities_file, kRefreshSeconds);
}

absl::string_view HostOf(absl::string_view address) {
  if (absl::ConsumePrefix(&address, "[")) return address.substr(0, address.find(']'));
  return address.substr(0, address.rfind(':'));
}

}  // namespace

void AddTlsSettings(Settings& settings, TlsOptions* options) {
  settings.Add(
      "tls-cert", "FILE",
      "This process's certificate, in PEM. TLS is used when it, --tls-key and --tls-ca are "
      "given; both sides then show a certificate.",
      &options->certificate_file);
  settings.Add("tls-key", "FILE", "The private key of --tls-cert, in PEM.", &options->key_file);
  settings.Add("tls-ca", "FILE", "The authorities whose certificates are believed, in PEM.",
               &options->authorities_file);
  settings.Add("insecure",
               "Allow plain text on addresses other than loopback: whoever sits between can read "
               "and change everything.",
               &options->insecure);
}

bool IsLoopback(absl::string_view address) {
  if (absl::StartsWith(address, "unix:")) return true;
  const absl::string_view host = HostOf(address);
  if (host == "localhost" || host == "::1") return true;
  // Digits and dots only: "127.example.org" is a name like any other.
  return absl::StartsWith(host, "127.") &&
         host.find_first_not_of("0123456789.") == absl::string_view::npos;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentials(
    const TlsOptions& options, const std::vector<std::string>& addresses) {
  const absl::StatusOr<bool> tls = UseTls(options, addresses);
  if (!tls.ok()) return tls.status();
  if (!*tls) return grpc::InsecureChannelCredentials();
  grpc::experimental::TlsChannelCredentialsOptions credentials;
  credentials.set_certificate_provider(Provider(options));
  credentials.watch_root_certs();
  credentials.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(credentials);
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(
    const TlsOptions& options, const std::vector<std::string>& addresses) {
  const absl::StatusOr<bool> tls = UseTls(options, addresses);
  if (!tls.ok()) return tls.status();
  if (!*tls) return grpc::InsecureServerCredentials();
  grpc::experimental::TlsServerCredentialsOptions credentials(Provider(options));
  credentials.watch_root_certs();
  credentials.watch_identity_key_cert_pairs();
  credentials.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(credentials);
}

}  // namespace fairlead
