#include "server/certificates/certificate.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/certificates/pem.h"

namespace fairlead {
namespace {

constexpr absl::Duration kSoon = absl::Hours(24 * 30);

Problem ProblemAt(const CertificateFiles& files, const char* suffix, std::string what,
                  std::string cure) {
  Problem problem;
  problem.place.word = absl::StrCat(files.base, suffix);
  problem.what = std::move(what);
  problem.cure = std::move(cure);
  return problem;
}

// Why a file that is needed has no content, if it has none.
absl::optional<Problem> ProblemOfReading(const CertificateFiles& files, const char* suffix,
                                         const CertificateFile& file, const char* what_it_is) {
  switch (file.state) {
    case CertificateFile::State::kRead:
      return absl::nullopt;
    case CertificateFile::State::kAbsent:
      return ProblemAt(files, suffix, absl::StrCat("there is no such file with the ", what_it_is),
                       "put it there, or remove the other files of this name");
    case CertificateFile::State::kUnreadable:
      return ProblemAt(files, suffix, absl::StrCat("it cannot be read: ", file.error),
                       "make it a regular file that the server's user may read");
  }
  return absl::nullopt;
}

std::string TextOf(const absl::Status& status) { return std::string(status.message()); }

absl::Time SoonSince(const Certificate& certificate) {
  const absl::Duration life = certificate.not_after - certificate.not_before;
  return certificate.not_after - std::min(kSoon, life / 10);
}

// Of an RSA key, in bits.
int ExponentOf(const EVP_PKEY& key) {
  BIGNUM* exponent = nullptr;
  EVP_PKEY_get_bn_param(&key, OSSL_PKEY_PARAM_RSA_E, &exponent);
  const int bits = exponent == nullptr ? 0 : BN_num_bits(exponent);
  BN_free(exponent);
  return bits;
}

// Whether the key has its curve's parameters in it, and not its name alone.
bool SpellsItsCurve(const EVP_PKEY& key) {
  char encoding[32] = {};
  return EVP_PKEY_get_utf8_string_param(&key, OSSL_PKEY_PARAM_EC_ENCODING, encoding,
                                        sizeof(encoding), nullptr) == 1 &&
         absl::string_view(encoding) == OSSL_PKEY_EC_ENCODING_EXPLICIT;
}

// Why proxies would refuse a certificate with this key; empty: they take it.
// Source: Envoy, ContextImpl::ContextImpl (source/common/tls/context_impl.cc), and BoringSSL, which
// reads keys there (kMaxExponentBits in rsa_impl.cc.inc; ec_asn1.cc takes named curves only).
std::string RefusedKey(const EVP_PKEY& key) {
  const int bits = EVP_PKEY_get_bits(&key);
  switch (EVP_PKEY_get_base_id(&key)) {
    case EVP_PKEY_RSA:
      if (bits < 2048) {
        return absl::StrCat("its RSA key has ", bits, " bits, and proxies take no less than 2048");
      }
      if (ExponentOf(key) <= 33) return "";
      return absl::StrCat("its RSA key's public exponent has ", ExponentOf(key),
                          " bits, and proxies take no more than 33");
    case EVP_PKEY_EC: {
      if (SpellsItsCurve(key)) {
        return "its key has the parameters of its curve in it, and proxies take curves by name";
      }
      char group[64] = {};
      EVP_PKEY_get_group_name(&key, group, sizeof(group), nullptr);
      const int id = OBJ_txt2nid(group);
      if (id == NID_X9_62_prime256v1 || id == NID_secp384r1 || id == NID_secp521r1) return "";
      return absl::StrCat("its key is on the curve '", group,
                          "', and proxies take P-256, P-384 and P-521");
    }
    default:
      return "its key is neither RSA nor ECDSA, and proxies take no other";
  }
}

// Whether clients are to insist on an OCSP response beside it (RFC 7633, status_request is 5).
bool IsMustStaple(X509& certificate) {
  auto* const features =
      static_cast<TLS_FEATURE*>(X509_get_ext_d2i(&certificate, NID_tlsfeature, nullptr, nullptr));
  bool found = false;
  for (int i = 0; features != nullptr && i < sk_ASN1_INTEGER_num(features); ++i) {
    found |= ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == 5;
  }
  TLS_FEATURE_free(features);
  return found;
}

// The pair and its chain, or what is wrong with it.
class Pair {
 public:
  explicit Pair(const CertificateFiles& files) : files_(files) {}

