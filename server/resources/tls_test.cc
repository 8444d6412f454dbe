#include "server/resources/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/resources/secret.h"
#include "server/vocabulary/tls_policies.h"
#include "test/support/golden_message.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using Clients = TlsSettings::ClientCertificates;

void ExpectGolden(const std::string& name, const google::protobuf::Message& message) {
  ExpectGoldenMessage(absl::StrCat("server/resources/golden/", name, ".json"), message);
}

TEST(TlsContext, OfEachPolicy) {
  for (const TlsPolicy& policy : TlsPolicies()) {
    SCOPED_TRACE(policy.name);
    ExpectGolden(absl::StrCat("tls_policy_", policy.name),
                 TlsContextOf({.certificate = "shop.example", .policy = &policy}));
  }
}

TEST(TlsContext, ClientCertificates) {
  const struct {
    const char* name;
    Clients clients;
  } cases[] = {
      {"required", Clients::kRequired},
      {"optional", Clients::kOptional},
      {"optional_no_ca", Clients::kOptionalWithoutAuthority},
  };
  for (const auto& of : cases) {
    SCOPED_TRACE(of.name);
    ExpectGolden(absl::StrCat("tls_clients_", of.name),
                 TlsContextOf({.certificate = "shop.example",
                               .policy = FindTlsPolicy(kDefaultTlsPolicy),
                               .authorities = AuthoritiesSecretName("shop.example"),
                               .clients = of.clients}));
  }
}

TEST(TlsContext, WithoutAuthoritiesClientsAreAskedForNothing) {
  for (const Clients clients : {Clients::kNone, Clients::kRequired, Clients::kOptional,
                                Clients::kOptionalWithoutAuthority}) {
    const auto context = TlsContextOf({.certificate = "shop.example",
                                       .policy = FindTlsPolicy(kDefaultTlsPolicy),
                                       .clients = clients});
    EXPECT_FALSE(context.has_require_client_certificate());
    EXPECT_EQ(context.common_tls_context().validation_context_type_case(), 0);
  }
}

TEST(TlsContext, Http2IsOfferedUnlessItIsOff) {
  const TlsPolicy* const policy = FindTlsPolicy(kDefaultTlsPolicy);
  EXPECT_THAT(
      TlsContextOf({.certificate = "a", .policy = policy}).common_tls_context().alpn_protocols(),
      ElementsAre("h2", "http/1.1"));
  EXPECT_THAT(TlsContextOf({.certificate = "a", .policy = policy, .http2 = false})
                  .common_tls_context()
                  .alpn_protocols(),
              ElementsAre("http/1.1"));
}

TEST(QuicContext, OfACertificate) { ExpectGolden("quic", QuicSocketOf("shop.example")); }

TEST(TlsPolicy, EveryNameOnceAndNoOther) {
  std::vector<std::string> names;
  for (const TlsPolicy& policy : TlsPolicies()) {
    names.push_back(policy.name);
    EXPECT_EQ(FindTlsPolicy(policy.name), &policy);
    // A version before 1.3 needs ciphers; else Envoy takes its own.
    EXPECT_EQ(
        policy.ciphers.empty(),
        policy.oldest == envoy::extensions::transport_sockets::tls::v3::TlsParameters::TLSv1_3)
        << policy.name;
  }
  // Those that SSL_POLICY takes, in the same order.
  EXPECT_THAT(names, ElementsAreArray(kTlsPolicyNames));
  EXPECT_EQ(FindTlsPolicy("mozilla-modern"), nullptr);
  EXPECT_EQ(FindTlsPolicy(""), nullptr);
}

TEST(Secret, OfACertificate) {
  Certificate certificate;
  certificate.name = "shop.example";
  certificate.chain = "CHAIN";
  certificate.key = "KEY";
  ExpectGolden("secret_certificate", CertificateSecretOf(certificate));
}

TEST(Secret, OfTheAuthoritiesOfClients) {
  ExpectGolden("secret_authorities",
               AuthoritiesSecretOf(AuthoritiesSecretName("shop.example"),
                                   {.authorities = "AUTHORITIES", .revocations = "REVOKED"}));
  ExpectGolden("secret_authorities_for_all",
               AuthoritiesSecretOf(kAuthoritiesForAllSecret,
                                   {.authorities = "AUTHORITIES", .revocations = ""}));
}

TEST(Secret, WithoutUsableAuthoritiesNobodyPasses) {
  ExpectGolden("secret_authorities_nobody",
               AuthoritiesSecretOf(AuthoritiesSecretName("shop.example"), {}));
}

}  // namespace
}  // namespace fairlead
