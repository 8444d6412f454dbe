#include "server/resources/resources.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/resources/assignment.h"
#include "server/resources/cluster.h"
#include "server/resources/origin.h"
#include "server/resources/route.h"
#include "server/resources/secret.h"

namespace fairlead {
namespace {

std::string Describe(const View& view) {
  std::string text =
      view.host.empty() ? "outside the Docker hosts" : absl::StrCat("on host ", view.host);
  if (!view.networks.empty()) {
    absl::StrAppend(&text, " in networks ", absl::StrJoin(view.networks, ", "));
  }
  return text;
}

std::string ViewName(uint32_t view_id) { return absl::StrCat("view ", view_id); }

std::string SourceOf(uint32_t view_id, const std::string& pool) {
  return absl::StrCat(ViewName(view_id), " pool ", pool);
}

Problem OutOfReach(const Endpoint& endpoint, const Pool& pool, const View& view,
                   const std::string& proxies) {
  Problem problem;
  problem.place.host = endpoint.host_id;
  problem.place.container = endpoint.container_name;
  problem.place.service = pool.name;
  problem.place.proxy = proxies;
  problem.what = absl::StrCat("no address of it can be reached from where the proxy stands (",
                              Describe(view), "), which therefore sends it no requests");
  problem.cure = absl::StrCat(
      "put it on a network that the proxy shares, as by `docker network connect ",
      view.networks.empty() ? "NETWORK" : view.networks.front(), " ", endpoint.container_name,
      "`; or publish port ", endpoint.port, " (ports: [\"", endpoint.port,
      "\"] takes any free port of the host), which the drop-in image uses with "
      "FAIRLEAD_PUBLISHED_PORTS=true alone; if the proxy does stand on such a network or host, its "
      "bootstrap has to say so (--networks, --host)");
  return problem;
}

constexpr char kDefaultHostSource[] = "default host";

Problem NobodysDefaultHost(const std::string& host, int unknown_host_status) {
  Problem problem;
  problem.severity = Problem::Severity::kNotice;
  problem.place.service = host;
  problem.place.word = "DEFAULT_HOST";
  problem.what = absl::StrCat(
      "no container asks for the default host, so requests for hosts that nobody asks "
      "for are answered with ",
      unknown_host_status);
  problem.cure = absl::StrCat("start a container with VIRTUAL_HOST=", host,
                              ", or name another host by the server's --default-host (DEFAULT_HOST "
                              "in the drop-in image)");
  return problem;
}

template <typename Changes>
void Append(Changes changes, ResourceChanges& out) {
  for (ResourceChange& change : changes.resources) out.shared.push_back(std::move(change));
  for (ProblemsOf& problems : changes.problems) out.problems.push_back(std::move(problems));
}

}  // namespace

Resources::Resources(Options options)
    : options_(std::move(options)), http_(options_.http), https_(options_.https) {}

ResourceChanges Resources::Initial() {
  ResourceChanges out;
  WithAdmission([&](Admission& admission) { Append(http_.Initial(admission), out); }, out);
  if (!options_.acme_responder.is_there()) return out;
  const auto cluster = AcmeResponderClusterOf(options_.acme_responder);
  const auto nobody = [](absl::string_view) { return Place(); };
  if (gate_.Admits({Type::kCluster, kAcmeResponderCluster}, cluster, nobody, out.problems)) {
    out.shared.push_back({Type::kCluster, kAcmeResponderCluster,
                          Resource::Of(Type::kCluster, kAcmeResponderCluster, cluster)});
  }
  return out;
}

ResourceChanges Resources::Apply(const ModelChanges& changes) {
  ResourceChanges out;
  clusters_differ_ = false;
  for (const PoolChange& change : changes.pools) ApplyPool(change, out);
  ApplyApiListeners(changes.pools, out);
  std::vector<VirtualHostChange> concerned = changes.virtual_hosts;
  for (const VirtualHostChange& change : changes.virtual_hosts) {
    unsettled_.erase(change.domain);
    if (change.after == nullptr) {
      virtual_hosts_.erase(change.domain);
    } else {
      virtual_hosts_[change.domain] = change.after;
    }
  }
  if (clusters_differ_) {
    for (const std::string& domain : std::exchange(unsettled_, {})) {
      concerned.push_back({domain, virtual_hosts_.at(domain)});
    }
  }
  if (!concerned.empty()) ApplyVirtualHosts(concerned, out);
  ShowDefaultHost(out);
  return out;
}

void Resources::ApplyApiListeners(const std::vector<PoolChange>& changes, ResourceChanges& out) {
  std::vector<PoolChange> served;
  for (const PoolChange& change : changes) {
    if (change.after == nullptr || gate_.IsThere({Type::kCluster, change.name})) {
      served.push_back(change);
    }
  }
  for (ResourceChange& change : api_listeners_.Apply(served)) {
    const ValidityGate::Slot slot{change.type, change.name};
    if (change.after == nullptr) {
      gate_.Forget(slot, out.problems);
    } else {
      const auto origin_of = [&](absl::string_view) { return OriginOf(change.name); };
      const bool refers_to_nothing =
          change.type == Type::kListener &&
          !gate_.IsThere({Type::kRoute, api_listeners_.RoutesOf(change.name)});
      if (refers_to_nothing || !gate_.Admits(slot, *change.after, origin_of, out.problems)) {
        continue;
      }
    }
    out.shared.push_back(std::move(change));
  }
}

ResourceChanges Resources::Apply(const CertificateChanges& changes,
                                 const absl::optional<ClientAuthorities>& for_all) {
  ResourceChanges out;
  ApplySecrets(changes, for_all, out);
  WithAdmission(
      [&](Admission& admission) {
        HttpsListeners::Changes https = https_.Apply(changes, for_all, admission);
        std::vector<VirtualHostChange> in_clear_text;
        for (const std::string& domain : https.domains) {
          in_clear_text.push_back({domain, virtual_hosts_.at(domain)});
        }
        Append(std::move(https), out);
        if (!in_clear_text.empty()) ApplyHttp(in_clear_text, admission, out);
      },
      out);
  return out;
}

void Resources::ApplySecrets(const CertificateChanges& changes,
                             const absl::optional<ClientAuthorities>& for_all,
                             ResourceChanges& out) {
  for (ResourceChange& change : SecretChanges(changes, for_all)) {
    const ValidityGate::Slot slot{Type::kSecret, change.name};
    const auto nobody = [](absl::string_view) { return Place(); };
    if (change.after == nullptr) {
      gate_.Forget(slot, out.problems);
    } else if (!gate_.Admits(slot, *change.after, nobody, out.problems)) {
      continue;
    }
    out.shared.push_back(std::move(change));
  }
}

ResourceChanges Resources::Apply(const PasswordChanges& changes) {
  ResourceChanges out;
  passwords_.Apply(changes);
  std::vector<VirtualHostChange> concerned;
  for (const auto& [domain, host] : virtual_hosts_) {
    const bool is_concerned = std::any_of(
        changes.files.begin(), changes.files.end(),
        [&](const PasswordChange& change) { return PasswordFiles::IsOf(change.name, domain); });
    if (is_concerned) concerned.push_back({domain, host});
  }
  std::sort(concerned.begin(), concerned.end(),
            [](const auto& a, const auto& b) { return a.domain < b.domain; });
  if (!concerned.empty()) ApplyVirtualHosts(concerned, out);
  return out;
}

void Resources::WithAdmission(absl::FunctionRef<void(Admission&)> act, ResourceChanges& out) {
  const auto passwords_of = [this](const VirtualHost& host) { return passwords_.Of(host); };
  const auto find = [this](const std::string& pool) { return FindPool(pool); };
  const auto origin_of =
      [&](const VirtualHost& host, const envoy::config::route::v3::VirtualHost& as_served,
          absl::string_view field) { return OriginInVirtualHost(host, as_served, field, find); };
  Admission admission({gate_, passwords_of, origin_of, unsettled_, out.problems});
  act(admission);
}

void Resources::ApplyVirtualHosts(const std::vector<VirtualHostChange>& changes,
                                  ResourceChanges& out) {
  WithAdmission(
      [&](Admission& admission) {
        Append(https_.Apply(changes, admission), out);
        ApplyHttp(changes, admission, out);
      },
      out);
}

void Resources::ShowDefaultHost(ResourceChanges& out) {
  const std::string& host = options_.http.default_host;
  if (host.empty()) return;
  if (virtual_hosts_.contains(host)) {
    if (troubled_.erase(kDefaultHostSource) > 0) out.problems.push_back({kDefaultHostSource, {}});
  } else if (troubled_.insert(kDefaultHostSource).second) {
    out.problems.push_back(
        {kDefaultHostSource, {NobodysDefaultHost(host, options_.http.unknown_host_status)}});
  }
}

std::optional<Serving> Resources::InClearText(const VirtualHost& host) const {
  const DomainTls& tls = https_.Of(host.domain);
  Serving serving;
  serving.has_open_challenges = tls.serves_challenges;
  serving.has_acme_responder =
      tls.serves_challenges && gate_.IsThere({Type::kCluster, kAcmeResponderCluster});
  switch (tls.clear_text) {
    case DomainTls::ClearText::kServed:
      return serving;
    case DomainTls::ClearText::kNothing:
      return std::nullopt;
    case DomainTls::ClearText::kRedirected:
      serving.redirect = Serving::Redirect{tls.port, tls.redirect_status, tls.serves_challenges,
                                           options_.http.settings.trust_downstream_proxy};
      return serving;
  }
  return serving;
}

void Resources::ApplyHttp(const std::vector<VirtualHostChange>& changes, Admission& admission,
                          ResourceChanges& out) {
  Append(http_.Apply(
             changes, [this](const VirtualHost& host) { return InClearText(host); }, admission),
         out);
}

bool Resources::IsDerived(const View& view) const {
  return std::find(options_.groups.begin(), options_.groups.end(), view.group) !=
         options_.groups.end();
}

ResourceChanges Resources::OpenView(uint32_t view_id, const View& view) {
  ResourceChanges out;
  if (!IsDerived(view)) return out;
  views_.emplace(view_id, ViewState{view, ""});
  out.views.push_back({view_id, {}});
  for (const auto& [name, pool] : pools_) Assign(*pool, view_id, out);
  return out;
}

ResourceChanges Resources::NameProxies(uint32_t view_id, const std::string& proxies) {
  ResourceChanges out;
  const auto found = views_.find(view_id);
  if (found == views_.end() || found->second.proxies == proxies) return out;
  found->second.proxies = proxies;
  for (const auto& [name, pool] : pools_) ShowOutOfReach(*pool, view_id, found->second, out);
  return out;
}

ResourceChanges Resources::CloseView(uint32_t view_id) {
  ResourceChanges out;
  if (views_.erase(view_id) == 0) return out;
  for (const auto& [name, pool] : pools_) {
    const std::string source = SourceOf(view_id, name);
    if (troubled_.erase(source) > 0) out.problems.push_back({source, {}});
    gate_.Forget({Type::kEndpoint, name, ViewName(view_id)}, out.problems);
  }
  return out;
}

const Pool* Resources::FindPool(const std::string& name) const {
  const auto found = pools_.find(name);
  return found == pools_.end() ? nullptr : found->second.get();
}

Place Resources::OriginOf(const std::string& pool) const {
  const Pool* const found = FindPool(pool);
  return found == nullptr ? Place() : OriginInCluster(*found, "");
}

absl::optional<Place> Resources::OriginNamedIn(Type type, absl::string_view text) const {
  const auto find = [this](const std::string& pool) { return FindPool(pool); };
  for (absl::string_view name : absl::StrSplit(text, absl::ByAnyChar(" \t\n'\"`,;()<>="))) {
    // "cluster(s) shop/web:8000: it ..."
    while (absl::ConsumeSuffix(&name, ":") || absl::ConsumeSuffix(&name, ".")) {
    }
    if (type == Type::kListener) {
      auto place = OriginOfListener(name);
      if (place.has_value()) return place;
    }
    const auto pool = pools_.find(name);
    if (type != Type::kRoute && pool != pools_.end()) {
      // What Envoy does not take, it often names by its field or by the extension that is one.
      Place place = OriginInCluster(*pool->second, type == Type::kCluster ? text : "");
      place.service = pool->first;
      return place;
    }
    const auto host = virtual_hosts_.find(name);
    if (type == Type::kRoute && host != virtual_hosts_.end()) {
      Place place = OriginInVirtualHost(*host->second, VirtualHostOf(*host->second), "", find);
      place.service = host->first;
      return place;
    }
  }
  return absl::nullopt;
}

absl::optional<Place> Resources::OriginOfListener(absl::string_view name) const {
  uint32_t port = 0;
  const std::vector<absl::string_view> parts = absl::StrSplit(name, absl::MaxSplits('@', 1));
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[1], &port)) return absl::nullopt;
  const bool is_http = parts[0] == HttpListeners::kHttp;
  if (!is_http && parts[0] != HttpsListeners::kHttps && parts[0] != HttpsListeners::kHttp3) {
    return absl::nullopt;
  }
  const VirtualHost* first = nullptr;
  for (const auto& [domain, host] : virtual_hosts_) {
    const auto& asked = is_http ? host->settings.http_port : host->settings.https_port;
    if (asked == port && (first == nullptr || domain < first->domain)) first = host.get();
  }
  if (first == nullptr) return absl::nullopt;
  return OriginOfPublicPort(*first, !is_http,
                            [this](const std::string& pool) { return FindPool(pool); });
}