  // Whether all is well; else `problem` is set.
  bool Read(absl::optional<Problem>& problem) {
    problem = ProblemOfReading(files_, kCertificateSuffix, files_.certificate, "certificate");
    if (!problem.has_value()) {
      problem = ProblemOfReading(files_, kKeySuffix, files_.key, "private key");
    }
    if (!problem.has_value()) problem = ReadCertificates();
    if (!problem.has_value()) problem = ReadKey();
    if (!problem.has_value()) problem = Complete();
    return !problem.has_value();
  }

  X509& leaf() const { return *chain_.front(); }
  EVP_PKEY& key() const { return *key_; }
  std::string ChainPem() const {
    std::string pem;
    for (const X509Pointer& certificate : chain_) pem += PemOf(*certificate);
    return pem;
  }

 private:
  absl::optional<Problem> ReadCertificates() {
    auto chain = CertificatesOfPem(files_.certificate.content, kLongestChain);
    if (!chain.ok()) {
      return ProblemAt(
          files_, kCertificateSuffix, TextOf(chain.status()),
          "write the certificate in PEM, followed by those that lead to its authority");
    }
    chain_ = *std::move(chain);
    if (!IsMustStaple(leaf())) return absl::nullopt;
    return ProblemAt(files_, kCertificateSuffix,
                     "it is not to be believed without an OCSP response (must-staple), which "
                     "proxies are not given, so they refuse it",
                     "issue it anew without must-staple (the TLS feature status_request; "
                     "acme-companion: without ACME_OCSP)");
  }

  absl::optional<Problem> ReadKey() {
    auto key = KeyOfPem(files_.key.content);
    if (!key.ok()) {
      return ProblemAt(
          files_, kKeySuffix, TextOf(key.status()),
          "write the certificate's private key in PEM, without a password, as `openssl "
          "pkey` does");
    }
    key_ = *std::move(key);
    const bool belong_together = X509_check_private_key(&leaf(), key_.get()) == 1;
    ERR_clear_error();
    if (!belong_together) {
      return ProblemAt(files_, kKeySuffix,
                       absl::StrCat("the private key is not the one of the certificate in ",
                                    files_.base, kCertificateSuffix),
                       "replace both files by a pair; the certificate comes first in its file");
    }
    const std::string refused = RefusedKey(*key_);
    if (refused.empty()) return absl::nullopt;
    return ProblemAt(files_, kKeySuffix, refused,
                     "issue it anew with a key of RSA 2048 bits or more, or on the curve P-256");
  }

  // A certificate file with nothing but the certificate is completed from `.chain.pem`: with what
  // leads on from it, but for the root, which clients have.
  absl::optional<Problem> Complete() {
    if (files_.chain.is_absent()) return absl::nullopt;
    if (auto problem = ProblemOfReading(files_, kChainSuffix, files_.chain, "chain")) {
      return problem;
    }
    auto more = CertificatesOfPem(files_.chain.content, kLongestChain);
    if (!more.ok()) {
      return ProblemAt(files_, kChainSuffix, TextOf(more.status()),
                       "write the certificates that lead to the authority in PEM, or remove it");
    }
    while (chain_.size() < kLongestChain && AppendIssuer(*more)) {
    }
    ERR_clear_error();
    return absl::nullopt;
  }

  bool AppendIssuer(std::vector<X509Pointer>& more) {
    X509* const last = chain_.back().get();
    for (X509Pointer& candidate : more) {
      if (candidate == nullptr || X509_check_issued(candidate.get(), last) != X509_V_OK) continue;
      if (X509_check_issued(candidate.get(), candidate.get()) == X509_V_OK) continue;
      chain_.push_back(std::move(candidate));
      return true;
    }
    return false;
  }

