// Whatever a file of resources says: it is taken, or refused with the file's name, and what is
// taken can be written again.
//   test/fuzz clients/cli:resource_file_fuzz
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "clients/cli/resource_file.h"
#include "server/base/envoy_types.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto resources = fairlead::ParseResources(text, "fuzz.yaml");
  if (!resources.ok()) {
    if (!absl::StrContains(resources.status().message(), "fuzz.yaml")) std::abort();
    return 0;
  }
  for (const fairlead::ResourceInFile& of : *resources) {
    if (!fairlead::JsonOf(of.resource).ok()) std::abort();
  }
  return 0;
}
