#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace fairlead {

// The head of an HTTP/1.x request (RFC 9112): its lines up to and with the empty one.

// How many bytes of `input` are the head; zero: its end has not come yet.
size_t HeadSize(absl::string_view input);

struct ReducedHead {
  // The request line and no field but, where it was said, `Connection: close` or `Connection:
  // Keep-Alive`. The library needs no other, and some would make it work for strangers: Range,
  // Accept-Encoding, Expect.
  std::string text;
  // A body may follow, which nobody will read.
  bool has_body = false;
};

// `head`: as HeadSize measured it.
ReducedHead Reduce(absl::string_view head);

}  // namespace fairlead
