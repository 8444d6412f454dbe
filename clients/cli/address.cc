#include "clients/cli/address.h"

#include <arpa/inet.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace fairlead {
namespace {

constexpr size_t kLongestName = 253;  // RFC 1035

absl::Status NoAddress() {
  return absl::InvalidArgumentError(
      "it is no address; write HOST:PORT, as in 127.0.0.1:18002 or [::1]:18002");
}

bool IsIp(const std::string& host) {
  in6_addr bytes;
  // inet_pton reads up to it.
  if (host.find('\0') != std::string::npos) return false;
  return inet_pton(AF_INET, host.c_str(), &bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &bytes) == 1;
}

bool IsName(absl::string_view host) {
  if (host.empty() || host.size() > kLongestName) return false;
  for (const char c : host) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.' && c != '_') {
      return false;
    }
  }
  // Digits and dots alone are a mistyped address.
  return host.find_first_not_of("0123456789.") != absl::string_view::npos;
}

}  // namespace

absl::StatusOr<HostPort> ParseHostPort(absl::string_view text) {
  const size_t colon = text.rfind(':');
  int port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(text.substr(colon + 1), &port) ||
      port < 1 || port > 65535) {
    return NoAddress();
  }
  absl::string_view host = text.substr(0, colon);
  const bool brackets = absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  HostPort address{std::string(host), static_cast<uint16_t>(port), false};
  address.is_ip = IsIp(address.host);
  const bool is_ipv6 = address.is_ip && absl::StrContains(host, ":");
  if (brackets != is_ipv6 || (!address.is_ip && !IsName(host))) return NoAddress();
  return address;
}

}  // namespace fairlead