void Resources::ApplyPool(const PoolChange& change, ResourceChanges& out) {
  const auto before = pools_.find(change.name);
  const bool is_other = before == pools_.end() || change.after == nullptr ||
                        before->second->upstream != change.after->upstream;
  for (const auto& [view_id, view] : views_) {
    if (out.views.empty() || out.views.back().view_id < view_id) out.views.push_back({view_id, {}});
  }
  if (change.after == nullptr) {
    pools_.erase(change.name);
    clusters_differ_ = true;
    out.shared.push_back({Type::kCluster, change.name, nullptr});
    gate_.Forget({Type::kCluster, change.name}, out.problems);
    for (ResourceChanges::OfView& of_view : out.views) {
      of_view.changes.push_back({Type::kEndpoint, change.name, nullptr});
      const std::string source = SourceOf(of_view.view_id, change.name);
      if (troubled_.erase(source) > 0) out.problems.push_back({source, {}});
      gate_.Forget({Type::kEndpoint, change.name, ViewName(of_view.view_id)}, out.problems);
    }
    return;
  }
  pools_[change.name] = change.after;
  const auto cluster = ClusterOf(change.name, change.after->upstream);
  const auto origin_of = [&](absl::string_view field) {
    return OriginInCluster(*change.after, field);
  };
  const ValidityGate::Slot slot{Type::kCluster, change.name};
  const bool was_there = gate_.IsThere(slot);
  if (is_other && gate_.Admits(slot, cluster, origin_of, out.problems)) {
    clusters_differ_ |= !was_there;
    out.shared.push_back(
        {Type::kCluster, change.name, Resource::Of(Type::kCluster, change.name, cluster)});
  }
  for (const auto& [view_id, view] : views_) Assign(*change.after, view_id, out);
}

