#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace fairlead {

// Walks the fields of a serialized Protobuf message. Source: protobuf.dev, "Encoding".
//
//   for (FieldReader reader(message); reader.Next();) { ... reader.number() ... }
//
// Then `ok()` says whether the whole message was understood.
class FieldReader {
 public:
  explicit FieldReader(absl::string_view message)
      : at_(message.data()), end_(message.data() + message.size()) {}

  // False: there is no more, or the rest is no message.
  bool Next();
  bool ok() const { return ok_; }

  uint32_t number() const { return number_; }
  // Whether it is a string, bytes or message; else `value` is empty.
  bool delimited() const { return delimited_; }
  absl::string_view value() const { return value_; }
  // Tag, length and value.
  absl::string_view field() const { return field_; }

 private:
  bool Varint(uint64_t& value);
  bool Skip(uint64_t size);

  const char* at_;
  const char* const end_;
  bool ok_ = true;
  uint32_t number_ = 0;
  bool delimited_ = false;
  absl::string_view value_;
  absl::string_view field_;
};

// Whether `text` is UTF-8, as a Protobuf string has to be. Source: RFC 3629, section 4.
bool IsUtf8(absl::string_view text);

}  // namespace fairlead
