#include "clients/cli/cells.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "clients/cli/age.h"

namespace fairlead {

std::string ListCell(const google::protobuf::RepeatedPtrField<std::string>& items, bool whole) {
  constexpr int kShown = 3;
  if (whole || items.size() <= kShown + 1) return absl::StrJoin(items, ",");
  return absl::StrCat(absl::StrJoin(items.begin(), items.begin() + kShown, ","), " +",
                      items.size() - kShown, " more");
}

std::string SocketAddress(absl::string_view ip, uint32_t port) {
  if (absl::StrContains(ip, ":")) return absl::StrCat("[", ip, "]:", port);
  return absl::StrCat(ip, ":", port);
}

std::string AgeCell(bool is_set, const google::protobuf::Timestamp& timestamp, absl::Time now,
                    absl::string_view absent) {
  return is_set ? ShortDuration(now - TimeOf(timestamp)) : std::string(absent);
}

std::string RateCell(uint64_t requests, double requests_per_second) {
  return requests == 0 ? "-" : absl::StrFormat("%.1f", requests_per_second);
}

Cell CountCell(uint64_t count, Tone tone) {
  return {absl::StrCat(count), count == 0 ? Tone::kPlain : tone};
}

std::string Words(absl::string_view enumerator) {
  return absl::StrReplaceAll(enumerator, {{"_", " "}});
}

}  // namespace fairlead
