#include "server/resources/https_listeners.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/certificates/choose_certificate.h"
#include "server/resources/https_chains.h"
#include "server/resources/public_port.h"
#include "server/resources/secret.h"

namespace fairlead {
namespace {

using Clients = TlsSettings::ClientCertificates;

std::string SourceOf(const std::string& domain) { return absl::StrCat("https of ", domain); }
std::string NameSourceOf(const std::string& domain) {
  return absl::StrCat("server name of ", domain);
}

Problem Unreachable(const std::string& domain, const DomainTls& tls) {
  Problem problem;
  problem.place.service = domain;
  problem.what = absl::StrCat(
      "clients name a host when they connect over TLS, and proxies cannot tell this one by a "
      "pattern, so its certificate '",
      tls.certificate, "' is not shown to them");
  problem.cure =
      "name its hosts one by one, or serve it with the default certificate, which is shown to "
      "whoever names no other host";
  return problem;
}

}  // namespace

HttpsListeners::HttpsListeners(Options options) : options_(std::move(options)) {
  ports_[options_.port];
}

std::string HttpsListeners::NameOf(uint16_t port, const char* own) const {
  return port == options_.port ? own : absl::StrCat(own, "@", port);
}

HttpsListeners::Changes HttpsListeners::Apply(const std::vector<VirtualHostChange>& changes,
                                              Admission& admission) {
  Changes out;
  Touched touched;
  for (const VirtualHostChange& change : changes) {
    const auto known = domains_.find(change.domain);
    if (known != domains_.end()) {
      Remove(known->second, touched);
      if (change.after == nullptr) domains_.erase(known);
    }
    if (change.after == nullptr) {
      admission.ForgetHost(kHttps, change.domain);
      Tell(SourceOf(change.domain), absl::nullopt, out);
      Tell(NameSourceOf(change.domain), absl::nullopt, out);
      continue;
    }
    Domain& domain = domains_[change.domain];
    domain.host = change.after;
    domain.tls = Decide(*domain.host, out);
    Put(domain, touched, admission);
  }
  Build(touched, admission, out);
  return out;
}

HttpsListeners::Changes HttpsListeners::Apply(const CertificateChanges& changes,
                                              const absl::optional<ClientAuthorities>& for_all,
                                              Admission& admission) {
  Changes out;
  bool is_other = for_all.has_value() != for_all_;
  for_all_ = for_all.has_value();
  for (const CertificateChange& change : changes.certificates) {
    const auto known = certificates_.find(change.name);
    if (change.after == nullptr) {
      if (known != certificates_.end()) certificates_.erase(known);
      is_other = true;
      continue;
    }
    const bool asks = change.after->clients.has_value();
    is_other |= known == certificates_.end() || known->second != asks;
    certificates_[change.name] = asks;
  }
  // A secret that was refused may be there now.
  for (const auto& [port, state] : ports_) {
    is_other |= state.https.is_incomplete() || state.http3.is_incomplete();
  }
  // One that took the place of another under the same name is no news here.
  if (!is_other) return out;
  Touched touched;
  // The fallback may be another one.
  for (const auto& [port, state] : ports_) touched.listeners.insert(port);
  for (auto& [name, domain] : domains_) {
    const DomainTls tls = Decide(*domain.host, out);
    if (tls == domain.tls) continue;
    Remove(domain, touched);
    domain.tls = tls;
    Put(domain, touched, admission);
    out.domains.push_back(name);
  }
  Build(touched, admission, out);
  return out;
}

DomainTls HttpsListeners::Decide(const VirtualHost& host, Changes& out) {
  const auto has = [&](absl::string_view name) { return certificates_.contains(name); };
  const auto asks = [&](absl::string_view name) {
    const auto found = certificates_.find(name);
    return for_all_ || (found != certificates_.end() && found->second);
  };
  absl::optional<Problem> problem;
  DomainTls tls = DomainTlsOf(host.domain, host.settings,
                              {options_.defaults, options_.port, has, asks}, problem);
  if (!tls.certificate.empty()) {
    tls.port = PublicPortOf(host.domain, tls.port,
                            {"EXTERNAL_HTTPS_PORT", options_.port, options_.http_port,
                             ports_.contains(tls.port), ports_.size() - 1},
                            problem);
  }
  Tell(SourceOf(host.domain), std::move(problem), out);
  if (tls.certificate.empty()) Tell(NameSourceOf(host.domain), absl::nullopt, out);
  return tls;
}

DomainTls HttpsListeners::Fallback() const {
  DomainTls fallback;
  const auto found = certificates_.find(kDefaultCertificate);
  if (found == certificates_.end()) return fallback;
  if (!options_.defaults.trust_default_certificate.value_or(true)) return fallback;
  fallback.certificate = kDefaultCertificate;
  fallback.policy = FindTlsPolicy(options_.defaults.ssl_policy);
  if (fallback.policy == nullptr) fallback.policy = FindTlsPolicy(kDefaultTlsPolicy);
  if (for_all_ || found->second) fallback.clients = Clients::kRequired;
  fallback.http2 = options_.defaults.http2.value_or(true);
  fallback.http3 = options_.defaults.http3.value_or(false) && fallback.clients == Clients::kNone;
  return fallback;
}

RouteTable& HttpsListeners::TableOf(uint16_t port, const std::string& name) {
  RouteTable::Options options = {options_.default_host, options_.unknown_host_status,
                                 options_.settings, /*tls=*/true};
  // Whoever shows a certificate for one host has not shown it for another.
  if (name != NameOf(port)) {
    options.default_host.clear();
    options.unknown_host_status = 421;
  }
  return ports_[port].tables.try_emplace(name, std::move(options)).first->second;
}

void HttpsListeners::Put(Domain& domain, Touched& touched, Admission& admission) {
  const std::string& name = domain.host->domain;
  if (domain.tls.certificate.empty()) {
    domain.served.reset();
    return admission.ForgetHost(kHttps, name);
  }
  const uint16_t port = domain.tls.port;
  Serving serving;
  serving.hsts = domain.tls.hsts;
  if (domain.tls.http3) serving.http3_port = port;
  domain.served = admission.AdmitHost(kHttps, {domain.host, std::move(serving)},
                                      domain.served.has_value() ? &*domain.served : nullptr);
  if (!domain.served.has_value()) return;
  const std::string base = NameOf(port);
  const std::string routes = RoutesOfChain(base, domain.tls.certificate, domain.tls.clients);
  TableOf(port, routes).Put(domain.served->host, domain.served->serving);
  if (routes != base) TableOf(port, base).PutMisdirected(name);
  ports_[port].domains[name] = domain.tls;
  touched.listeners.insert(port);
  touched.routes.insert(port);
}

void HttpsListeners::Remove(const Domain& domain, Touched& touched) {
  if (!domain.served.has_value()) return;
  const uint16_t port = domain.tls.port;
  for (auto& [name, table] : ports_[port].tables) table.Remove(domain.host->domain);
  ports_[port].domains.erase(domain.host->domain);
  touched.listeners.insert(port);
  touched.routes.insert(port);
}

void HttpsListeners::AdmitRoutes(const std::string& name, Admission& admission) const {
  if (admission.IsThere(Type::kRoute, name)) return;
  admission.Admit({Type::kRoute, name},
                  RouteConfigurationOf(name, options_.settings, /*tls=*/true));
}

void HttpsListeners::Build(const Touched& touched, Admission& admission, Changes& out) {
  absl::btree_set<uint16_t> ports = touched.listeners;
  ports.insert(touched.routes.begin(), touched.routes.end());
  for (const uint16_t port : ports) {
    const auto found = ports_.find(port);
    Port& state = found->second;
    const absl::btree_set<std::string> needed = BuildListener(port, state, admission, out);
    for (auto table = state.tables.begin(); table != state.tables.end();) {
      const std::string& name = table->first;
      if (needed.contains(name)) {
        if (admission.IsThere(Type::kRoute, name)) {
          out.resources.push_back(table->second.Change(name));
        }
        ++table;
      } else {
        admission.Forget({Type::kRoute, name});
        out.resources.push_back({Type::kRoute, name, nullptr});
        table = state.tables.erase(table);
      }
    }
    if (state.domains.empty() && port != options_.port) ports_.erase(found);
  }
}

ListenerChains::Chain HttpsListeners::ChainOf(const std::string& base,
                                              const HttpsChain& chain) const {
  TlsSettings settings;
  settings.certificate = chain.certificate;
  settings.policy = chain.policy;
  settings.clients = chain.clients;
  settings.http2 = chain.http2;
  const auto own = certificates_.find(chain.certificate);
  const bool has_own = own != certificates_.end() && own->second;
  if (has_own) settings.authorities = AuthoritiesSecretName(chain.certificate);
  if (!has_own && for_all_) settings.authorities = kAuthoritiesForAllSecret;
  ListenerChains::Chain of;
  of.tls.server_names = chain.server_names;
  of.tls.socket = TlsSocketOf(settings);
  of.tls.routes = RoutesOfChain(base, chain.certificate, chain.clients);
  of.name = absl::StrCat(of.tls.routes, " certificate ", chain.certificate, " policy ",
                         chain.policy->name, chain.http2 ? "" : " without HTTP/2",
                         chain.server_names.empty() ? " of all others" : "");
  of.secrets.push_back(CertificateSecretName(chain.certificate));
  if (chain.clients != Clients::kNone) of.secrets.push_back(settings.authorities);
  return of;
}

absl::btree_set<std::string> HttpsListeners::BuildListener(uint16_t port, Port& state,
                                                           Admission& admission, Changes& out) {
  const std::string base = NameOf(port);
  std::vector<std::string> unreachable;
  // A port that domains asked for is there for them alone.
  const DomainTls fallback =
      state.domains.empty() && port != options_.port ? DomainTls() : Fallback();
  const std::vector<HttpsChain> chains = HttpsChainsOf(state.domains, fallback, unreachable);
  for (const auto& [domain, tls] : state.domains) {
    const bool is_unreachable =
        std::find(unreachable.begin(), unreachable.end(), domain) != unreachable.end();
    Tell(NameSourceOf(domain),
         is_unreachable ? absl::make_optional(Unreachable(domain, tls)) : absl::nullopt, out);
  }
  absl::btree_set<std::string> routes;
  std::vector<ListenerChains::Chain> wanted;
  for (const HttpsChain& chain : chains) {
    wanted.push_back(ChainOf(base, chain));
    const std::string& name = wanted.back().tls.routes;
    TableOf(port, name);
    AdmitRoutes(name, admission);
    routes.insert(name);
  }
  BuildHttp3Listener(port, state, fallback, admission, out);
  Send(base, state.https, std::move(wanted), admission, out, [&](const std::vector<TlsChain>& of) {
    return HttpsListenerOf(base, options_.settings, port, of);
  });
  return routes;
}

void HttpsListeners::BuildHttp3Listener(uint16_t port, Port& state, const DomainTls& fallback,
                                        Admission& admission, Changes& out) {
  const std::string name = NameOf(port, kHttp3);
  absl::btree_map<std::string, DomainTls> domains;
  for (const auto& [domain, tls] : state.domains) {
    if (tls.http3) domains.emplace(domain, tls);
  }
  // Domains that cannot be named are in the chain of whoever asks for no other.
  const bool has_fallback =
      fallback.clients == Clients::kNone && (fallback.http3 || !domains.empty());
  std::vector<std::string> unreachable;
  std::vector<ListenerChains::Chain> wanted;
  for (const HttpsChain& chain :
       HttpsChainsOf(domains, has_fallback ? fallback : DomainTls(), unreachable)) {
    ListenerChains::Chain& of = wanted.emplace_back(ChainOf(NameOf(port), chain));
    of.tls.socket = QuicSocketOf(chain.certificate);
    of.tls.routes = NameOf(port);
  }
  Send(name, state.http3, std::move(wanted), admission, out, [&](const std::vector<TlsChain>& of) {
    return Http3ListenerOf(name, options_.settings, port, of);
  });
}

void HttpsListeners::Send(const std::string& name, ListenerChains& chains,
                          std::vector<ListenerChains::Chain> wanted, Admission& admission,
                          Changes& out, ListenerChains::ListenerOf listener_of) {
  if (!chains.Take(name, std::move(wanted), listener_of, admission)) return;
  out.resources.push_back({Type::kListener, name, nullptr});
  if (chains.empty()) return;
  out.resources.back().after = Resource::Of(Type::kListener, name, listener_of(chains.admitted()));
}

void HttpsListeners::Tell(const std::string& source, absl::optional<Problem> problem,
                          Changes& out) {
  if (!problem.has_value()) {
    if (troubled_.erase(source) > 0) out.problems.push_back({source, {}});
    return;
  }
  troubled_.insert(source);
  out.problems.push_back({source, {*std::move(problem)}});
}

}  // namespace fairlead
