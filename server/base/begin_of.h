#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

namespace fairlead {

// The begin of `text`, which is UTF-8: at most `most` bytes of it, and no half of a character.
inline absl::string_view BeginOf(absl::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return text.substr(0, most);
}

}  // namespace fairlead
