#include "agents/engine/engine_url.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace fairlead {
namespace {

absl::Status Refused(absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(why, "; write unix:///var/run/docker.sock or tcp://HOST:2376"));
}

// Takes "HOST", "HOST:PORT" or "[ADDRESS]:PORT" apart.
bool ParseAuthority(absl::string_view text, EngineUrl* url) {
  absl::string_view port;
  if (absl::ConsumePrefix(&text, "[")) {
    const size_t bracket = text.find(']');
    if (bracket == absl::string_view::npos) return false;
    url->host = std::string(text.substr(0, bracket));
    port = text.substr(bracket + 1);
    if (!port.empty() && !absl::ConsumePrefix(&port, ":")) return false;
  } else {
    const size_t colon = text.find(':');
    url->host = std::string(text.substr(0, colon));
    if (colon != absl::string_view::npos) port = text.substr(colon + 1);
  }
  if (url->host.empty()) return false;
  return port.empty() ||
         (absl::SimpleAtoi(port, &url->port) && url->port >= 1 && url->port <= 65535);
}

}  // namespace

absl::StatusOr<EngineUrl> ParseEngineUrl(absl::string_view text, absl::string_view certificate_path,
                                         absl::string_view tls_verify) {
  constexpr size_t kLongestSocketPath = 107;
  EngineUrl url;
  url.text = std::string(text);
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "unix://")) {
    if (rest.empty() || rest.front() != '/') return Refused("the socket needs a full path");
    if (rest.size() > kLongestSocketPath) {
      return Refused("the path of a socket has at most 107 bytes");
    }
    url.unix_path = std::string(rest);
    return url;
  }
  if (!absl::ConsumePrefix(&rest, "tcp://") && !absl::ConsumePrefix(&rest, "http://") &&
      !absl::ConsumePrefix(&rest, "https://")) {
    return Refused("only unix:// and tcp:// are understood");
  }
  absl::ConsumeSuffix(&rest, "/");
  if (!ParseAuthority(rest, &url)) return Refused("expected HOST:PORT after tcp://");
  url.certificate_directory = std::string(certificate_path);
  url.verify = !tls_verify.empty();
  if (url.port == 0) url.port = url.certificate_directory.empty() ? 2375 : 2376;
  return url;
}

}  // namespace fairlead
