#include "clients/cli/display_text.h"

#include <utf8proc.h>

#include <algorithm>

#include "absl/strings/str_format.h"

namespace fairlead {
namespace {

struct CodePoint {
  utf8proc_int32_t value;  // negative: no UTF-8
  absl::string_view bytes;
};

CodePoint First(absl::string_view text) {
  utf8proc_int32_t value = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t length =
      utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (length <= 0) return {-1, text.substr(0, 1)};
  return {value, text.substr(0, static_cast<size_t>(length))};
}

bool IsSafe(utf8proc_int32_t value) {
  switch (utf8proc_category(value)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return true;
  }
}

std::string CodeOf(const CodePoint& point) {
  if (point.value < 0) {
    return absl::StrFormat("\\x%02x", static_cast<unsigned char>(point.bytes.front()));
  }
  if (point.value < 0x100) return absl::StrFormat("\\x%02x", point.value);
  return absl::StrFormat("\\u%04x", point.value);
}

}  // namespace

std::string Printable(absl::string_view text) {
  std::string printable;
  printable.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = First(text);
    if (point.value >= 0 && IsSafe(point.value)) {
      printable.append(point.bytes.data(), point.bytes.size());
    } else {
      printable += CodeOf(point);
    }
    text.remove_prefix(point.bytes.size());
  }
  return printable;
}

size_t DisplayWidth(absl::string_view text) {
  size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = First(text);
    if (point.value >= 0)
      width += static_cast<size_t>(std::max(0, utf8proc_charwidth(point.value)));
    text.remove_prefix(point.bytes.size());
  }
  return width;
}

}  // namespace fairlead
