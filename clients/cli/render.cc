#include "clients/cli/render.h"

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

absl::Time TimeOf(const google::protobuf::Timestamp& timestamp) {
  return absl::UnixEpoch() + absl::Seconds(timestamp.seconds()) +
         absl::Nanoseconds(timestamp.nanos());
}

std::string AgeOf(bool known, const google::protobuf::Timestamp& timestamp, absl::Time now) {
  return known ? Age(now - TimeOf(timestamp)) : "<unknown>";
}

std::string ShortId(const std::string& id, bool wide) { return wide ? id : id.substr(0, 12); }

std::string StateName(const v1::TypeSync& sync) {
  switch (sync.state()) {
    case v1::TypeSync::NOT_SENT:
      return "NOT SENT";
    case v1::TypeSync::SENT:
      return "SENT";
    case v1::TypeSync::ACKED:
      return "ACKED";
    case v1::TypeSync::NACKED:
      return "NACKED";
    default:
      return "<unknown>";
  }
}

std::string StateOf(const v1::Proxy& proxy, absl::string_view type) {
  for (const v1::TypeSync& sync : proxy.types()) {
    if (sync.type() == type) return StateName(sync);
  }
  return "-";
}

// A few routes tell enough; all of them only if asked.
std::string RoutesOf(const v1::Service& service, bool wide) {
  constexpr int kShown = 2;
  if (wide || service.routes_size() <= kShown) return absl::StrJoin(service.routes(), ",");
  return absl::StrCat(service.routes(0), ",", service.routes(1), ",+",
                      service.routes_size() - kShown);
}

std::string AddressesOf(const v1::Endpoint& endpoint, bool wide) {
  std::vector<std::string> texts;
  for (const auto& address : endpoint.addresses()) {
    const bool ipv6 = address.ip().find(':') != std::string::npos;
    const std::string text = ipv6 ? absl::StrCat("[", address.ip(), "]:", address.port())
                                  : absl::StrCat(address.ip(), ":", address.port());
    texts.push_back(wide ? absl::StrCat(text, " (", address.from(), ")") : text);
  }
  return absl::StrJoin(texts, ",");
}

std::string PlaceOf(const v1::Problem& problem) {
  std::vector<std::string> parts;
  const std::pair<const char*, const std::string*> words[] = {{"host", &problem.host()},
                                                              {"container", &problem.container()},
                                                              {"service", &problem.service()},
                                                              {"proxy", &problem.proxy()},
                                                              {"", &problem.word()}};
  for (const auto& [name, value] : words) {
    if (value->empty()) continue;
    parts.push_back(*name == '\0' ? *value : absl::StrCat(name, " ", *value));
  }
  return absl::StrJoin(parts, ", ");
}

}  // namespace

std::string Age(absl::Duration age) {
  const int64_t seconds = std::max<int64_t>(0, absl::ToInt64Seconds(age));
  if (seconds < 120) return absl::StrCat(seconds, "s");
  if (seconds < 2 * 3600) return absl::StrCat(seconds / 60, "m");
  if (seconds < 48 * 3600) return absl::StrCat(seconds / 3600, "h");
  return absl::StrCat(seconds / 86400, "d");
}

std::string Render(const v1::ListHostsResponse& response, bool wide, absl::Time now) {
  std::vector<std::string> heads = {"ID",      "STATE",  "ADDRESSES", "CONTAINERS",
                                    "RUNNING", "ENGINE", "HEARD"};
  if (wide) heads.insert(heads.end(), {"NAME", "ZONE", "AGENT", "API", "SEQUENCE"});
  Table table(heads);
  for (const v1::Host& host : response.hosts()) {
    std::vector<std::string> cells = {host.id(),
                                      v1::Host::State_Name(host.state()),
                                      absl::StrJoin(host.addresses(), ","),
                                      absl::StrCat(host.containers()),
                                      absl::StrCat(host.running()),
                                      host.engine_error().empty()
                                          ? host.engine_version()
                                          : absl::StrCat("LOST: ", host.engine_error()),
                                      AgeOf(host.has_last_heard(), host.last_heard(), now)};
    if (wide) {
      cells.insert(cells.end(), {host.name(), host.zone(), host.agent_version(),
                                 host.engine_api_version(), absl::StrCat(host.sequence())});
    }
    table.Add(std::move(cells));
  }
  return table.empty() ? "No host has reported. Start fairlead-agent on one.\n" : table.ToString();
}

