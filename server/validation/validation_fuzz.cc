// Whatever the bytes of a resource are: they are found right or wrong, each time the same, and what
// is said of them can be shown on a terminal. The first byte is the type.
//   test/fuzz server/validation:validation_fuzz
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "server/validation/validate.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::array<const char*, 6> kTypes = {
      "type.googleapis.com/envoy.config.cluster.v3.Cluster",
      "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
      "type.googleapis.com/envoy.config.listener.v3.Listener",
      "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
      "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
      "type.googleapis.com/envoy.no.Such"};
  if (size == 0) return 0;
  const char* const type = kTypes[data[0] % kTypes.size()];
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const absl::Status status = fairlead::ValidateBytes(type, bytes);
  if (status != fairlead::ValidateBytes(type, bytes)) std::abort();
  const absl::string_view said = status.message();
  if (std::any_of(said.begin(), said.end(), absl::ascii_iscntrl)) std::abort();
  return 0;
}
