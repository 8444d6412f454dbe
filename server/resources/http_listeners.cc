#include "server/resources/http_listeners.h"

#include <utility>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

std::string SourceOf(const std::string& domain) { return absl::StrCat("public port of ", domain); }

Problem TooManyPorts(const std::string& domain, uint16_t port, const std::string& instead) {
  Problem problem;
  problem.place.service = domain;
  problem.place.word = "EXTERNAL_HTTP_PORT";
  problem.what = absl::StrCat("port ", port, " is one more than the ", HttpListeners::kMostPorts,
                              " that proxies listen at, so the host is served at ", instead);
  problem.cure = "let hosts share a port: requests are told apart by their host";
  return problem;
}

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
  if (ports_.contains(asked) || ports_.size() <= kMostPorts) return asked;
  troubled_.insert(host.domain);
  out.problems.push_back(
      {SourceOf(host.domain),
       {TooManyPorts(host.domain, asked, absl::StrCat("port ", options_.port))}});
  return options_.port;
}

RouteTable& HttpListeners::TableAt(uint16_t port) {
  return ports_
      .try_emplace(port, RouteTable::Options{options_.default_host, options_.unknown_host_status,
                                             options_.settings})
      .first->second;
}

ResourceChange HttpListeners::Listener(uint16_t port) const {
  const std::string name = NameOf(port);
  return {Type::kListener, name,
          Resource::Of(Type::kListener, name, HttpListenerOf(name, options_.settings, port, name))};
}

}  // namespace fairlead
