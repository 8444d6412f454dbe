#include "test/support/certificates.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;
using File = std::unique_ptr<FILE, int (*)(FILE*)>;

File Open(const std::string& path, const char* mode) {
  return {fopen(path.c_str(), mode), &fclose};
}

Key NewRsaKey(size_t bits, int exponent_bits) {
  const std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> context(
      EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr), &EVP_PKEY_CTX_free);
  const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> exponent(BN_new(), &BN_free);
  BN_set_bit(exponent.get(), exponent_bits - 1);
  BN_set_bit(exponent.get(), 0);
  EVP_PKEY_keygen_init(context.get());
  EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits));
  EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), exponent.get());
  EVP_PKEY* key = nullptr;
  EVP_PKEY_generate(context.get(), &key);
  return {key, &EVP_PKEY_free};
}

Key NewKey(const std::string& kind = "P-256") {
  if (kind == "ED25519") return {EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free};
  if (kind == "P-256 spelt out") {
    Key key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
    EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_ENCODING,
                                   OSSL_PKEY_EC_ENCODING_EXPLICIT);
    return key;
  }
  if (kind.rfind("RSA-", 0) == 0) {
    const size_t mark = kind.find("-E");
    return NewRsaKey(std::stoul(kind.substr(4)),
                     mark == std::string::npos ? 17 : std::stoi(kind.substr(mark + 2)));
  }
  return {EVP_EC_gen(kind.c_str()), &EVP_PKEY_free};
}

void AddExtension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate NewCertificate(const std::string& name, EVP_PKEY* key,
                           const TestAuthority::Unusual& unusual = {}) {
  constexpr long kDay = 24 * 60 * 60;  // NOLINT(runtime/int): OpenSSL's type
  static long serial = 1;              // NOLINT(runtime/int)
  Certificate certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), unusual.valid_from_days * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), unusual.valid_until_days * kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

void Write(const std::string& path, X509* certificate) {
  PEM_write_X509(Open(path, "w").get(), certificate);
}

void Write(const std::string& path, EVP_PKEY* key) {
  PEM_write_PrivateKey(Open(path, "w").get(), key, nullptr, nullptr, 0, nullptr, nullptr);
}

std::string NewDirectory() {
  std::string path = absl::StrCat(testing::TempDir(), "/authority-XXXXXX");
  return mkdtemp(path.data());
}

}  // namespace

TestAuthority::TestAuthority(absl::string_view name) : directory_(NewDirectory()), name_(name) {
  const Key key = NewKey();
  const Certificate certificate = NewCertificate(name_, key.get());
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  AddExtension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  Write(certificate_file(), certificate.get());
  Write(absl::StrCat(directory_, "/ca.key"), key.get());
}

std::string TestAuthority::certificate_file() const { return absl::StrCat(directory_, "/ca.pem"); }

TestAuthority::Files TestAuthority::Issue(absl::string_view name,
                                          absl::string_view alternative_names,
                                          const Unusual& unusual) const {
  const Certificate issuer(
      PEM_read_X509(Open(certificate_file(), "r").get(), nullptr, nullptr, nullptr), &X509_free);
  const Key issuer_key(PEM_read_PrivateKey(Open(absl::StrCat(directory_, "/ca.key"), "r").get(),
                                           nullptr, nullptr, nullptr),
                       &EVP_PKEY_free);
  const Key key = NewKey(unusual.key);
  const Certificate certificate = NewCertificate(std::string(name), key.get(), unusual);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  if (!alternative_names.empty()) {
    AddExtension(certificate.get(), issuer.get(), NID_subject_alt_name,
                 std::string(alternative_names));
  }
  if (unusual.must_staple) {
    AddExtension(certificate.get(), issuer.get(), NID_tlsfeature, "status_request");
  }
  X509_sign(certificate.get(), issuer_key.get(), EVP_sha256());
  Files files{.certificate = absl::StrCat(directory_, "/", name, ".pem"),
              .key = absl::StrCat(directory_, "/", name, ".key")};
  Write(files.certificate, certificate.get());
  Write(files.key, key.get());
  return files;
}

std::string TestAuthority::RevocationOf(const Files& files) const {
  const auto read = [](const std::string& path) {
    return Certificate(PEM_read_X509(Open(path, "r").get(), nullptr, nullptr, nullptr), &X509_free);
  };
  const Certificate issuer = read(certificate_file());
  const Certificate revoked = read(files.certificate);
  const Key issuer_key(PEM_read_PrivateKey(Open(absl::StrCat(directory_, "/ca.key"), "r").get(),
                                           nullptr, nullptr, nullptr),
                       &EVP_PKEY_free);
  const std::unique_ptr<X509_CRL, void (*)(X509_CRL*)> list(X509_CRL_new(), &X509_CRL_free);
  X509_CRL_set_version(list.get(), X509_CRL_VERSION_2);
  X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.get()));
  X509_CRL_set1_lastUpdate(list.get(), X509_get0_notBefore(issuer.get()));
  X509_CRL_set1_nextUpdate(list.get(), X509_get0_notAfter(issuer.get()));
  X509_REVOKED* const entry = X509_REVOKED_new();
  X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked.get()));
  X509_REVOKED_set_revocationDate(entry, const_cast<ASN1_TIME*>(X509_get0_notBefore(issuer.get())));
  X509_CRL_add0_revoked(list.get(), entry);
  X509_CRL_sign(list.get(), issuer_key.get(), EVP_sha256());
  const std::unique_ptr<BIO, void (*)(BIO*)> bio(BIO_new(BIO_s_mem()), &BIO_free_all);
  PEM_write_bio_X509_CRL(bio.get(), list.get());
  char* content = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &content);  // NOLINT(runtime/int): OpenSSL's type
  return std::string(content, static_cast<size_t>(size));
}

}  // namespace fairlead
