#include "server/resources/http_listeners.h"

#include <utility>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "server/resources/route.h"
#include "server/snapshot/wire.h"
#include "server/vocabulary/host.h"

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
  ports_[options_.port];
}

HttpListeners::Changes HttpListeners::Initial() {
  return {{Routes(options_.port), Listener(options_.port)}, {}};
}

HttpListeners::Changes HttpListeners::Apply(const std::vector<VirtualHostChange>& changes) {
  Changes out;
  absl::btree_set<uint16_t> touched;
  absl::btree_set<uint16_t> known;
  for (const auto& [port, state] : ports_) known.insert(port);
  for (const VirtualHostChange& change : changes) {
    const auto before = port_of_domain_.find(change.domain);
    if (before != port_of_domain_.end()) {
      Remove(before->second, change.domain);
      touched.insert(before->second);
      port_of_domain_.erase(before);
    }
    if (troubled_.erase(change.domain) > 0) out.problems.push_back({SourceOf(change.domain), {}});
    if (change.after == nullptr) continue;
    const uint16_t port = PortOf(*change.after, out);
    Put(port, change.after);
    port_of_domain_[change.domain] = port;
    touched.insert(port);
  }
  for (const uint16_t port : touched) {
    const auto state = ports_.find(port);
    const bool is_empty = state->second.pieces.empty() && state->second.catch_all.empty();
    if (is_empty && port != options_.port) {
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

void HttpListeners::Put(uint16_t port, const std::shared_ptr<const VirtualHost>& host) {
  Port& state = ports_[port];
  const bool is_regex = IsHostRegex(host->domain);
  if (is_regex || host->domain == options_.default_host) state.catch_all[host->domain] = host;
  if (is_regex) return;
  std::string& piece = state.pieces[host->domain];
  wire::AppendField(piece, kVirtualHostsField, VirtualHostOf(*host).SerializeAsString());
}

void HttpListeners::Remove(uint16_t port, const std::string& domain) {
  Port& state = ports_[port];
  state.pieces.erase(domain);
  state.catch_all.erase(domain);
}

ResourceChange HttpListeners::Routes(uint16_t port) const {
  const Port& state = ports_.at(port);
  const std::string name = NameOf(port);
  std::string bytes = RouteConfigurationOf(name, options_.settings).SerializeAsString();
  for (const auto& [domain, piece] : state.pieces) bytes += piece;
  CatchAll catch_all;
  catch_all.unknown_host_status = options_.unknown_host_status;
  for (const auto& [domain, host] : state.catch_all) {
    if (IsHostRegex(domain)) {
      catch_all.regexes.push_back(host.get());
    } else {
      catch_all.default_host = host.get();
    }
  }
  if (const auto host = CatchAllOf(catch_all); host.has_value()) {
    wire::AppendField(bytes, kVirtualHostsField, host->SerializeAsString());
  }
  return {Type::kRoute, name, Resource::FromBytes(Type::kRoute, name, bytes)};
}

ResourceChange HttpListeners::Listener(uint16_t port) const {
  const std::string name = NameOf(port);
  return {Type::kListener, name,
          Resource::Of(Type::kListener, name, HttpListenerOf(name, options_.settings, port, name))};
}

}  // namespace fairlead
