#include "server/explain/proxied_request.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

absl::Status Wrong(absl::string_view url, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(
      "'", Quoted(url), "' is no URL of a request: ", why,
      "; write http://HOST/PATH or https://HOST/PATH, as in http://shop.example:8080/api"));
}

absl::optional<uint16_t> PortOf(absl::string_view digits) {
  uint32_t port = 0;
  const bool is_number = absl::SimpleAtoi(digits, &port);
  if (!is_number || port < 1 || port > 65535) return absl::nullopt;
  return static_cast<uint16_t>(port);
}

}  // namespace

absl::optional<std::string> ProxiedRequest::Header(absl::string_view name) const {
  if (name == ":authority" || name == "host") return authority;
  if (name == ":method") return method;
  if (name == ":path") return path;
  if (name == ":scheme") return scheme;
  absl::optional<std::string> value;
  for (const auto& [other, text] : headers) {
    if (other != name) continue;
    value = value.has_value() ? absl::StrCat(*value, ",", text) : text;
  }
  return value;
}

absl::string_view ProxiedRequest::PathAlone() const {
  return absl::string_view(path).substr(0, path.find_first_of("?#"));
}

absl::string_view WithoutPort(absl::string_view authority) {
  const size_t colon = authority.rfind(':');
  if (colon == absl::string_view::npos) return authority;
  const size_t bracket = authority.rfind(']');
  if (bracket != absl::string_view::npos && bracket > colon) return authority;
  return authority.substr(0, colon);
}

std::string WithoutHostDot(absl::string_view authority) {
  const absl::string_view host = WithoutPort(authority);
  if (!absl::EndsWith(host, ".")) return std::string(authority);
  return absl::StrCat(host.substr(0, host.size() - 1), authority.substr(host.size()));
}

absl::StatusOr<RequestUrl> ParseUrl(absl::string_view url) {
  if (url.size() > kLongestUrl) {
    return Wrong(url, absl::StrCat("it is longer than ", kLongestUrl, " bytes"));
  }
  const bool is_plain = std::all_of(url.begin(), url.end(), [](char c) {
    return absl::ascii_isprint(static_cast<unsigned char>(c)) && c != ' ';
  });
  if (!is_plain) return Wrong(url, "it has a blank, a control character or one beyond ASCII");
  const size_t mark = url.find("://");
  if (mark == absl::string_view::npos) return Wrong(url, "it has no scheme");
  RequestUrl parsed;
  parsed.request.scheme = absl::AsciiStrToLower(url.substr(0, mark));
  if (parsed.request.scheme != "http" && parsed.request.scheme != "https") {
    return Wrong(url, "its scheme is neither http nor https");
  }
  // A fragment is the client's own.
  absl::string_view rest = url.substr(mark + 3);
  rest = rest.substr(0, rest.find('#'));
  const size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const absl::string_view authority = rest.substr(0, end);
  if (absl::StrContains(authority, '@')) return Wrong(url, "a name and password are not looked at");
  const absl::string_view host = WithoutPort(authority);
  if (host.empty()) return Wrong(url, "it names no host");
  if (host.size() < authority.size()) {
    const absl::optional<uint16_t> port = PortOf(authority.substr(host.size() + 1));
    if (!port.has_value()) return Wrong(url, "its port is not a number from 1 to 65535");
    parsed.port = *port;
  }
  parsed.request.authority = std::string(authority);
  const absl::string_view path = rest.substr(end);
  parsed.request.path = absl::StrCat(absl::StartsWith(path, "/") ? "" : "/", path);
  return parsed;
}

}  // namespace fairlead
