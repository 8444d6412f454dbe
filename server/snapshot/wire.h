#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fairlead::wire {

// Just enough of Protobuf's wire format to put a response together from shared pieces: a message
// may be given in any order of fields, and a repeated field in pieces. Source: protobuf.dev,
// "Encoding".

inline void AppendVarint(std::string& out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

// The tag and length of a string, bytes or message field; its `size` bytes follow.
inline void AppendHeader(std::string& out, int field, size_t size) {
  AppendVarint(out, static_cast<uint64_t>(field) << 3 | 2);
  AppendVarint(out, size);
}

inline void AppendField(std::string& out, int field, absl::string_view value) {
  AppendHeader(out, field, value.size());
  out.append(value.data(), value.size());
}

}  // namespace fairlead::wire
