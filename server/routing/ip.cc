#include "server/routing/ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace fairlead {
namespace {

Ip OfV4(const in_addr& address) {
  const uint32_t number = ntohl(address.s_addr);
  const uint32_t first = number >> 24;
  Ip ip;
  if (number == 0) {
    ip.kind = Ip::Kind::kUnspecified;
  } else if (first == 127) {
    ip.kind = Ip::Kind::kLoopback;
  } else if (first == 0 || first >= 224 || number >> 16 == 0xa9fe) {
    // This network; multicast and what is reserved up to the broadcast address; link-local.
    ip.kind = Ip::Kind::kRefused;
  }
  std::array<char, INET_ADDRSTRLEN> text{};
  ip.text = inet_ntop(AF_INET, &address, text.data(), text.size());
  return ip;
}

Ip OfV6(const in6_addr& address) {
  if (IN6_IS_ADDR_V4MAPPED(&address)) {
    in_addr v4{};
    std::memcpy(&v4, address.s6_addr + 12, sizeof(v4));
    return OfV4(v4);
  }
  Ip ip;
  ip.v6 = true;
  if (IN6_IS_ADDR_UNSPECIFIED(&address)) {
    ip.kind = Ip::Kind::kUnspecified;
  } else if (IN6_IS_ADDR_LOOPBACK(&address)) {
    ip.kind = Ip::Kind::kLoopback;
  } else if (IN6_IS_ADDR_LINKLOCAL(&address) || IN6_IS_ADDR_MULTICAST(&address)) {
    ip.kind = Ip::Kind::kRefused;
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  ip.text = inet_ntop(AF_INET6, &address, text.data(), text.size());
  return ip;
}

}  // namespace

std::optional<Ip> ParseIp(absl::string_view text) {
  const std::string literal(text);
  if (literal.find('\0') != std::string::npos) return std::nullopt;
  in_addr v4{};
  if (inet_pton(AF_INET, literal.c_str(), &v4) == 1) return OfV4(v4);
  in6_addr v6{};
  if (inet_pton(AF_INET6, literal.c_str(), &v6) == 1) return OfV6(v6);
  return std::nullopt;
}

}  // namespace fairlead
