// Whatever a process of the same container answers: it is taken as HTTP, or refused with words.
//   test/fuzz deploy/images/drop_in:local_answer_fuzz

#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "deploy/images/drop_in/local_http.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<fairlead::LocalAnswer> answer = fairlead::ParseLocalAnswer(text);
  if (!answer.ok()) {
    if (answer.status().message().empty()) std::abort();
    return 0;
  }
  if (answer->status < 100 || answer->status > 999) std::abort();
  if (!absl::EndsWith(text, answer->body)) std::abort();
  return 0;
}
