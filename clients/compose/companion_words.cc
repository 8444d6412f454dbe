#include "clients/compose/companion_words.h"

#include <algorithm>
#include <array>

namespace fairlead {
namespace {

constexpr std::array<CompanionWord, 19> kOfContainers = {{
    {"ACME_HOST", "LETSENCRYPT_HOST", "which hosts it gets a certificate for"},
    {"ACME_EMAIL", "LETSENCRYPT_EMAIL", "whom the authority writes to"},
    {"ACME_KEYSIZE", "LETSENCRYPT_KEYSIZE", "the kind of key"},
    {"ACME_SINGLE_DOMAIN_CERTS", "LETSENCRYPT_SINGLE_DOMAIN_CERTS",
     "whether each host gets a certificate of its own"},
    {"ACME_CHALLENGE", "", "by which challenge it shows that the host is yours"},
    {"ACMESH_DNS_API_CONFIG", "", "how it writes DNS-01 challenges"},
    {"ACME_CA_URI", "", "the authority"},
    {"ACME_CERT_PROFILE", "", "the authority's profile of certificates"},
    {"ACME_PREFERRED_CHAIN", "", "which of the authority's chains it takes"},
    {"ACME_OCSP", "", "whether it asks for certificates that have to be stapled",
     "OCSP answers are not stapled, and a client that insists on one refuses such a certificate",
     "leave it out, and let the certificate be issued anew"},
    {"ACME_RENEW_AFTER", "", "when it renews"},
    {"ACME_RENEW_PRIVATE_KEYS", "", "whether it makes a new key then"},
    {"ACME_RESTART_CONTAINER", "LETSENCRYPT_RESTART_CONTAINER",
     "whether it restarts the container then"},
    {"ACME_PRE_HOOK", "", "what it runs before"},
    {"ACME_POST_HOOK", "", "what it runs after"},
    {"ACME_EAB_KID", "", "the account at the authority"},
    {"ACME_EAB_HMAC_KEY", "", "the key of the account at the authority"},
    {"LETSENCRYPT_TEST", "", "whether it asks the authority's staging service"},
    {"ZEROSSL_API_KEY", "", "the account at ZeroSSL"},
}};

constexpr std::array<CompanionWord, 10> kOfCompanion = {{
    {"DEFAULT_EMAIL", "", "whom the authority writes to, if a container names nobody"},
    {"DEFAULT_RENEW", "", "when it renews, if a container says nothing"},
    {"CERTS_UPDATE_INTERVAL", "", "how often it looks"},
    {"RENEW_PRIVATE_KEYS", "", "whether it makes a new key then"},
    {"CREATE_DEFAULT_CERTIFICATE", "", "whether it writes default.crt and default.key"},
    {"ACME_HTTP_CHALLENGE_LOCATION", "", "whether it writes nginx's directives for challenges"},
    {"RELOAD_NGINX_ONLY_ONCE", "", "how often it asks for a reload, which nothing needs here"},
    {"NGINX_PROXY_CONTAINER", "", "the container of the proxy"},
    {"NGINX_DOCKER_GEN_CONTAINER", "", "the container of docker-gen"},
    {"CA_BUNDLE", "", "the authorities that it trusts itself"},
}};

template <size_t kSize>
const CompanionWord* Find(const std::array<CompanionWord, kSize>& words, absl::string_view name) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const CompanionWord& word) {
    return name == word.name || (!word.old_name.empty() && name == word.old_name);
  });
  return found == words.end() ? nullptr : &*found;
}

}  // namespace

const CompanionWord* FindContainersCompanionWord(absl::string_view name) {
  return Find(kOfContainers, name);
}

const CompanionWord* FindCompanionsOwnWord(absl::string_view name) {
  const CompanionWord* const own = Find(kOfCompanion, name);
  return own != nullptr ? own : FindContainersCompanionWord(name);
}

}  // namespace fairlead
