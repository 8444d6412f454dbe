#include "server/status/http_head.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace fairlead {

size_t HeadSize(absl::string_view input) {
  constexpr absl::string_view kEnd = "\r\n\r\n";
  const size_t end = input.find(kEnd);
  return end == absl::string_view::npos ? 0 : end + kEnd.size();
}

ReducedHead Reduce(absl::string_view head) {
  ReducedHead reduced;
  const size_t first = head.find("\r\n");
  reduced.text = absl::StrCat(head.substr(0, first), "\r\n");
  for (const absl::string_view line : absl::StrSplit(head.substr(first), "\r\n")) {
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    const absl::string_view name = line.substr(0, colon);
    const absl::string_view value = absl::StripAsciiWhitespace(line.substr(colon + 1));
    if (absl::EqualsIgnoreCase(name, "Connection")) {
      if (absl::EqualsIgnoreCase(value, "close")) {
        absl::StrAppend(&reduced.text, "Connection: close\r\n");
      } else if (absl::EqualsIgnoreCase(value, "keep-alive")) {
        absl::StrAppend(&reduced.text, "Connection: Keep-Alive\r\n");
      }
    } else if (absl::EqualsIgnoreCase(name, "Transfer-Encoding") ||
               (absl::EqualsIgnoreCase(name, "Content-Length") && value != "0")) {
      reduced.has_body = true;
    }
  }
  absl::StrAppend(&reduced.text, "\r\n");
  return reduced;
}

}  // namespace fairlead
