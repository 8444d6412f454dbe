#include "server/resources/secret.h"

#include "absl/strings/str_cat.h"

namespace fairlead {

using envoy::extensions::transport_sockets::tls::v3::Secret;

std::string CertificateSecretName(absl::string_view certificate) {
  return absl::StrCat("certificate/", certificate);
}

std::string AuthoritiesSecretName(absl::string_view certificate) {
  return absl::StrCat(kAuthoritiesForAllSecret, "/", certificate);
}

Secret CertificateSecretOf(const Certificate& certificate) {
  Secret secret;
  secret.set_name(CertificateSecretName(certificate.name));
  auto& pair = *secret.mutable_tls_certificate();
  pair.mutable_certificate_chain()->set_inline_string(certificate.chain);
  pair.mutable_private_key()->set_inline_string(certificate.key);
  return secret;
}

Secret AuthoritiesSecretOf(const std::string& name, const ClientAuthorities& clients) {
  Secret secret;
  secret.set_name(name);
  auto& context = *secret.mutable_validation_context();
  if (clients.authorities.empty()) {
    // No certificate has this SHA-256.
    context.add_verify_certificate_hash(std::string(64, '0'));
    return secret;
  }
  context.mutable_trusted_ca()->set_inline_string(clients.authorities);
  if (!clients.revocations.empty()) context.mutable_crl()->set_inline_string(clients.revocations);
  return secret;
}

namespace {

ResourceChange SecretChange(const std::string& name, const absl::optional<Secret>& secret) {
  if (!secret.has_value()) return {Type::kSecret, name, nullptr};
  return {Type::kSecret, name, Resource::Of(Type::kSecret, name, *secret)};
}

ResourceChange AuthoritiesChange(const std::string& name,
                                 const absl::optional<ClientAuthorities>& clients) {
  if (!clients.has_value()) return SecretChange(name, absl::nullopt);
  return SecretChange(name, AuthoritiesSecretOf(name, *clients));
}

}  // namespace

std::vector<ResourceChange> SecretChanges(const CertificateChanges& changes,
                                          const absl::optional<ClientAuthorities>& for_all) {
  std::vector<ResourceChange> secrets;
  for (const CertificateChange& change : changes.certificates) {
    const std::string name = CertificateSecretName(change.name);
    const std::string authorities = AuthoritiesSecretName(change.name);
    if (change.after == nullptr) {
      secrets.push_back(SecretChange(name, absl::nullopt));
      secrets.push_back(SecretChange(authorities, absl::nullopt));
    } else {
      secrets.push_back(SecretChange(name, CertificateSecretOf(*change.after)));
      secrets.push_back(AuthoritiesChange(authorities, change.after->clients));
    }
  }
  if (changes.for_all_changed) {
    secrets.push_back(AuthoritiesChange(kAuthoritiesForAllSecret, for_all));
  }
  return secrets;
}

}  // namespace fairlead
