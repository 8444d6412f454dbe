// Whatever clients say and whatever changes meanwhile: a stream's responses are well-formed, no
// name is in one twice, and a client that ACKs comes to an end with what it wants as it is. The
// scripts' language is FuzzClient's.
//   test/fuzz server/subscriptions:stream_state_fuzz

#include <cstdint>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "server/subscriptions/fuzz_client.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view script(reinterpret_cast<const char*>(data), size);
  const std::vector<absl::string_view> lines = absl::StrSplit(script, '\n');
  fairlead::FuzzClient client(lines[0]);
  for (size_t i = 1; i < lines.size() && i < 300; ++i) client.Step(lines[i]);
  client.Finish();
  return 0;
}
