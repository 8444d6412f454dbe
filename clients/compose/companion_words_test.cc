#include "clients/compose/companion_words.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

// Those of acme-companion's documentation, with what they were called before.
TEST(CompanionWords, EachIsFoundByItsNames) {
  for (const char* name : {"ACME_HOST",
                           "LETSENCRYPT_HOST",
                           "ACME_EMAIL",
                           "LETSENCRYPT_EMAIL",
                           "ACME_KEYSIZE",
                           "ACME_SINGLE_DOMAIN_CERTS",
                           "ACME_CHALLENGE",
                           "ACMESH_DNS_API_CONFIG",
                           "ACME_CA_URI",
                           "ACME_CERT_PROFILE",
                           "ACME_PREFERRED_CHAIN",
                           "ACME_OCSP",
                           "ACME_RENEW_AFTER",
                           "ACME_RENEW_PRIVATE_KEYS",
                           "ACME_RESTART_CONTAINER",
                           "ACME_PRE_HOOK",
                           "ACME_POST_HOOK",
                           "ACME_EAB_KID",
                           "ACME_EAB_HMAC_KEY",
                           "LETSENCRYPT_TEST",
                           "ZEROSSL_API_KEY"}) {
    const CompanionWord* const word = FindContainersCompanionWord(name);
    ASSERT_NE(word, nullptr) << name;
    EXPECT_FALSE(word->what.empty()) << name;
    EXPECT_EQ(word->missing.empty(), word->instead.empty()) << name;
    EXPECT_EQ(FindCompanionsOwnWord(name), word) << name;
  }
}

TEST(CompanionWords, SomeAreItsOwnAlone) {
  for (const char* name : {"DEFAULT_EMAIL", "NGINX_PROXY_CONTAINER"}) {
    EXPECT_EQ(FindContainersCompanionWord(name), nullptr) << name;
    EXPECT_NE(FindCompanionsOwnWord(name), nullptr) << name;
  }
  for (const char* name : {"", "ACME_HOSTS", "VIRTUAL_HOST", "acme_host"}) {
    EXPECT_EQ(FindContainersCompanionWord(name), nullptr) << name;
    EXPECT_EQ(FindCompanionsOwnWord(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace fairlead
