#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace fairlead {

// A request as a proxy gets it.
struct ProxiedRequest {
  std::string scheme = "http";  // "http" or "https": what the connection speaks
  std::string authority;        // Host, as the client wrote it: "Shop.example:8080"
  std::string path = "/";       // with its query
  std::string method = "GET";
  // Others, with names in lower case.
  std::vector<std::pair<std::string, std::string>> headers = {};

  // All values of the header `name` (lower case, or ":authority", ":method", ":path", ":scheme"),
  // joined with commas as Envoy looks at them. Nothing: there is none.
  absl::optional<std::string> Header(absl::string_view name) const;
  // Without what is behind '?' or '#'.
  absl::string_view PathAlone() const;
};

// `authority` without its port; what is in brackets is an IPv6 address. Source: Envoy,
// HeaderUtility::getPortStart.
absl::string_view WithoutPort(absl::string_view authority);

// `authority` without the final dot of its name: "shop.example.:8080" is "shop.example:8080".
// Source: Envoy, HeaderUtility::stripTrailingHostDot.
std::string WithoutHostDot(absl::string_view authority);

// Of a URL.
struct RequestUrl {
  ProxiedRequest request;
  uint16_t port = 0;  // 0: it names none
};

// Bytes of a URL that are looked at.
inline constexpr size_t kLongestUrl = 8192;

// "http://shop.example:8080/api?q=1" as a GET of whoever opens it. INVALID_ARGUMENT says what is
// wrong with it.
absl::StatusOr<RequestUrl> ParseUrl(absl::string_view url);

}  // namespace fairlead
