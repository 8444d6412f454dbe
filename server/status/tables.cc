#include "server/status/tables.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/status/html.h"

namespace fairlead {
namespace {

// Such as "3m", in the largest unit that fits.
std::string Age(const google::protobuf::Timestamp& since, absl::Time now) {
  const absl::Duration age =
      now - absl::FromUnixSeconds(since.seconds()) - absl::Nanoseconds(since.nanos());
  if (age < absl::Seconds(1)) return "now";
  if (age < absl::Minutes(1)) return absl::StrCat(absl::ToInt64Seconds(age), "s");
  if (age < absl::Hours(1)) return absl::StrCat(absl::ToInt64Minutes(age), "m");
  if (age < absl::Hours(48)) return absl::StrCat(absl::ToInt64Hours(age), "h");
  return absl::StrCat(absl::ToInt64Hours(age) / 24, "d");
}

template <typename Texts>
std::string Lines(const Texts& texts) {
  return absl::StrJoin(texts, "<br>", [](std::string* out, const std::string& text) {
    absl::StrAppend(out, Escaped(text));
  });
}

std::string Code(absl::string_view text) {
  return text.empty() ? "" : absl::StrCat("<code>", Escaped(text), "</code>");
}

// Empty if there are none.
std::string Count(PageTone tone, uint32_t count) {
  return count == 0 ? "" : Word(tone, absl::StrCat(count));
}

std::string HostState(const v1::Host& host) {
  const std::string& word = v1::Host::State_Name(host.state());
  const std::string state = host.state() == v1::Host::CONNECTED ? Word(PageTone::kGood, word)
                            : host.state() == v1::Host::SILENT  ? Word(PageTone::kBad, word)
                                                                : Word(PageTone::kWarn, word);
  if (host.engine_error().empty()) return state;
  return absl::StrCat(state, "<br>", Word(PageTone::kBad, host.engine_error()));
}

PageTone ToneOf(v1::Endpoint::Health health) {
  switch (health) {
    case v1::Endpoint::HEALTHY:
      return PageTone::kGood;
    case v1::Endpoint::UNHEALTHY:
      return PageTone::kBad;
    case v1::Endpoint::DRAINING:
      return PageTone::kWarn;
    default:
      return PageTone::kIdle;
  }
}

std::string Addresses(const v1::Endpoint& endpoint) {
  if (endpoint.addresses_size() == 0) return Word(PageTone::kBad, "nobody can reach it");
  std::vector<std::string> lines;
  for (const v1::Endpoint::Address& address : endpoint.addresses()) {
    const bool v6 = address.ip().find(':') != std::string::npos;
    const std::string ip = v6 ? absl::StrCat("[", address.ip(), "]") : address.ip();
    lines.push_back(absl::StrCat(Code(absl::StrCat(ip, ":", address.port())), " <small>",
                                 Escaped(address.from()), "</small>"));
  }
  return absl::StrJoin(lines, "<br>");
}

std::string Sync(const v1::TypeSync& sync) {
  switch (sync.state()) {
    case v1::TypeSync::ACKED:
      return Word(PageTone::kGood, "ACKED");
    case v1::TypeSync::NACKED:
      return absl::StrCat(Word(PageTone::kBad, "NACKED"), "<br>", Escaped(sync.error()));
    case v1::TypeSync::SENT:
      return Word(PageTone::kWarn, "SENT");
    default:
      return Word(PageTone::kIdle, "NOT SENT");
  }
}

// Of `type`; a proxy that did not subscribe to it has none. Of one that waits nobody knows yet.
std::string SyncOf(const v1::Proxy& proxy, absl::string_view type) {
  for (const v1::TypeSync& sync : proxy.types()) {
    if (absl::string_view(sync.type()) == type) return Sync(sync);
  }
  return proxy.waits_until().empty() ? "" : Word(PageTone::kWarn, "WAITS");
}

}  // namespace

std::string ProblemsSection(const v1::ListProblemsResponse& problems, absl::Time now) {
  HtmlTable table("Problems", "fairlead problems",
                  {"Severity", "Host", "Container", "Service", "Proxy", "Word", "What is wrong",
                   "What to do", "Age"});
  for (const v1::Problem& problem : problems.problems()) {
    const bool error = problem.severity() == v1::Problem::ERROR;
    table.Add({Word(error ? PageTone::kBad : PageTone::kWarn, error ? "ERROR" : "NOTICE"),
               Escaped(problem.host()), Escaped(problem.container()), Escaped(problem.service()),
               Escaped(problem.proxy()), Code(problem.word()), Escaped(problem.what()),
               Escaped(problem.cure()), Age(problem.since(), now)});
  }
  return table.Html("None: everything that was asked for is understood and works.");
}

std::string ServicesSection(const v1::ListServicesResponse& services) {
  HtmlTable table(
      "Services", "fairlead services",
      {"Name", "Routes", "Healthy", "Unhealthy", "Draining", "Starting", "Hosts", "Clusters"});
  for (const v1::Service& service : services.services()) {
    table.Add({Escaped(service.name()), Lines(service.routes()),
               service.healthy() == 0 ? Word(PageTone::kBad, "0")
                                      : Count(PageTone::kGood, service.healthy()),
               Count(PageTone::kBad, service.unhealthy()),
               Count(PageTone::kWarn, service.draining()),
               Count(PageTone::kIdle, service.starting()), Lines(service.hosts()),
               Lines(service.clusters())});
  }
  return table.Html(
      "None yet. Start a container with VIRTUAL_HOST or the label fairlead.host on a host whose "
      "agent is connected.");
}

std::string EndpointsSection(const v1::ListEndpointsResponse& endpoints) {
  HtmlTable table("Endpoints", "fairlead endpoints",
                  {"Cluster", "Container", "Host", "Health", "Reason", "Addresses"});
  for (const v1::Endpoint& endpoint : endpoints.endpoints()) {
    table.Add({Escaped(endpoint.cluster()), Escaped(endpoint.container_name()),
               Escaped(endpoint.host_id()),
               Word(ToneOf(endpoint.health()), v1::Endpoint::Health_Name(endpoint.health())),
               Escaped(endpoint.reason()), Addresses(endpoint)});
  }
  return table.Html("None yet.");
}

std::string ProxiesSection(const v1::ListProxiesResponse& proxies, absl::Time now) {
  HtmlTable table(
      "Proxies", "fairlead proxies",
      {"Node", "Group", "Host", "Peer", "Client", "Connected", "CDS", "EDS", "LDS", "RDS"});
  for (const v1::Proxy& proxy : proxies.proxies()) {
    table.Add({Escaped(proxy.node_id()), Escaped(proxy.group()),
               proxy.host().empty() ? Word(PageTone::kIdle, "outside") : Escaped(proxy.host()),
               Escaped(proxy.peer()),
               absl::StrCat(Escaped(proxy.user_agent()), "<br><small>", Escaped(proxy.variant()),
                            "</small>"),
               Age(proxy.connected_at(), now), SyncOf(proxy, "CDS"), SyncOf(proxy, "EDS"),
               SyncOf(proxy, "LDS"), SyncOf(proxy, "RDS")});
  }
  return table.Html(
      "None is connected. 'fairlead bootstrap envoy' prints a configuration to start Envoy with.");
}

std::string HostsSection(const v1::ListHostsResponse& hosts, absl::Time now) {
  HtmlTable table("Hosts", "fairlead hosts",
                  {"Id", "Name", "State", "Heard", "Addresses", "Zone", "Containers", "Running",
                   "Agent", "Engine"});
  for (const v1::Host& host : hosts.hosts()) {
    table.Add({Escaped(host.id()), Escaped(host.name()), HostState(host),
               host.has_last_heard() ? Age(host.last_heard(), now) : "not in this run",
               Lines(host.addresses()), Escaped(host.zone()), absl::StrCat(host.containers()),
               absl::StrCat(host.running()), Escaped(host.agent_version()),
               Escaped(host.engine_version())});
  }
  return table.Html("None yet. Start fairlead-agent on each Docker host.");
}

}  // namespace fairlead
