// Whatever bytes come as the head of a request to the status page: what the library is given of
// them is one request line and no field but Connection.
//   test/fuzz server/status:http_head_fuzz

#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/status/http_head.h"

namespace fairlead {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void Check(absl::string_view head) {
  const ReducedHead reduced = Reduce(head);
  absl::string_view text = reduced.text;
  // It ends where the library looks for its end, and not before.
  Require(HeadSize(text) == text.size());
  Require(absl::ConsumeSuffix(&text, "\r\n\r\n"));
  const std::string line(text.substr(0, text.find("\r\n")));
  Require(absl::StartsWith(head, line + "\r\n"));
  text.remove_prefix(line.size());
  for (const absl::string_view field : absl::StrSplit(text, "\r\n", absl::SkipEmpty())) {
    Require(field == "Connection: close" || field == "Connection: Keep-Alive");
  }
}

}  // namespace
}  // namespace fairlead

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::string_view input(reinterpret_cast<const char*>(data), size);
  while (const size_t head = fairlead::HeadSize(input)) {
    fairlead::Require(head <= input.size());
    fairlead::Check(input.substr(0, head));
    input.remove_prefix(head);
  }
  return 0;
}
