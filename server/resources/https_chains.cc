#include "server/resources/https_chains.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fairlead {
namespace {

using Clients = TlsSettings::ClientCertificates;
using Key = std::tuple<std::string, std::string, Clients, bool>;

Key KeyOf(const DomainTls& tls) {
  return {tls.certificate, tls.policy->name, tls.clients, tls.http2};
}

// As Envoy matches names: exact ones, and "*." before a suffix.
bool CanBeNamed(const std::string& domain) {
  return !absl::StartsWith(domain, "~") && !absl::EndsWith(domain, ".*");
}

// "*.PARENT" for "a.PARENT".
std::string WildcardOver(absl::string_view domain) {
  const size_t dot = domain.find('.');
  return dot == absl::string_view::npos ? "" : absl::StrCat("*", domain.substr(dot));
}

bool IsCovered(absl::string_view domain, const std::set<std::string>& wildcards) {
  absl::ConsumePrefix(&domain, "*.");
  for (size_t dot = domain.find('.'); dot != absl::string_view::npos; dot = domain.find('.')) {
    domain.remove_prefix(dot);
    if (wildcards.count(absl::StrCat("*", domain)) > 0) return true;
    domain.remove_prefix(1);
  }
  return false;
}

}  // namespace

std::vector<HttpsChain> HttpsChainsOf(const absl::btree_map<std::string, DomainTls>& domains,
                                      const DomainTls& fallback,
                                      std::vector<std::string>& unreachable) {
  const bool has_fallback = !fallback.certificate.empty();
  const auto is_fallback = [&](const DomainTls& tls) {
    return has_fallback && KeyOf(tls) == KeyOf(fallback);
  };
  // Which "*.PARENT" stand for several domains: of the first that are alike.
  absl::btree_map<std::string, Key> parents;
  std::set<std::string> wildcards;
  for (const auto& [domain, tls] : domains) {
    if (absl::StartsWith(domain, "*.")) wildcards.insert(domain);
  }
  for (const auto& [domain, tls] : domains) {
    if (!CanBeNamed(domain) || is_fallback(tls)) continue;
    const std::string over = WildcardOver(domain);
    if (over != absl::StrCat("*.", tls.certificate) || wildcards.count(over) > 0) continue;
    parents.emplace(over, KeyOf(tls));
  }
  for (const auto& [over, key] : parents) wildcards.insert(over);

  absl::btree_map<Key, std::set<std::string>> names;
  for (const auto& [domain, tls] : domains) {
    if (!CanBeNamed(domain)) {
      if (!is_fallback(tls)) unreachable.push_back(domain);
      continue;
    }
    if (is_fallback(tls) && !IsCovered(domain, wildcards)) continue;
    const auto parent = parents.find(WildcardOver(domain));
    const bool is_alike = parent != parents.end() && parent->second == KeyOf(tls);
    names[KeyOf(tls)].insert(is_alike ? parent->first : domain);
  }
  std::vector<HttpsChain> chains;
  for (const auto& [key, of] : names) {
    HttpsChain chain;
    chain.server_names.assign(of.begin(), of.end());
    chain.certificate = std::get<0>(key);
    chain.policy = FindTlsPolicy(std::get<1>(key));
    chain.clients = std::get<2>(key);
    chain.http2 = std::get<3>(key);
    chains.push_back(std::move(chain));
  }
  if (has_fallback) {
    chains.push_back({{}, fallback.certificate, fallback.policy, fallback.clients, fallback.http2});
  }
  return chains;
}

std::string RoutesOfChain(const std::string& base, const std::string& certificate,
                          Clients clients) {
  const std::string own = absl::StrCat(base, "/", certificate);
  switch (clients) {
    case Clients::kNone:
      return base;
    case Clients::kRequired:
      return own;
    case Clients::kOptional:
      return absl::StrCat(own, "/optional");
    case Clients::kOptionalWithoutAuthority:
      return absl::StrCat(own, "/optional_no_ca");
  }
  return own;
}

}  // namespace fairlead
