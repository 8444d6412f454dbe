#include "server/vocabulary/protocol.h"

#include <array>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/vocabulary/text.h"

namespace fairlead {
namespace {

constexpr std::array<Protocol, 4> kProtocols = {Protocol::kHttp, Protocol::kHttps, Protocol::kGrpc,
                                                Protocol::kGrpcs};

// What nginx speaks and Envoy does not.
bool IsGateway(absl::string_view text) {
  return absl::EqualsIgnoreCase(text, "fastcgi") || absl::EqualsIgnoreCase(text, "uwsgi");
}

std::string CureOf(absl::string_view text) {
  if (IsGateway(text)) {
    return "put a web server that speaks HTTP in front of the application, such as nginx in a "
           "container beside it, or let the application serve HTTP itself";
  }
  std::vector<std::string> names;
  for (const Protocol protocol : kProtocols) names.emplace_back(ProtocolName(protocol));
  const std::string nearest = Nearest(text, names);
  return absl::StrCat(nearest.empty() ? "" : absl::StrCat("did you mean ", nearest, "? "),
                      "write http, https, grpc or grpcs");
}

}  // namespace

absl::string_view ProtocolName(Protocol protocol) {
  switch (protocol) {
    case Protocol::kHttp:
      return "http";
    case Protocol::kHttps:
      return "https";
    case Protocol::kGrpc:
      return "grpc";
    case Protocol::kGrpcs:
      return "grpcs";
  }
  return "";
}

std::optional<Protocol> ParseProtocol(const Said& said, const Place& place, Problems& problems) {
  if (said.value.empty()) return Protocol::kHttp;
  for (const Protocol protocol : kProtocols) {
    if (absl::EqualsIgnoreCase(said.value, ProtocolName(protocol))) return protocol;
  }
  Add(problems, place, said.word, Problem::Severity::kError,
      absl::StrCat(Shown(said.value),
                   IsGateway(said.value) ? " is spoken by nginx but not by Envoy"
                                         : " is no protocol that a proxy speaks to containers",
                   ", so the container gets no traffic"),
      CureOf(said.value));
  return std::nullopt;
}

}  // namespace fairlead
