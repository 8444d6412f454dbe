// Whatever an engine or an agent calls an address: it is none, or one whose text is read as the
// same.
//   test/fuzz server/routing:ip_fuzz
#include <cstdint>
#include <cstdlib>

#include "server/routing/ip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto ip = fairlead::ParseIp(absl::string_view(reinterpret_cast<const char*>(data), size));
  if (!ip.has_value()) return 0;
  const auto again = fairlead::ParseIp(ip->text);
  if (!again.has_value() || again->text != ip->text || again->v6 != ip->v6 ||
      again->kind != ip->kind) {
    std::abort();
  }
  return 0;
}