void Resources::Assign(const Pool& pool, uint32_t view_id, ResourceChanges& out) {
  const auto of_view =
      std::find_if(out.views.begin(), out.views.end(),
                   [&](const ResourceChanges::OfView& v) { return v.view_id == view_id; });
  const ViewState& view = views_.find(view_id)->second;
  google::protobuf::Arena arena;
  const auto& assignment = AssignmentOf(pool, view.view, arena);
  const auto origin_of = [&](absl::string_view field) {
    return OriginInAssignment(pool, assignment, field);
  };
  if (gate_.Admits({Type::kEndpoint, pool.name, ViewName(view_id)}, assignment, origin_of,
                   out.problems)) {
    of_view->changes.push_back(
        {Type::kEndpoint, pool.name, Resource::Of(Type::kEndpoint, pool.name, assignment)});
  }
  ShowOutOfReach(pool, view_id, view, out);
}

void Resources::ShowOutOfReach(const Pool& pool, uint32_t view_id, const ViewState& view,
                               ResourceChanges& out) {
  ProblemsOf problems{SourceOf(view_id, pool.name), {}};
  for (const auto& endpoint : pool.endpoints) {
    if (view.proxies.empty()) break;
    // One without any address is the routing model's problem, and the same for every proxy.
    if (endpoint->addresses.empty() || ReachableAddress(*endpoint, view.view) != nullptr) continue;
    problems.problems.push_back(OutOfReach(*endpoint, pool, view.view, view.proxies));
  }
  const bool had = troubled_.contains(problems.source);
  if (problems.problems.empty() && !had) return;
  if (problems.problems.empty()) {
    troubled_.erase(problems.source);
  } else {
    troubled_.insert(problems.source);
  }
  out.problems.push_back(std::move(problems));
}

}  // namespace fairlead
