#include "deploy/images/drop_in/own_networks.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agents/engine/engine_client.h"

namespace fairlead {
namespace {

std::string TextOf(const sockaddr_in& address) {
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &address.sin_addr, text.data(), text.size());
  return text.data();
}

std::string AddressOfDefaultRoute() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return "";
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  // Of a range that is nobody's (RFC 5737): the kernel chooses the way there, and nothing is sent.
  address.sin_addr.s_addr = htonl(0xc0000201);
  socklen_t size = sizeof(address);
  const bool known =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  close(fd);
  return known ? TextOf(address) : "";
}

bool IsBridge(const char* interface) {
  return access(absl::StrCat("/sys/class/net/", interface, "/bridge").c_str(), F_OK) == 0;
}

std::string AddressOfFirstInterface() {
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) != 0) return "";
  std::string found;
  for (const ifaddrs* at = interfaces; at != nullptr && found.empty(); at = at->ifa_next) {
    const bool usable = at->ifa_addr != nullptr && at->ifa_addr->sa_family == AF_INET &&
                        (at->ifa_flags & IFF_UP) != 0 && (at->ifa_flags & IFF_LOOPBACK) == 0;
    if (usable && !IsBridge(at->ifa_name)) {
      found = TextOf(*reinterpret_cast<const sockaddr_in*>(at->ifa_addr));
    }
  }
  freeifaddrs(interfaces);
  return found;
}

}  // namespace

absl::StatusOr<OwnNetworks> FindOwnNetworks(const EngineUrl& engine, const std::string& id) {
  EngineClient client(engine);
  if (const auto version = client.Negotiate(); !version.ok()) return version.status();
  auto inspection = client.Inspect(id);
  if (!inspection.ok()) return inspection.status();
  absl::string_view owner = inspection->container.network_mode();
  if (absl::ConsumePrefix(&owner, "container:")) {
    inspection = client.Inspect(std::string(owner));
    if (!inspection.ok()) return inspection.status();
  }
  OwnNetworks networks;
  networks.container = inspection->container.id();
  networks.host = inspection->container.network_mode() == "host";
  for (const v1::NetworkAttachment& network : inspection->container.networks()) {
    networks.names.push_back(network.name());
  }
  std::sort(networks.names.begin(), networks.names.end());
  if (!networks.host && networks.names.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the container ", id.substr(0, 12),
                     " is in no network, so that it reaches no other container; connect it to the "
                     "networks of those that it is to serve, or start it with network_mode: host"));
  }
  return networks;
}

std::string DefaultGateway(absl::string_view routes) {
  // Interface, destination and gateway; then flags, counts, metric and mask. Addresses are in
  // hexadecimal digits of the machine's byte order.
  for (const absl::string_view line : absl::StrSplit(routes, '\n')) {
    const std::vector<absl::string_view> fields =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    sockaddr_in gateway{};
    if (fields.size() < 8 || fields[1] != "00000000" || fields[7] != "00000000" ||
        !absl::SimpleHexAtoi(fields[2], &gateway.sin_addr.s_addr) || gateway.sin_addr.s_addr == 0) {
      continue;
    }
    return TextOf(gateway);
  }
  return "";
}

std::string OutwardAddress() {
  const std::string routed = AddressOfDefaultRoute();
  return routed.empty() ? AddressOfFirstInterface() : routed;
}

}  // namespace fairlead
