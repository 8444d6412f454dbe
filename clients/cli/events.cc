#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "clients/cli/age.h"
#include "clients/cli/display_text.h"
#include "clients/cli/listings.h"
#include "clients/cli/table.h"

namespace fairlead {
namespace {

// Longer names push the rest of their line to the right.
constexpr size_t kNameColumns = 32;

std::string Padded(std::string text, size_t columns) {
  const size_t width = DisplayWidth(text);
  if (width < columns) text.append(columns - width, ' ');
  return text;
}

Tone ToneOf(const v1::WatchResponse& event) {
  if (event.kind() == v1::WatchResponse::PROBLEM) return Tone::kBad;
  return event.kind() == v1::WatchResponse::WATCHING ? Tone::kFaint : Tone::kPlain;
}

}  // namespace

std::string EventLine(const v1::WatchResponse& event, const Look& look) {
  const std::string time =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", TimeOf(event.time()), absl::UTCTimeZone());
  const std::string kind = Padded(v1::WatchResponse::Kind_Name(event.kind()), 8);
  const std::string change = Printable(event.change());
  if (event.name().empty()) {
    return absl::StrCat(time, "  ", Toned(kind, ToneOf(event), look.colour), "  ", change, "\n");
  }
  return absl::StrCat(time, "  ", Toned(kind, ToneOf(event), look.colour), "  ",
                      Padded(Printable(event.name()), kNameColumns), "  ", change, "\n");
}

}  // namespace fairlead
