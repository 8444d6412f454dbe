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

HttpListeners::Changes HttpListeners::Initial() {
  return {{Routes(options_.port), Listener(options_.port)}, {}};
}

HttpListeners::Changes HttpListeners::Apply(const std::vector<VirtualHostChange>& changes,
                                            ServingOf serving_of) {
  Changes out;
  absl::btree_set<uint16_t> touched;
  absl::btree_set<uint16_t> known;
  for (const auto& [port, state] : ports_) known.insert(port);
  for (const VirtualHostChange& change : changes) {
    const auto before = port_of_domain_.find(change.domain);
    if (before != port_of_domain_.end()) {
      TableAt(before->second).Remove(change.domain);
      touched.insert(before->second);
      port_of_domain_.erase(before);
    }
    if (troubled_.erase(change.domain) > 0) out.problems.push_back({SourceOf(change.domain), {}});
    if (change.after == nullptr) continue;
    std::optional<Serving> serving = serving_of(*change.after);
    if (!serving.has_value()) continue;
    const uint16_t port = PortOf(*change.after, out);
    TableAt(port).Put(change.after, *std::move(serving));
    port_of_domain_[change.domain] = port;
    touched.insert(port);
  }
  for (const uint16_t port : touched) {
    const auto state = ports_.find(port);
    if (state->second.empty() && port != options_.port) {
      ports_.erase(state);
      if (!known.contains(port)) continue;
      out.resources.push_back({Type::kListener, NameOf(port), nullptr});
      out.resources.push_back({Type::kRoute, NameOf(port), nullptr});
      continue;
    }
    out.resources.push_back(Routes(port));
    if (!known.contains(port)) out.resources.push_back(Listener(port));
  }
  return out;
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

ResourceChange HttpListeners::Listener(uint16_t port) const {
  const std::string name = NameOf(port);
  return {Type::kListener, name,
          Resource::Of(Type::kListener, name, HttpListenerOf(name, options_.settings, port, name))};
}

}  // namespace fairlead
