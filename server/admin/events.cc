#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/admin/describe.h"
#include "server/admin/timestamps.h"

namespace fairlead {
namespace {

v1::WatchResponse Event(v1::WatchResponse::Kind kind, std::string name, std::string change,
                        absl::Time now) {
  v1::WatchResponse event;
  *event.mutable_time() = ToTimestamp(now);
  event.set_kind(kind);
  event.set_name(std::move(name));
  event.set_change(std::move(change));
  return event;
}

std::string HealthWord(const Endpoint& endpoint) {
  return v1::Endpoint::Health_Name(DescribeEndpoint("", endpoint).health());
}

std::string WithReason(std::string text, const Endpoint& endpoint) {
  if (!endpoint.reason.empty()) absl::StrAppend(&text, " (", endpoint.reason, ")");
  return text;
}

// Empty: nothing that a watcher is told.
std::string EndpointWords(const Endpoint* before, const Endpoint* after) {
  if (after == nullptr) return "gone";
  if (before == nullptr) return WithReason("new, " + HealthWord(*after), *after);
  if (before->started_at != after->started_at) {
    return WithReason("restarted, " + HealthWord(*after), *after);
  }
  if (before->health != after->health) {
    return WithReason(absl::StrCat(HealthWord(*before), " -> ", HealthWord(*after)), *after);
  }
  if (before->reason != after->reason) return WithReason("still " + HealthWord(*after), *after);
  if (before->addresses != after->addresses) return "new addresses";
  return "";
}

// By container and port.
using ByIdentity =
    std::map<std::pair<std::string, uint16_t>,
             std::pair<std::shared_ptr<const Endpoint>, std::shared_ptr<const Endpoint>>>;

std::string RouteWords(const std::string& path, const std::string& before,
                       const std::string& after) {
  if (before.empty()) return absl::StrCat("new route ", path, " to ", after);
  if (after.empty()) return absl::StrCat("route ", path, " gone");
  return absl::StrCat("route ", path, " now to ", after, ", was to ", before);
}

std::string HostWords(const HostFacts* before, const HostFacts* after) {
  if (after == nullptr) return "forgotten";
  if (before == nullptr) return after->silent ? "new, silent" : "new";
  if (before->silent != after->silent) return after->silent ? "silent" : "heard again";
  return "new facts";
}

}  // namespace

v1::WatchResponse WatchingEvent(absl::Time now) {
  return Event(v1::WatchResponse::WATCHING, "", "watching", now);
}

std::vector<v1::WatchResponse> EndpointEvents(const Pool* before, const Pool* after,
                                              absl::Time now) {
  if (before == nullptr && after == nullptr) return {};
  ByIdentity endpoints;
  if (before != nullptr) {
    for (const auto& endpoint : before->endpoints) {
      endpoints[{endpoint->container_id, endpoint->port}].first = endpoint;
    }
  }
  if (after != nullptr) {
    for (const auto& endpoint : after->endpoints) {
      endpoints[{endpoint->container_id, endpoint->port}].second = endpoint;
    }
  }
  std::vector<v1::WatchResponse> events;
  const std::string& cluster = after != nullptr ? after->name : before->name;
  for (const auto& [identity, endpoint] : endpoints) {
    const auto& [was, is] = endpoint;
    std::string change = was == is ? "" : EndpointWords(was.get(), is.get());
    if (change.empty()) continue;
    const std::string& container = (is != nullptr ? is : was)->container_name;
    events.push_back(Event(v1::WatchResponse::ENDPOINT, absl::StrCat(cluster, " ", container),
                           std::move(change), now));
  }
  return events;
}

std::vector<v1::WatchResponse> RouteEvents(const VirtualHost* before, const VirtualHost* after,
                                           absl::Time now) {
  if (before == nullptr && after == nullptr) return {};
  std::map<std::string, std::pair<std::string, std::string>> pools;  // by path
  if (before != nullptr) {
    for (const Route& route : before->routes) pools[route.path].first = route.pool;
  }
  if (after != nullptr) {
    for (const Route& route : after->routes) pools[route.path].second = route.pool;
  }
  std::vector<v1::WatchResponse> events;
  const std::string& domain = after != nullptr ? after->domain : before->domain;
  for (const auto& [path, pool] : pools) {
    if (pool.first == pool.second) continue;
    events.push_back(
        Event(v1::WatchResponse::ROUTE, domain, RouteWords(path, pool.first, pool.second), now));
  }
  return events;
}

std::vector<v1::WatchResponse> HostEvents(const HostFacts* before, const HostFacts* after,
                                          absl::Time now) {
  if (before != nullptr && after != nullptr && *before == *after) return {};
  const std::string& id = after != nullptr ? after->id : before->id;
  return {Event(v1::WatchResponse::HOST, id, HostWords(before, after), now)};
}

v1::WatchResponse ProxyEvent(const std::string& node_id, const std::string& change,
                             absl::Time now) {
  return Event(v1::WatchResponse::PROXY, node_id, change, now);
}

v1::WatchResponse LoadEvent(const std::string& cluster, double requests_per_second, uint64_t errors,
                            absl::Time now) {
  return Event(v1::WatchResponse::LOAD, cluster,
               absl::StrFormat("%.1f requests/s, %d errors", requests_per_second, errors), now);
}

v1::WatchResponse ProblemEvent(const Problem& problem, bool appeared, absl::Time now) {
  std::vector<std::string> place;
  for (const std::string* part :
       {&problem.place.host, &problem.place.container, &problem.place.service, &problem.place.proxy,
        &problem.place.word}) {
    if (!part->empty()) place.push_back(*part);
  }
  return Event(v1::WatchResponse::PROBLEM, absl::StrJoin(place, " "),
               appeared ? absl::StrCat(problem.what, "; ", problem.cure)
                        : absl::StrCat("gone: ", problem.what),
               now);
}

}  // namespace fairlead
