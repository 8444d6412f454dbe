#include "server/certificates/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

struct BioDeleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using BioPointer = std::unique_ptr<BIO, BioDeleter>;

BioPointer ReaderOf(absl::string_view text) {
  return BioPointer(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string ContentOf(BIO& bio) {
  char* content = nullptr;
  const long size = BIO_get_mem_data(&bio, &content);  // NOLINT(runtime/int): OpenSSL's type
  return std::string(content, static_cast<size_t>(size));
}

// What OpenSSL's last error was, and none is left.
std::string Reason() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "no reason given" : reason;
}

// Reads with `read` until there is nothing more.
template <typename Pointer, typename Read>
absl::StatusOr<std::vector<Pointer>> AllOf(absl::string_view pem, size_t most, const char* what,
                                           Read read) {
  ERR_clear_error();
  const BioPointer bio = ReaderOf(pem);
  std::vector<Pointer> all;
  while (true) {
    Pointer next(read(bio.get()));
    if (next == nullptr) break;
    if (all.size() >= most) {
      return absl::ResourceExhaustedError(absl::StrCat("it holds more than ", most, " ", what));
    }
    all.push_back(std::move(next));
  }
  const bool is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = Reason();
  if (!is_end) {
    return absl::InvalidArgumentError(
        absl::StrCat("number ", all.size() + 1, " of its ", what, " does not parse: ", reason));
  }
  if (all.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("it holds no ", what, " in PEM"));
  }
  return all;
}

// Asked for a password: there is none. Else OpenSSL asks at the terminal.
int NoPassword(char*, int, int, void*) { return -1; }

bool IsNameText(absl::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.' && c != '*' &&
        c != '_') {
      return false;
    }
  }
  return true;
}

absl::string_view TextOf(const ASN1_STRING& text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(&text)),
          static_cast<size_t>(ASN1_STRING_length(&text))};
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm fields = {};
  if (time == nullptr || ASN1_TIME_to_tm(time, &fields) != 1) return absl::InfinitePast();
  return absl::FromTM(fields, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<std::vector<X509Pointer>> CertificatesOfPem(absl::string_view pem, size_t most) {
  return AllOf<X509Pointer>(pem, most, "certificates", [](BIO* bio) {
    return PEM_read_bio_X509(bio, nullptr, &NoPassword, nullptr);
  });
}

absl::StatusOr<std::vector<RevocationsPointer>> RevocationsOfPem(absl::string_view pem,
                                                                 size_t most) {
  return AllOf<RevocationsPointer>(pem, most, "lists of revoked certificates", [](BIO* bio) {
    return PEM_read_bio_X509_CRL(bio, nullptr, &NoPassword, nullptr);
  });
}

absl::StatusOr<KeyPointer> KeyOfPem(absl::string_view pem) {
  ERR_clear_error();
  const BioPointer bio = ReaderOf(pem);
  KeyPointer key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassword, nullptr));
  const std::string reason = Reason();
  if (key != nullptr) return key;
  if (absl::StrContains(pem, "ENCRYPTED")) {
    return absl::InvalidArgumentError("the private key in it has a password");
  }
  if (!absl::StrContains(pem, "PRIVATE KEY-----")) {
    return absl::InvalidArgumentError("it holds no private key in PEM");
  }
  return absl::InvalidArgumentError(absl::StrCat("its private key does not parse: ", reason));
}

std::string PemOf(X509& certificate) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), &certificate);
  return ContentOf(*bio);
}

std::string PemOf(X509_CRL& revocations) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509_CRL(bio.get(), &revocations);
  return ContentOf(*bio);
}

std::string PemOf(EVP_PKEY& key) {
  const BioPointer bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr);
  return ContentOf(*bio);
}

std::vector<std::string> DnsNamesOf(X509& certificate, size_t most) {
  std::vector<std::string> names;
  const auto add = [&](const ASN1_STRING& text) {
    if (names.size() < most && IsNameText(TextOf(text))) {
      names.push_back(absl::AsciiStrToLower(TextOf(text)));
    }
  };
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> alternatives(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  if (alternatives != nullptr) {
    for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
      const GENERAL_NAME& name = *sk_GENERAL_NAME_value(alternatives.get(), i);
      if (name.type == GEN_DNS) add(*name.d.dNSName);
    }
    return names;
  }
  const X509_NAME* const subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0) add(*X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  ERR_clear_error();
  return names;
}

absl::Time NotBefore(const X509& certificate) { return TimeOf(X509_get0_notBefore(&certificate)); }
absl::Time NotAfter(const X509& certificate) { return TimeOf(X509_get0_notAfter(&certificate)); }

}  // namespace fairlead
