#include "server/resources/domain_tls.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace fairlead {
namespace {

using ClearText = DomainTls::ClearText;
using Clients = TlsSettings::ClientCertificates;

struct TlsCase {
  const char* name;
  void (*say)(DomainSettings& said);
  std::string certificate;
  ClearText clear_text;
  std::string hsts;
};

constexpr char kYear[] = "max-age=31536000";

// There are certificates "shop.example" and "wild".
const TlsCase kTlsCases[] = {
    {"Default", [](DomainSettings&) {}, "shop.example", ClearText::kRedirected, kYear},
    {"NoRedirectSendsNoHsts", [](DomainSettings& s) { s.https_method = HttpsMethod::kNoRedirect; },
     "shop.example", ClearText::kServed, ""},
    {"NoHttp", [](DomainSettings& s) { s.https_method = HttpsMethod::kNoHttp; }, "shop.example",
     ClearText::kNothing, kYear},
    {"NoHttps", [](DomainSettings& s) { s.https_method = HttpsMethod::kNoHttps; }, "",
     ClearText::kServed, ""},
    {"HstsOfItsOwn", [](DomainSettings& s) { s.hsts = "max-age=5"; }, "shop.example",
     ClearText::kRedirected, "max-age=5"},
    {"HstsOff", [](DomainSettings& s) { s.hsts = ""; }, "shop.example", ClearText::kRedirected, ""},
    {"CertName", [](DomainSettings& s) { s.certificate = "wild"; }, "wild", ClearText::kRedirected,
     kYear},
    {"AWrongCertNameIsServedInClearText", [](DomainSettings& s) { s.certificate = "none"; }, "",
     ClearText::kServed, ""},
    {"AWrongCertNameAndNoHttpWithoutOne",
     [](DomainSettings& s) {
       s.certificate = "none";
       s.http_without_certificate = false;
     },
     "", ClearText::kRedirected, ""},
    {"NoHttpWithoutACertificate",
     [](DomainSettings& s) {
       s.certificate = "none";
       s.https_method = HttpsMethod::kNoHttp;
       s.http_without_certificate = false;
     },
     "", ClearText::kNothing, ""},
};

class Ground {
 public:
  DomainTls Of(const DomainSettings& said, absl::optional<Problem>& problem) {
    return DomainTlsOf("shop.example", said, {defaults, 8443, has_, asks_}, problem);
  }
  DomainSettings defaults;
  bool asks = false;

 private:
  const std::set<std::string> there_ = {"shop.example", "wild"};
  const std::function<bool(absl::string_view)> has_ = [this](absl::string_view name) {
    return there_.count(std::string(name)) > 0;
  };
  const std::function<bool(absl::string_view)> asks_ = [this](absl::string_view) { return asks; };
};

TEST(DomainTls, ByNginxProxysRules) {
  for (const TlsCase& of : kTlsCases) {
    SCOPED_TRACE(of.name);
    DomainSettings said;
    of.say(said);
    absl::optional<Problem> problem;
    const DomainTls tls = Ground().Of(said, problem);
    EXPECT_EQ(tls.certificate, of.certificate);
    EXPECT_EQ(tls.clear_text, of.clear_text);
    EXPECT_EQ(tls.hsts, of.hsts);
    EXPECT_EQ(tls.policy != nullptr, !of.certificate.empty());
    EXPECT_EQ(problem.has_value(), said.certificate == "none");
  }
}

TEST(DomainTls, WhatTheDomainDoesNotSayIsTheServersDefault) {
  Ground ground;
  ground.defaults.https_method = HttpsMethod::kNoRedirect;
  ground.defaults.ssl_policy = "Mozilla-Modern";
  ground.defaults.non_get_redirect = 308;
  ground.defaults.acme_challenge = AcmeChallenge::kOff;
  absl::optional<Problem> problem;
  DomainSettings said;
  DomainTls tls = ground.Of(said, problem);
  EXPECT_EQ(tls.clear_text, ClearText::kServed);
  EXPECT_EQ(tls.policy->name, "Mozilla-Modern");
  EXPECT_EQ(tls.redirect_status, 308);
  EXPECT_FALSE(tls.serves_challenges);
  said.https_method = HttpsMethod::kRedirect;
  said.ssl_policy = "Mozilla-Old";
  said.non_get_redirect = 307;
  said.acme_challenge = AcmeChallenge::kOn;
  said.https_port = 8444;
  tls = ground.Of(said, problem);
  EXPECT_EQ(tls.clear_text, ClearText::kRedirected);
  EXPECT_EQ(tls.policy->name, "Mozilla-Old");
  EXPECT_EQ(tls.redirect_status, 307);
  EXPECT_TRUE(tls.serves_challenges);
  EXPECT_EQ(tls.port, 8444);
  EXPECT_FALSE(problem.has_value());
}

TEST(DomainTls, ClientsAreAskedWhereThereAreAuthorities) {
  Ground ground;
  absl::optional<Problem> problem;
  DomainSettings said;
  EXPECT_EQ(ground.Of(said, problem).clients, Clients::kNone);
  ground.asks = true;
  EXPECT_EQ(ground.Of(said, problem).clients, Clients::kRequired);
  const std::pair<ClientCertificates, Clients> cases[] = {
      {ClientCertificates::kRequired, Clients::kRequired},
      {ClientCertificates::kOptional, Clients::kOptional},
      {ClientCertificates::kAnyone, Clients::kOptionalWithoutAuthority},
      {ClientCertificates::kOff, Clients::kNone},
  };
  for (const auto& [asked, clients] : cases) {
    said.client_certificates = asked;
    EXPECT_EQ(ground.Of(said, problem).clients, clients);
  }
}

TEST(DomainTls, Http3IsOffUnlessAskedForAndNeverWithClientCertificates) {
  Ground ground;
  absl::optional<Problem> problem;
  DomainSettings said;
  EXPECT_FALSE(ground.Of(said, problem).http3);
  ground.defaults.http3 = true;
  EXPECT_TRUE(ground.Of(said, problem).http3);
  ground.asks = true;
  EXPECT_FALSE(ground.Of(said, problem).http3);
  said.client_certificates = ClientCertificates::kOff;
  EXPECT_TRUE(ground.Of(said, problem).http3);
  said.http3 = false;
  EXPECT_FALSE(ground.Of(said, problem).http3);
}

}  // namespace
}  // namespace fairlead
