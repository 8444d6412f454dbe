#include "agents/engine/ports.h"

#include <arpa/inet.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agents/engine/json.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr size_t kMostPorts = 16384;

using PublishedAt = std::set<std::pair<std::string, uint32_t>>;
using Ports = std::map<std::pair<uint32_t, std::string>, PublishedAt>;

struct PortRange {
  uint32_t first = 0;
  uint32_t last = 0;
  std::string protocol;
};

bool IsPort(absl::string_view text, uint32_t* port) {
  return absl::SimpleAtoi(text, port) && *port >= 1 && *port <= 65535;
}

// "8000/tcp", "8000" (tcp) or "8000-8010/udp".
bool ParseRange(absl::string_view key, PortRange* range) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(key, absl::MaxSplits('/', 1));
  const std::pair<absl::string_view, absl::string_view> ends =
      absl::StrSplit(parts.first, absl::MaxSplits('-', 1));
  range->protocol = parts.second.empty() ? "tcp" : std::string(parts.second);
  if (range->protocol != "tcp" && range->protocol != "udp" && range->protocol != "sctp") {
    return false;
  }
  if (!IsPort(ends.first, &range->first)) return false;
  range->last = range->first;
  return ends.second.empty() || (IsPort(ends.second, &range->last) && range->last >= range->first);
}

absl::Status TakePublished(const nlohmann::json& bindings, absl::string_view key,
                           PublishedAt& published) {
  for (const nlohmann::json& binding : bindings) {
    const std::string ip = Text(binding, {"HostIp"});
    const std::string port_text = Text(binding, {"HostPort"});
    if (port_text.empty() || port_text == "0") continue;  // not bound yet
    uint32_t port = 0;
    if (!IsPort(port_text, &port) || (!ip.empty() && !IsIpAddress(ip))) {
      return absl::InvalidArgumentError(absl::StrCat("its port ", Quoted(key), " is published at '",
                                                     Quoted(ip), "', '", Quoted(port_text),
                                                     "', which is no address and port"));
    }
    published.emplace(ip, port);
  }
  return absl::OkStatus();
}

absl::Status TakeAll(const nlohmann::json& keys, Ports& ports) {
  for (const auto& [key, bindings] : keys.items()) {
    PortRange range;
    if (!ParseRange(key, &range)) {
      return absl::InvalidArgumentError(absl::StrCat("its port '", Quoted(key), "' is none"));
    }
    for (uint32_t port = range.first; port <= range.last; ++port) {
      PublishedAt& published = ports[{port, range.protocol}];
      if (ports.size() > kMostPorts) {
        return absl::InvalidArgumentError(absl::StrCat("it has more than ", kMostPorts, " ports"));
      }
      if (!bindings.is_array()) continue;
      const absl::Status taken = TakePublished(bindings, key, published);
      if (!taken.ok()) return taken;
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool IsIpAddress(absl::string_view text) {
  in6_addr address;
  if (text.find('\0') != absl::string_view::npos) return false;
  const std::string terminated(text);
  return inet_pton(AF_INET, terminated.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, terminated.c_str(), &address) == 1;
}

absl::Status TakePorts(const nlohmann::json& inspection, v1::Container& container) {
  Ports ports;
  for (const nlohmann::json* keys : {&Object(inspection, {"NetworkSettings", "Ports"}),
                                     &Object(inspection, {"Config", "ExposedPorts"})}) {
    const absl::Status taken = TakeAll(*keys, ports);
    if (!taken.ok()) return taken;
  }
  for (const auto& [key, published] : ports) {
    v1::Port& port = *container.add_ports();
    port.set_container_port(key.first);
    port.set_protocol(key.second);
    for (const auto& [ip, host_port] : published) {
      v1::PublishedPort& at = *port.add_published();
      at.set_host_ip(ip);
      at.set_host_port(host_port);
    }
  }
  return absl::OkStatus();
}

}  // namespace fairlead
