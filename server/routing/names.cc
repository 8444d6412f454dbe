#include "server/routing/names.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fairlead {

std::string ServicePoolName(absl::string_view service, uint16_t port) {
  return absl::StrCat(service, ":", port);
}

std::string MixedPoolName(absl::string_view host, absl::string_view path) {
  return absl::StrCat(host, absl::StrContains(host, ".") ? "" : ".", path);
}

}  // namespace fairlead
