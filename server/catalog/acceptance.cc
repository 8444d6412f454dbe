#include "server/catalog/acceptance.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr size_t kLongestHostId = 253;
constexpr size_t kLongestHelloText = 256;
constexpr int kMostAddresses = 16;

bool IsHostIdCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

bool IsHexDigit(char c) { return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f'); }

bool IsIp(int family, const std::string& text) {
  unsigned char address[sizeof(in6_addr)];
  // It reads up to a null byte.
  return text.find('\0') == std::string::npos && inet_pton(family, text.c_str(), address) == 1;
}

bool IsPort(uint32_t port) { return port >= 1 && port <= 65535; }

std::string WrongTexts(const google::protobuf::Map<std::string, std::string>& texts,
                       absl::string_view kind, const ReportLimits& limits) {
  for (const auto& [name, value] : texts) {
    if (name.size() > limits.bytes_per_name) {
      return absl::StrCat("the name of a ", kind, " has ", name.size(), " bytes, more than ",
                          limits.bytes_per_name);
    }
    if (value.size() > limits.bytes_per_value) {
      return absl::StrCat(kind, " ", Quoted(name), " has ", value.size(), " bytes, more than ",
                          limits.bytes_per_value);
    }
  }
  return "";
}

std::string WrongNetworks(const v1::Container& container, const ReportLimits& limits) {
  for (const v1::NetworkAttachment& network : container.networks()) {
    if (network.name().size() > limits.bytes_per_name) return "the name of a network is too long";
    if (!network.ipv4().empty() && !IsIp(AF_INET, network.ipv4())) {
      return absl::StrCat("'", Quoted(network.ipv4()), "' is not an IPv4 address");
    }
    if (!network.ipv6().empty() && !IsIp(AF_INET6, network.ipv6())) {
      return absl::StrCat("'", Quoted(network.ipv6()), "' is not an IPv6 address");
    }
  }
  return "";
}

std::string WrongPorts(const v1::Container& container) {
  for (const v1::Port& port : container.ports()) {
    if (!IsPort(port.container_port())) {
      return absl::StrCat(port.container_port(), " is not a port");
    }
    for (const v1::PublishedPort& published : port.published()) {
      if (!IsPort(published.host_port())) {
        return absl::StrCat(published.host_port(), " is not a port that a host can publish");
      }
      const std::string& ip = published.host_ip();
      if (!ip.empty() && !IsIp(AF_INET, ip) && !IsIp(AF_INET6, ip)) {
        return absl::StrCat("'", Quoted(ip), "' is not an address to publish a port at");
      }
    }
  }
  return "";
}

}  // namespace

absl::Status CheckHello(const v1::Hello& hello) {
  const std::string& id = hello.host_id();
  if (id.empty() || id.size() > kLongestHostId ||
      !std::all_of(id.begin(), id.end(), IsHostIdCharacter)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", Quoted(id), "' is not a host id; set the agent's --host-id to 1 to ",
                     kLongestHostId, " letters, digits, '.', '-' or '_'"));
  }
  for (const std::string* text :
       {&hello.host_name(), &hello.zone(), &hello.agent_version(), &hello.epoch()}) {
    if (text->size() <= kLongestHelloText) continue;
    return absl::InvalidArgumentError(absl::StrCat("host ", id, " says '", Quoted(*text),
                                                   "': at most ", kLongestHelloText,
                                                   " bytes are taken for a name, zone or version"));
  }
  if (hello.epoch().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "host ", id, " told no epoch, so its agents cannot be told apart; use fairlead-agent"));
  }
  if (hello.advertise_addresses_size() > kMostAddresses) {
    return absl::InvalidArgumentError(absl::StrCat("host ", id, " advertises ",
                                                   hello.advertise_addresses_size(),
                                                   " addresses; name at most ", kMostAddresses));
  }
  for (const std::string& address : hello.advertise_addresses()) {
    if (IsIp(AF_INET, address) || IsIp(AF_INET6, address)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "host ", id, " advertises '", Quoted(address),
        "', which is not an IP address; set the agent's --advertise-address to one of the host's"));
  }
  return absl::OkStatus();
}

bool IsContainerId(absl::string_view id) {
  return id.size() >= 12 && id.size() <= 64 && std::all_of(id.begin(), id.end(), IsHexDigit);
}

std::string ReasonToSkip(const v1::Container& container, const ReportLimits& limits) {
  if (!IsContainerId(container.id())) {
    return absl::StrCat("'", Quoted(container.id()), "' is not a container id");
  }
  const size_t bytes = container.ByteSizeLong();
  if (bytes > limits.bytes_per_container) {
    return absl::StrCat("its labels, variables and names have ", bytes, " bytes, more than ",
                        limits.bytes_per_container);
  }
  for (const std::string* name :
       {&container.name(), &container.image(), &container.network_mode()}) {
    if (name->size() > limits.bytes_per_name) return "its name, image or network mode is too long";
  }
  std::string wrong = WrongTexts(container.labels(), "label", limits);
  if (wrong.empty()) wrong = WrongTexts(container.environment(), "variable", limits);
  if (wrong.empty()) wrong = WrongNetworks(container, limits);
  if (wrong.empty()) wrong = WrongPorts(container);
  return wrong;
}

std::string PeerAddress(absl::string_view peer) {
  std::string text =
      absl::StrReplaceAll(peer, {{"%5B", "["}, {"%5D", "]"}, {"%5b", "["}, {"%5d", "]"}});
  absl::string_view address = text;
  if (absl::ConsumePrefix(&address, "ipv4:")) {
    const std::string ip(address.substr(0, address.rfind(':')));
    return IsIp(AF_INET, ip) ? ip : "";
  }
  if (!absl::ConsumePrefix(&address, "ipv6:[")) return "";
  address = address.substr(0, address.find(']'));
  address = address.substr(0, address.find('%'));  // the zone of a link-local address
  if (!IsIp(AF_INET6, std::string(address))) return "";
  absl::string_view mapped = address;
  if (absl::ConsumePrefix(&mapped, "::ffff:") && IsIp(AF_INET, std::string(mapped))) {
    return std::string(mapped);
  }
  return std::string(address);
}

}  // namespace fairlead
