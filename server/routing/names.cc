#include "server/routing/names.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

std::string InBraces(absl::string_view text) {
  return absl::StartsWith(text, "~") ? absl::StrCat("{", text, "}") : std::string(text);
}

}  // namespace

std::string ServicePoolName(absl::string_view service, uint16_t port) {
  return absl::StrCat(service, ":", port);
}

std::string MixedPoolName(absl::string_view host, absl::string_view path) {
  const bool is_whole = absl::StrContains(host, ".") && !absl::StartsWith(host, "~");
  return absl::StrCat(InBraces(host), is_whole ? "" : ".", absl::StartsWith(path, "~") ? "/" : "",
                      InBraces(path));
}

absl::string_view ServiceOfPool(absl::string_view pool) {
  const size_t slash = pool.find('/');
  const bool is_mixed =
      slash != absl::string_view::npos && absl::StrContains(pool.substr(0, slash), ".");
  const size_t colon = pool.rfind(':');
  return is_mixed || colon == absl::string_view::npos ? "" : pool.substr(0, colon);
}

}  // namespace fairlead