  const CertificateFiles& files_;
  std::vector<X509Pointer> chain_;
  KeyPointer key_;
};

bool AnyIsOf(const std::vector<X509Pointer>& authorities,
             const std::vector<RevocationsPointer>& lists) {
  return std::any_of(lists.begin(), lists.end(), [&authorities](const RevocationsPointer& list) {
    return std::any_of(authorities.begin(), authorities.end(), [&list](const X509Pointer& of) {
      return X509_NAME_cmp(X509_CRL_get_issuer(list.get()), X509_get_subject_name(of.get())) == 0;
    });
  });
}

}  // namespace

absl::optional<ClientAuthorities> ParseClientAuthorities(const CertificateFiles& files,
                                                         absl::optional<Problem>& problem,
                                                         const char* suffix) {
  if (files.authorities.is_absent()) return absl::nullopt;
  ClientAuthorities clients;
  problem = ProblemOfReading(files, suffix, files.authorities, "authorities");
  if (problem.has_value()) return clients;
  const auto authorities = CertificatesOfPem(files.authorities.content, kMostAuthorities);
  if (!authorities.ok()) {
    problem = ProblemAt(files, suffix, TextOf(authorities.status()),
                        "write the certificates of the clients' authorities in PEM, or remove it "
                        "to ask clients for none");
    return clients;
  }
  std::string revocations;
  if (!files.revocations.is_absent()) {
    problem = ProblemOfReading(files, kRevocationsSuffix, files.revocations, "revocations");
    if (problem.has_value()) return clients;
    const auto lists = RevocationsOfPem(files.revocations.content, kMostAuthorities);
    if (!lists.ok()) {
      problem = ProblemAt(files, kRevocationsSuffix, TextOf(lists.status()),
                          "write the authorities' lists of revoked certificates in PEM, or remove "
                          "it to believe all of their certificates");
      return clients;
    }
    if (!AnyIsOf(*authorities, *lists)) {
      problem = ProblemAt(
          files, kRevocationsSuffix,
          "it has no list of any of the authorities, and proxies let in no client whose authority "
          "they have no list of",
          "write the lists of these authorities there, or remove it to believe all of their "
          "certificates");
      return clients;
    }
    for (const RevocationsPointer& list : *lists) revocations += PemOf(*list);
  }
  for (const X509Pointer& authority : *authorities) clients.authorities += PemOf(*authority);
  clients.revocations = std::move(revocations);
  return clients;
}

ParsedCertificate ParseCertificate(const std::string& name, const CertificateFiles& files) {
  ParsedCertificate parsed;
  Pair pair(files);
  if (!pair.Read(parsed.problem)) return parsed;
  auto certificate = std::make_shared<Certificate>();
  certificate->name = name;
  certificate->base = files.base;
  certificate->chain = pair.ChainPem();
  certificate->key = PemOf(pair.key());
  certificate->dns_names = DnsNamesOf(pair.leaf(), kMostDnsNames);
  certificate->not_before = NotBefore(pair.leaf());
  certificate->not_after = NotAfter(pair.leaf());
  certificate->clients = ParseClientAuthorities(files, parsed.problem);
  parsed.certificate = std::move(certificate);
  return parsed;
}

bool IsWithinDates(const Certificate& certificate, absl::Time now) {
  return certificate.not_before <= now && now < certificate.not_after;
}

absl::optional<Problem> ProblemOfDates(const Certificate& certificate, absl::Time now) {
  Problem problem;
  problem.place.word = absl::StrCat(certificate.base, kCertificateSuffix);
  problem.cure = "renew it; see that what renews certificates runs and writes to this place";
  if (now >= certificate.not_after) {
    problem.what = absl::StrCat("the certificate expired at ", DateText(certificate.not_after));
    return problem;
  }
  if (now < certificate.not_before) {
    problem.what =
        absl::StrCat("the certificate is not valid before ", DateText(certificate.not_before));
    problem.cure = "see that the clock of this machine is right, and that of who issued it";
    return problem;
  }
  if (now < SoonSince(certificate)) return absl::nullopt;
  problem.severity = Problem::Severity::kNotice;
  problem.what = absl::StrCat("the certificate expires soon, at ", DateText(certificate.not_after));
  return problem;
}

absl::Time NextChangeOfDates(const Certificate& certificate, absl::Time now) {
  for (const absl::Time time :
       {certificate.not_before, SoonSince(certificate), certificate.not_after}) {
    if (now < time) return time;
  }
  return absl::InfiniteFuture();
}

std::string DateText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", time, absl::UTCTimeZone());
}

bool IsCertificateName(absl::string_view name) {
  if (name.empty() || name.size() > kLongestCertificateName || name[0] == '.') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '/' && !absl::ascii_isupper(static_cast<unsigned char>(c));
  });
}

}  // namespace fairlead
