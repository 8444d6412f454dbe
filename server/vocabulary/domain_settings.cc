#include "server/vocabulary/domain_settings.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/vocabulary/port.h"
#include "server/vocabulary/said.h"
#include "server/vocabulary/text.h"
#include "server/vocabulary/tls_policies.h"

namespace fairlead {
namespace {

constexpr size_t kLongestHsts = 200;
constexpr size_t kLongestName = 253;

constexpr std::array<std::pair<absl::string_view, HttpsMethod>, 4> kHttpsMethods = {{
    {"redirect", HttpsMethod::kRedirect},
    {"noredirect", HttpsMethod::kNoRedirect},
    {"nohttp", HttpsMethod::kNoHttp},
    {"nohttps", HttpsMethod::kNoHttps},
}};

constexpr std::array<std::pair<absl::string_view, ClientCertificates>, 4> kClientCertificates = {{
    {"on", ClientCertificates::kRequired},
    {"optional", ClientCertificates::kOptional},
    {"optional_no_ca", ClientCertificates::kAnyone},
    {"off", ClientCertificates::kOff},
}};

// The words of one container, read one by one.
class Reader {
 public:
  Reader(const v1::Container& container, const Place& place, Problems& problems)
      : container_(container), place_(place), problems_(problems) {}

  // None: nothing is said.
  std::optional<Said> Word(absl::string_view variable, absl::string_view label,
                           absl::string_view nginx_proxy_label = "") const {
    auto said = Find(container_, variable, label);
    if ((!said.has_value() || said->value.empty()) && !nginx_proxy_label.empty()) {
      said = Find(container_, "",
                  absl::StrCat("com.github.nginx-proxy.nginx-proxy.", nginx_proxy_label));
    }
    return said.has_value() && !said->value.empty() ? said : std::nullopt;
  }

  void Refuse(const Said& said, absl::string_view why, std::string cure) {
    Add(problems_, place_, said.word, Problem::Severity::kError,
        absl::StrCat(Shown(said.value), " ", why, ", so it counts as not set"), std::move(cure));
  }

  std::optional<uint16_t> Port(absl::string_view variable, absl::string_view label) {
    const auto said = Word(variable, label);
    if (!said.has_value()) return std::nullopt;
    const auto port = PortNumber(said->value);
    if (!port.has_value()) {
      Refuse(*said, "is not a port", "write one number from 1 to 65535, as in 8443");
    }
    return port;
  }

  std::optional<bool> Switch(const std::optional<Said>& said) {
    if (!said.has_value()) return std::nullopt;
    if (absl::EqualsIgnoreCase(said->value, "true")) return true;
    if (absl::EqualsIgnoreCase(said->value, "false")) return false;
    Refuse(*said, "is neither true nor false", "write true or false");
    return std::nullopt;
  }

 private:
  const v1::Container& container_;
  const Place& place_;
  Problems& problems_;
};

// Of a file, without its directory.
bool IsFileName(absl::string_view text) {
  return text.size() <= kLongestName && text[0] != '.' &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
         });
}

std::string Name(Reader& reader, const std::optional<Said>& said, std::string cure) {
  if (!said.has_value()) return "";
  if (IsFileName(said->value)) return said->value;
  reader.Refuse(*said, "is no name", std::move(cure));
  return "";
}

std::string CureOfPolicy(absl::string_view said) {
  const std::vector<std::string> names(kTlsPolicyNames.begin(), kTlsPolicyNames.end());
  std::string meant = Nearest(said, names);
  // Who knows Mozilla's own names writes "Modern".
  for (const std::string& name : names) {
    if (absl::EqualsIgnoreCase(name, absl::StrCat("Mozilla-", said))) meant = name;
  }
  if (!meant.empty()) return absl::StrCat("did you mean ", meant, "?");
  return "write one of docs/certificates.md, as in SSL_POLICY=Mozilla-Modern";
}

void ReadHttps(Reader& reader, DomainSettings& settings) {
  settings.certificate =
      Name(reader, reader.Word("CERT_NAME", "fairlead.cert-name"),
           "write the base name of the certificate's files, as in CERT_NAME=shop.example");
  if (const auto said = reader.Word("SSL_POLICY", "fairlead.ssl-policy"); said.has_value()) {
    if (IsTlsPolicyName(said->value)) {
      settings.ssl_policy = said->value;
    } else {
      reader.Refuse(*said, "is no policy of TLS", CureOfPolicy(said->value));
    }
  }
  if (const auto said = reader.Word("HTTPS_METHOD", "fairlead.https-method"); said.has_value()) {
    settings.https_method = HttpsMethodOf(said->value);
    if (!settings.https_method.has_value()) {
      reader.Refuse(*said, "is none of redirect, noredirect, nohttp and nohttps",
                    "write one of these");
    }
  }
  if (const auto said = reader.Word("HSTS", "fairlead.hsts"); said.has_value()) {
    settings.hsts = HstsOf(said->value);
    if (!settings.hsts.has_value()) {
      reader.Refuse(*said, "is no value of a Strict-Transport-Security header",
                    "write it as in max-age=31536000, or off");
    }
  }
}

