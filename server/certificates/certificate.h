#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/base/problem.h"

namespace fairlead {

// One file of a certificate as it was found, or what was put in its place.
struct CertificateFile {
  enum class State { kAbsent, kRead, kUnreadable };

  State state = State::kAbsent;
  std::string content;  // if it was read; of a key: secret
  std::string error;    // why it was not: "permission denied"

  bool is_absent() const { return state == State::kAbsent; }
  friend bool operator==(const CertificateFile& a, const CertificateFile& b) {
    return a.state == b.state && a.content == b.content && a.error == b.error;
  }
};

// The files of one certificate by nginx-proxy's naming. Immutable once it is shared.
struct CertificateFiles {
  // What their paths begin with, for people: "/etc/nginx/certs/shop.example".
  std::string base;
  CertificateFile certificate;  // .crt
  CertificateFile key;          // .key
  CertificateFile chain;        // .chain.pem
  CertificateFile authorities;  // .ca.crt
  CertificateFile revocations;  // .crl.pem

  friend bool operator==(const CertificateFiles& a, const CertificateFiles& b) {
    return a.base == b.base && a.certificate == b.certificate && a.key == b.key &&
           a.chain == b.chain && a.authorities == b.authorities && a.revocations == b.revocations;
  }
};

inline constexpr char kCertificateSuffix[] = ".crt";
inline constexpr char kKeySuffix[] = ".key";
inline constexpr char kChainSuffix[] = ".chain.pem";
inline constexpr char kAuthoritiesSuffix[] = ".ca.crt";
inline constexpr char kRevocationsSuffix[] = ".crl.pem";

// Of one file: room for a chain and a long list of revocations.
inline constexpr size_t kLargestCertificateFile = 1 << 20;
inline constexpr size_t kLongestChain = 16;             // certificates
inline constexpr size_t kMostAuthorities = 1'000;       // certificates
inline constexpr size_t kMostDnsNames = 1'000;          // of one certificate
inline constexpr size_t kLongestCertificateName = 253;  // bytes

// Who may show a certificate as a client of a host. Immutable.
struct ClientAuthorities {
  // PEM: the authorities that are believed. Empty: the file says who may come, and cannot be used,
  // so nobody can.
  std::string authorities;
  std::string revocations;  // PEM: their lists of revoked certificates; empty: there are none

  friend bool operator==(const ClientAuthorities& a, const ClientAuthorities& b) {
    return a.authorities == b.authorities && a.revocations == b.revocations;
  }
};

// A certificate that can be served: key and certificate belong together, and proxies take both.
// Whether it is valid now is another question. Immutable.
struct Certificate {
  std::string name;   // of its files, without suffix: "shop.example", "default"
  std::string base;   // CertificateFiles::base
  std::string chain;  // PEM: the certificate, and what leads from it to an authority
  std::string key;    // PEM (PKCS #8): secret, and in no log, dump or message
  // Subject alternative names, or the common name if there are none; lower case, in their order.
  std::vector<std::string> dns_names;
  absl::Time not_before;
  absl::Time not_after;
  absl::optional<ClientAuthorities> clients;  // nothing: clients show none

  friend bool operator==(const Certificate& a, const Certificate& b) {
    return a.name == b.name && a.base == b.base && a.chain == b.chain && a.key == b.key &&
           a.clients == b.clients;
  }
};

// What the files of one certificate come to.
struct ParsedCertificate {
  std::shared_ptr<const Certificate> certificate;  // null: it cannot be served
  // What is wrong, at the file; `what` lacks what follows from it, which depends on what was there
  // before.
  absl::optional<Problem> problem;
};

// Reads and checks the files of the certificate `name`. Pure; any thread. It is none if
//   - the certificate or the key is absent, unreadable or no PEM, or the key has a password,
//   - they do not belong together,
//   - proxies would refuse the key (RSA below 2048 bits or with a public exponent above 33;
//   elliptic
//     curves other than P-256, P-384 and P-521, or not by their names; other kinds of keys),
//   - proxies would refuse the certificate, since it is not to be believed without an OCSP
//   response,
//   - it is longer than the bounds above.
// A problem of what says who may come as a client leaves the certificate usable, and nobody may
// come. `.chain.pem` completes a certificate file that holds no chain itself.
ParsedCertificate ParseCertificate(const std::string& name, const CertificateFiles& files);

// Reads and checks authorities and revocations alone, as for hosts whose certificate has none of
// its own: nothing if there is no file of authorities. `problem`: as above; authorities are empty
// then. `suffix`: of the file of authorities.
absl::optional<ClientAuthorities> ParseClientAuthorities(const CertificateFiles& files,
                                                         absl::optional<Problem>& problem,
                                                         const char* suffix = kAuthoritiesSuffix);

// Dates are of the calendar, so these go by the time of day and not by a monotonic clock.

// Whether `now` lies within its validity.
bool IsWithinDates(const Certificate& certificate, absl::Time now);

// What is to be said of its dates: that it is expired or not valid yet (an error), or that it ends
// soon, within a tenth of its life and 30 days (a notice). Nothing otherwise.
absl::optional<Problem> ProblemOfDates(const Certificate& certificate, absl::Time now);

// When ProblemOfDates or IsWithinDates says something else next; InfiniteFuture: never.
absl::Time NextChangeOfDates(const Certificate& certificate, absl::Time now);

// "2026-11-24 22:40 UTC", for messages.
std::string DateText(absl::Time time);

// Whether a certificate may be called so: printable ASCII without '/' and blanks, lower case, 1 to
// kLongestCertificateName bytes, no dot first.
bool IsCertificateName(absl::string_view name);

}  // namespace fairlead