std::string Render(const v1::ListServicesResponse& response, bool wide) {
  std::vector<std::string> heads = {"NAME",     "ROUTES",   "HEALTHY", "UNHEALTHY",
                                    "DRAINING", "STARTING", "HOSTS"};
  if (wide) heads.emplace_back("CLUSTERS");
  Table table(heads);
  for (const v1::Service& service : response.services()) {
    std::vector<std::string> cells = {service.name(),
                                      RoutesOf(service, wide),
                                      absl::StrCat(service.healthy()),
                                      absl::StrCat(service.unhealthy()),
                                      absl::StrCat(service.draining()),
                                      absl::StrCat(service.starting()),
                                      absl::StrJoin(service.hosts(), ",")};
    if (wide) cells.push_back(absl::StrJoin(service.clusters(), ","));
    table.Add(std::move(cells));
  }
  std::string text = table.empty() ? "No service. Give a container VIRTUAL_HOST, or the label "
                                     "fairlead.host, and start it.\n"
                                   : table.ToString();
  if (response.self_preservation()) {
    absl::StrAppend(
        &text,
        "\nSelf-preservation: many hosts fell silent at once, so none is given up. Look at "
        "the network between the agents and the server.\n");
  }
  return text;
}

std::string Render(const v1::ListEndpointsResponse& response, bool wide) {
  std::vector<std::string> heads = {"CLUSTER", "CONTAINER", "HOST", "HEALTH", "ADDRESS", "REASON"};
  if (wide) heads.emplace_back("ID");
  Table table(heads);
  for (const v1::Endpoint& endpoint : response.endpoints()) {
    std::vector<std::string> cells = {
        endpoint.cluster(),          endpoint.container_name(),
        endpoint.host_id(),          v1::Endpoint::Health_Name(endpoint.health()),
        AddressesOf(endpoint, wide), endpoint.reason().empty() ? "-" : endpoint.reason()};
    if (wide) cells.push_back(ShortId(endpoint.container_id(), wide));
    table.Add(std::move(cells));
  }
  return table.empty() ? "No endpoint: no container that asks for a host runs.\n"
                       : table.ToString();
}

std::string Render(const v1::ListProxiesResponse& response, bool wide, absl::Time now) {
  std::vector<std::string> heads = {"NODE", "GROUP", "HOST",   "CDS", "EDS",
                                    "LDS",  "RDS",   "CLIENT", "AGE"};
  if (wide) heads.insert(heads.end(), {"NETWORKS", "PEER", "VARIANT"});
  Table table(heads);
  std::string refusals;
  for (const v1::Proxy& proxy : response.proxies()) {
    std::vector<std::string> cells = {proxy.node_id(),
                                      proxy.group(),
                                      proxy.host(),
                                      StateOf(proxy, "CDS"),
                                      StateOf(proxy, "EDS"),
                                      StateOf(proxy, "LDS"),
                                      StateOf(proxy, "RDS"),
                                      proxy.user_agent(),
                                      AgeOf(proxy.has_connected_at(), proxy.connected_at(), now)};
    if (wide) {
      cells.insert(cells.end(),
                   {absl::StrJoin(proxy.networks(), ","), proxy.peer(), proxy.variant()});
    }
    table.Add(std::move(cells));
    for (const v1::TypeSync& sync : proxy.types()) {
      if (sync.error().empty()) continue;
      absl::StrAppend(&refusals, "\n", proxy.node_id(), " refused its ", sync.type(),
                      " and goes on with version ",
                      sync.acked_version().empty() ? "<none>" : sync.acked_version(), ":\n  ",
                      sync.error(), "\n");
    }
  }
  if (table.empty()) {
    return "No proxy is connected. `fairlead bootstrap envoy --help` shows how one is.\n";
  }
  return table.ToString() + refusals;
}

std::string Render(const v1::ListProblemsResponse& response, absl::Time now) {
  if (response.problems().empty()) return "No problems.\n";
  std::string text;
  for (const v1::Problem& problem : response.problems()) {
    absl::StrAppend(&text, text.empty() ? "" : "\n",
                    problem.severity() == v1::Problem::NOTICE ? "notice  " : "ERROR   ",
                    PlaceOf(problem), "  (", AgeOf(problem.has_since(), problem.since(), now),
                    ")\n        ", problem.what(), "\n        cure: ", problem.cure(), "\n");
  }
  return text;
}

std::string Render(const v1::WatchResponse& event) {
  return absl::StrCat(absl::FormatTime("%H:%M:%E3S", TimeOf(event.time()), absl::UTCTimeZone()),
                      " ", v1::WatchResponse::Kind_Name(event.kind()), " ", event.name(),
                      event.name().empty() ? "" : ": ", event.change(), "\n");
}

}  // namespace fairlead