void ReadRedirect(Reader& reader, DomainSettings& settings) {
  const auto said =
      reader.Word("NON_GET_REDIRECT", "fairlead.non-get-redirect", "non-get-redirect");
  int status = 0;
  if (said.has_value()) {
    if (absl::SimpleAtoi(said->value, &status) &&
        (status == 301 || status == 307 || status == 308)) {
      settings.non_get_redirect = status;
    } else {
      reader.Refuse(*said, "is no redirect that keeps the path", "write 301, 307 or 308");
    }
  }
  const auto acme =
      reader.Word("ACME_HTTP_CHALLENGE_LOCATION", "fairlead.acme-http-challenge-location");
  if (!acme.has_value()) return;
  if (absl::EqualsIgnoreCase(acme->value, "true") ||
      absl::EqualsIgnoreCase(acme->value, "legacy")) {
    settings.acme_challenge = AcmeChallenge::kOn;
  } else if (absl::EqualsIgnoreCase(acme->value, "false")) {
    settings.acme_challenge = AcmeChallenge::kOff;
  } else {
    reader.Refuse(*acme, "is none of true, legacy and false", "write one of these");
  }
}

void ReadClients(Reader& reader, DomainSettings& settings) {
  const auto said = reader.Word("", "fairlead.ssl-verify-client", "ssl_verify_client");
  if (!said.has_value()) return;
  for (const auto& [name, clients] : kClientCertificates) {
    if (absl::EqualsIgnoreCase(said->value, name)) {
      settings.client_certificates = clients;
      return;
    }
  }
  // What is weaker than asked for would let in who should not be.
  settings.client_certificates = ClientCertificates::kRequired;
  reader.Refuse(*said,
                "is none of on, optional, optional_no_ca and off: a client certificate is required "
                "where there is a CA for them",
                "write one of these");
}

template <typename T>
void Fill(std::optional<T>& value, const std::optional<T>& other) {
  if (!value.has_value()) value = other;
}

void Fill(std::string& value, const std::string& other) {
  if (value.empty()) value = other;
}

}  // namespace

std::optional<HttpsMethod> HttpsMethodOf(absl::string_view text) {
  for (const auto& [name, method] : kHttpsMethods) {
    if (absl::EqualsIgnoreCase(text, name)) return method;
  }
  return std::nullopt;
}

absl::string_view HttpsMethodName(HttpsMethod method) {
  for (const auto& [name, named] : kHttpsMethods) {
    if (method == named) return name;
  }
  return "";
}

bool IsTlsPolicyName(absl::string_view text) {
  return std::find(kTlsPolicyNames.begin(), kTlsPolicyNames.end(), text) != kTlsPolicyNames.end();
}

absl::string_view ClientCertificatesName(ClientCertificates clients) {
  for (const auto& [name, named] : kClientCertificates) {
    if (clients == named) return name;
  }
  return "";
}

std::optional<std::string> HstsOf(absl::string_view text) {
  if (absl::EqualsIgnoreCase(text, "off")) return "";
  if (text.empty() || text.size() > kLongestHsts || !absl::StrContains(text, "max-age=") ||
      !std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return absl::ascii_isalnum(c) || absl::StrContains("-=; \"", static_cast<char>(c));
      })) {
    return std::nullopt;
  }
  return std::string(text);
}

DomainSettings Over(DomainSettings settings, const DomainSettings& others) {
  Fill(settings.http_port, others.http_port);
  Fill(settings.https_port, others.https_port);
  Fill(settings.certificate, others.certificate);
  Fill(settings.https_method, others.https_method);
  Fill(settings.hsts, others.hsts);
  Fill(settings.ssl_policy, others.ssl_policy);
  Fill(settings.http_without_certificate, others.http_without_certificate);
  Fill(settings.acme_challenge, others.acme_challenge);
  Fill(settings.non_get_redirect, others.non_get_redirect);
  Fill(settings.client_certificates, others.client_certificates);
  Fill(settings.trust_default_certificate, others.trust_default_certificate);
  Fill(settings.http2, others.http2);
  Fill(settings.http3, others.http3);
  return settings;
}

DomainSettings ParseDomainSettings(const v1::Container& container, const Place& place,
                                   Problems& problems) {
  Reader reader(container, place, problems);
  DomainSettings settings;
  settings.http_port = reader.Port("EXTERNAL_HTTP_PORT", "fairlead.external-http-port");
  settings.https_port = reader.Port("EXTERNAL_HTTPS_PORT", "fairlead.external-https-port");
  ReadHttps(reader, settings);
  ReadRedirect(reader, settings);
  ReadClients(reader, settings);
  settings.http_without_certificate = reader.Switch(
      reader.Word("ENABLE_HTTP_ON_MISSING_CERT", "fairlead.enable-http-on-missing-cert"));
  settings.trust_default_certificate =
      reader.Switch(reader.Word("", "fairlead.trust-default-cert", "trust-default-cert"));
  settings.http2 = reader.Switch(reader.Word("", "fairlead.http2", "http2.enable"));
  settings.http3 = reader.Switch(reader.Word("", "fairlead.http3", "http3.enable"));
  return settings;
}

}  // namespace fairlead
