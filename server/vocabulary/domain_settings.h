#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"

namespace fairlead {

// What requests in clear text get of a domain that has a certificate.
enum class HttpsMethod {
  kRedirect,    // a redirect to https
  kNoRedirect,  // what https gets
  kNoHttp,      // nothing: the domain is served over https only
  kNoHttps,     // the domain is served in clear text only
};

// Whether ACME's HTTP-01 challenges are kept out of the redirect to https.
enum class AcmeChallenge { kOn, kOff };

// What clients of a domain are to show, where there are authorities for them. In nginx's words.
enum class ClientCertificates {
  kRequired,  // on: a certificate of theirs
  kOptional,  // optional: one of theirs or none
  kAnyone,    // optional_no_ca: one whoever issued it, or none
  kOff,       // off: they are asked for none
};

// What a container asks for of a whole domain, whatever the path. What it does not say is the
// server's default.
struct DomainSettings {
  // The public ports of the domain.
  std::optional<uint16_t> http_port;
  std::optional<uint16_t> https_port;
  // The base name of the certificate's files; empty: chosen by the domain.
  std::string certificate;
  std::optional<HttpsMethod> https_method;
  // The value of Strict-Transport-Security; empty: none is sent.
  std::optional<std::string> hsts;
  // One of kTlsPolicyNames; empty: the default.
  std::string ssl_policy;
  // Served in clear text while it has no certificate, also where it asks for redirects or nohttp.
  std::optional<bool> http_without_certificate;
  std::optional<AcmeChallenge> acme_challenge;
  // The status of redirects to https for methods other than GET and HEAD: 301, 307 or 308.
  std::optional<int> non_get_redirect;
  std::optional<ClientCertificates> client_certificates;
  // Whether the default certificate may stand in for the domain's own.
  std::optional<bool> trust_default_certificate;
  std::optional<bool> http2;
  std::optional<bool> http3;

  friend bool operator==(const DomainSettings&, const DomainSettings&) = default;
};

// `settings`, where it says something, else `others`.
DomainSettings Over(DomainSettings settings, const DomainSettings& others);

// Reads the words of a domain. One that does not fit is refused whole, counts as not said, and
// `problems` says so; none of them lets anybody in who should not be.
DomainSettings ParseDomainSettings(const v1::Container& container, const Place& place,
                                   Problems& problems);

// The parts of it that have a grammar of their own, for whoever else takes them (the server's
// defaults). None: `text` does not fit.
std::optional<HttpsMethod> HttpsMethodOf(absl::string_view text);
// "redirect", "noredirect", "nohttp" or "nohttps".
absl::string_view HttpsMethodName(HttpsMethod method);
bool IsTlsPolicyName(absl::string_view text);
// "on", "optional", "optional_no_ca" or "off".
absl::string_view ClientCertificatesName(ClientCertificates clients);
// A header's value: printable ASCII, at most 200 bytes; "off" is empty.
std::optional<std::string> HstsOf(absl::string_view text);

}  // namespace fairlead
