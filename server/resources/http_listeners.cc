#include "server/resources/http_listeners.h"

#include <utility>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "server/resources/public_port.h"

namespace fairlead {
namespace {

std::string SourceOf(const std::string& domain) { return absl::StrCat("public port of ", domain); }

}  // namespace

HttpListeners::HttpListeners(Options options) : options_(std::move(options)) {
  TableAt(options_.port);
}

HttpListeners::Changes HttpListeners::Initial(Admission& admission) {
  Changes out;
  if (AddRoutes(options_.port, admission, out)) AddListener(options_.port, admission, out);
  return out;
}

HttpListeners::Changes HttpListeners::Apply(const std::vector<VirtualHostChange>& changes,
                                            ServingOf serving_of, Admission& admission) {
  Changes out;
  absl::btree_set<uint16_t> touched;
  absl::btree_set<uint16_t> known;
  for (const auto& [port, state] : ports_) known.insert(port);
  for (const VirtualHostChange& change : changes) {
    ApplyOne(change, serving_of, admission, touched, out);
  }
  for (const uint16_t port : touched) {
    const auto state = ports_.find(port);
    if (state->second.empty() && port != options_.port) {
      ports_.erase(state);
      if (known.contains(port)) RemoveListener(port, admission, out);
    } else if (AddRoutes(port, admission, out) && !known.contains(port)) {
      AddListener(port, admission, out);
    }
  }
  return out;
}

void HttpListeners::ApplyOne(const VirtualHostChange& change, ServingOf serving_of,
                             Admission& admission, absl::btree_set<uint16_t>& touched,
                             Changes& out) {
  Domain before;
  if (const auto known = domains_.find(change.domain); known != domains_.end()) {
    before = std::move(known->second);
    domains_.erase(known);
    TableAt(before.port).Remove(change.domain);
    touched.insert(before.port);
  }
  if (troubled_.erase(change.domain) > 0) out.problems.push_back({SourceOf(change.domain), {}});
  std::optional<Serving> serving;
  if (change.after != nullptr) serving = serving_of(*change.after);
  if (!serving.has_value()) return admission.ForgetHost(kHttp, change.domain);
  Domain& domain = domains_[change.domain];
  domain.port = PortOf(*change.after, out);
  domain.served = admission.AdmitHost(kHttp, {change.after, *std::move(serving)},
                                      before.served.has_value() ? &*before.served : nullptr);
  RouteTable& table = TableAt(domain.port);
  if (domain.served.has_value()) table.Put(domain.served->host, domain.served->serving);
  touched.insert(domain.port);
}

std::string HttpListeners::NameOf(uint16_t port) const {
  return port == options_.port ? kHttp : absl::StrCat(kHttp, "@", port);
}

uint16_t HttpListeners::PortOf(const VirtualHost& host, Changes& out) {
  const uint16_t asked = host.settings.http_port.value_or(options_.port);
  absl::optional<Problem> problem;
  const uint16_t port = PublicPortOf(host.domain, asked,
                                     {"EXTERNAL_HTTP_PORT", options_.port, options_.https_port,
                                      ports_.contains(asked), ports_.size() - 1},
                                     problem);
  if (problem.has_value()) {
    troubled_.insert(host.domain);
    out.problems.push_back({SourceOf(host.domain), {*std::move(problem)}});
  }
  return port;
}

RouteTable& HttpListeners::TableAt(uint16_t port) {
  return ports_
      .try_emplace(port, RouteTable::Options{options_.default_host, options_.unknown_host_status,
                                             options_.settings, /*tls=*/false,
                                             options_.unknown_hosts_have_acme_responder})
      .first->second;
}

bool HttpListeners::AddRoutes(uint16_t port, Admission& admission, Changes& out) const {
  const std::string name = NameOf(port);
  if (!admission.IsThere(Type::kRoute, name) &&
      !admission.Admit({Type::kRoute, name},
                       RouteConfigurationOf(name, options_.settings, /*tls=*/false))) {
    return false;
  }
  out.resources.push_back(ports_.at(port).Change(name));
  return true;
}

void HttpListeners::AddListener(uint16_t port, Admission& admission, Changes& out) const {
  const std::string name = NameOf(port);
  const auto listener = HttpListenerOf(name, options_.settings, port, name);
  if (!admission.Admit({Type::kListener, name}, listener)) return;
  out.resources.push_back({Type::kListener, name, Resource::Of(Type::kListener, name, listener)});
}

void HttpListeners::RemoveListener(uint16_t port, Admission& admission, Changes& out) const {
  const std::string name = NameOf(port);
  for (const Type type : {Type::kListener, Type::kRoute}) {
    admission.Forget({type, name});
    out.resources.push_back({type, name, nullptr});
  }
}

}  // namespace fairlead
