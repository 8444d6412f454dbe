// Whatever comes to the demo web server as a request's head: it is one within its bounds, or none.
//   test/fuzz deploy/demo:request_head_fuzz

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "deploy/demo/request_head.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view head(reinterpret_cast<const char*>(data), size);
  const std::optional<demo::Request> request = demo::ParseHead(head);
  if (!request.has_value()) return 0;
  if (request->body_bytes > size_t{demo::kMaxBodyBytes}) std::abort();
  if (request->path.find('?') != std::string::npos) std::abort();
  if (request->method.find(' ') != std::string::npos) std::abort();
  if (request->method.size() + request->path.size() + request->query.size() > size) std::abort();
  return 0;
}
