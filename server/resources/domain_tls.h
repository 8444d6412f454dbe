#pragma once

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "server/base/problem.h"
#include "server/resources/tls.h"
#include "server/routing/model.h"

namespace fairlead {

// How a domain is served, over TLS and in clear text.
struct DomainTls {
  enum class ClearText {
    kServed,
    kRedirected,  // to https
    kNothing,     // as if nobody asked for the domain
  };

  std::string certificate;            // Certificate::name; empty: it is not served over TLS
  uint16_t port = 0;                  // of https
  const TlsPolicy* policy = nullptr;  // never null where there is a certificate
  TlsSettings::ClientCertificates clients = TlsSettings::ClientCertificates::kNone;
  bool http2 = true;
  bool http3 = false;  // over QUIC too; not where clients are to show certificates
  std::string hsts;    // Strict-Transport-Security; empty: none
  ClearText clear_text = ClearText::kServed;
  // Of redirects for other methods than GET and HEAD, which get 301.
  int redirect_status = 301;
  // Challenges of ACME (HTTP-01) are not redirected.
  bool serves_challenges = true;

  friend bool operator==(const DomainTls&, const DomainTls&) = default;
};

// What is there to decide by.
struct TlsGround {
  // What domains get that do not say otherwise.
  DomainSettings defaults;
  uint16_t port = 8443;
  // Whether there is a certificate of that name.
  absl::FunctionRef<bool(absl::string_view)> has;
  // Whether the clients of hosts with that certificate are to show one.
  absl::FunctionRef<bool(absl::string_view)> asks_clients;
};

// By nginx-proxy's rules. Pure. `problem` is set if a word of the domain names what there is not: a
// certificate or a policy.
DomainTls DomainTlsOf(const std::string& domain, const DomainSettings& settings,
                      const TlsGround& ground, absl::optional<Problem>& problem);

}  // namespace fairlead
