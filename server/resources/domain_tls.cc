#include "server/resources/domain_tls.h"

#include "absl/strings/str_cat.h"
#include "server/certificates/choose_certificate.h"

namespace fairlead {
namespace {

using ClearText = DomainTls::ClearText;
using Clients = TlsSettings::ClientCertificates;

// "max-age=31536000", as nginx-proxy has it.
constexpr char kDefaultHsts[] = "max-age=31536000";

Problem NoSuchCertificate(const std::string& domain, const std::string& name) {
  Problem problem;
  problem.place.service = domain;
  problem.place.word = "CERT_NAME";
  problem.what =
      absl::StrCat("there is no certificate '", name, "', so the host is not served over https");
  problem.cure =
      "see 'fairlead certificates' for those that there are; put its files into the server's "
      "--certificates-dir, or remove CERT_NAME for one that is chosen by the host";
  return problem;
}

ClearText ClearTextOf(HttpsMethod method) {
  switch (method) {
    case HttpsMethod::kRedirect:
      return ClearText::kRedirected;
    case HttpsMethod::kNoHttp:
      return ClearText::kNothing;
    case HttpsMethod::kNoRedirect:
    case HttpsMethod::kNoHttps:
      return ClearText::kServed;
  }
  return ClearText::kServed;
}

Clients ClientsOf(ClientCertificates said) {
  switch (said) {
    case ClientCertificates::kRequired:
      return Clients::kRequired;
    case ClientCertificates::kOptional:
      return Clients::kOptional;
    case ClientCertificates::kAnyone:
      return Clients::kOptionalWithoutAuthority;
    case ClientCertificates::kOff:
      return Clients::kNone;
  }
  return Clients::kRequired;
}

}  // namespace

DomainTls DomainTlsOf(const std::string& domain, const DomainSettings& said,
                      const TlsGround& ground, absl::optional<Problem>& problem) {
  const DomainSettings settings = Over(said, ground.defaults);
  DomainTls tls;
  tls.port = settings.https_port.value_or(ground.port);
  const HttpsMethod method = settings.https_method.value_or(HttpsMethod::kRedirect);
  tls.clear_text = ClearTextOf(method);
  tls.redirect_status = settings.non_get_redirect.value_or(301);
  tls.serves_challenges =
      settings.acme_challenge.value_or(AcmeChallenge::kOn) == AcmeChallenge::kOn;
  if (method == HttpsMethod::kNoHttps) return tls;

  tls.certificate = ChooseCertificate(ground.has, domain, settings.certificate,
                                      settings.trust_default_certificate.value_or(true));
  if (tls.certificate.empty()) {
    if (!settings.certificate.empty()) problem = NoSuchCertificate(domain, settings.certificate);
    if (settings.http_without_certificate.value_or(true)) tls.clear_text = ClearText::kServed;
    return tls;
  }
  // There is one for each name that is taken when words are read.
  tls.policy = FindTlsPolicy(settings.ssl_policy.empty() ? kDefaultTlsPolicy : settings.ssl_policy);
  if (ground.asks_clients(tls.certificate)) {
    tls.clients = ClientsOf(settings.client_certificates.value_or(ClientCertificates::kRequired));
  }
  tls.http2 = settings.http2.value_or(true);
  tls.http3 = settings.http3.value_or(false) && tls.clients == Clients::kNone;
  if (method != HttpsMethod::kNoRedirect) tls.hsts = settings.hsts.value_or(kDefaultHsts);
  return tls;
}

}  // namespace fairlead
