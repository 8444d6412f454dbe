#include "server/subscriptions/field_reader.h"

#include <cstring>

namespace fairlead {
namespace {

enum WireType : uint8_t { kVarint = 0, kFixed64 = 1, kDelimited = 2, kFixed32 = 5 };

// Bytes that follow the first one of a character, with the bounds of the second one; none: no
// character begins so.
struct Form {
  int following = -1;
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
};

Form FormOf(unsigned char first) {
  if (first < 0x80) return {0};
  if (first >= 0xc2 && first <= 0xdf) return {1};
  if (first == 0xe0) return {2, 0xa0, 0xbf};
  if (first == 0xed) return {2, 0x80, 0x9f};
  if (first >= 0xe1 && first <= 0xef) return {2};
  if (first == 0xf0) return {3, 0x90, 0xbf};
  if (first >= 0xf1 && first <= 0xf3) return {3};
  if (first == 0xf4) return {3, 0x80, 0x8f};
  return {};
}

}  // namespace

bool FieldReader::Next() {
  if (!ok_ || at_ == end_) return false;
  const char* const begin = at_;
  uint64_t tag = 0;
  uint64_t size = 0;
  ok_ = false;
  if (!Varint(tag) || tag >> 3 == 0 || tag >> 32 != 0) return false;
  number_ = static_cast<uint32_t>(tag >> 3);
  delimited_ = (tag & 7) == kDelimited;
  value_ = absl::string_view();
  switch (tag & 7) {
    case kVarint:
      if (!Varint(size)) return false;
      break;
    case kFixed64:
      if (!Skip(8)) return false;
      break;
    case kFixed32:
      if (!Skip(4)) return false;
      break;
    case kDelimited:
      if (!Varint(size) || !Skip(size)) return false;
      value_ = absl::string_view(at_ - size, size);
      break;
    default:  // groups, which proto3 does not have
      return false;
  }
  field_ = absl::string_view(begin, static_cast<size_t>(at_ - begin));
  ok_ = true;
  return true;
}

bool FieldReader::Varint(uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
    const auto byte = static_cast<unsigned char>(*at_++);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool FieldReader::Skip(uint64_t size) {
  if (size > static_cast<uint64_t>(end_ - at_)) return false;
  at_ += size;
  return true;
}

bool IsUtf8(absl::string_view text) {
  size_t i = 0;
  // Nearly all names are ASCII: eight bytes at once.
  for (uint64_t word; i + sizeof(word) <= text.size(); i += sizeof(word)) {
    std::memcpy(&word, text.data() + i, sizeof(word));
    if ((word & 0x8080808080808080) != 0) break;
  }
  while (i < text.size()) {
    const Form form = FormOf(static_cast<unsigned char>(text[i++]));
    if (form.following < 0 || text.size() - i < static_cast<size_t>(form.following)) return false;
    for (int follower = 0; follower < form.following; ++follower) {
      const auto byte = static_cast<unsigned char>(text[i++]);
      const bool second = follower == 0;
      if (byte < (second ? form.low : 0x80) || byte > (second ? form.high : 0xbf)) return false;
    }
  }
  return true;
}

}  // namespace fairlead
