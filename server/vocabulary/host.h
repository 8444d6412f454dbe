#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "server/base/problem.h"
#include "server/vocabulary/said.h"

namespace fairlead {

// Hosts that one container may ask for; what is beyond is refused with a problem.
inline constexpr size_t kMostHosts = 100;

// The hosts of a VIRTUAL_HOST list: "shop.example, *.shop.example, shop.*". Items are separated by
// commas, space around them and empty items are ignored. Lower case, sorted, each once. An item
// that is not a host is refused whole and costs its neighbours nothing; `problems` gets one for
// each of the first ten. A host is 1 to 253 bytes: labels of 1 to 63 letters, digits, '-' and '_'
// with dots between them (RFC 1123, and the '_' that container networks use); a first label '*'
// (any number of labels, as nginx and Envoy have it) or a last one; or '~' and a regular expression
// that RE2 knows and a proxy takes, which keeps its case.
std::vector<std::string> ParseHosts(const Said& list, const Place& place, Problems& problems);

// One of them, as it is then asked for. None: it is refused, `problems` says why, at `said`'s word.
std::optional<std::string> CheckHost(absl::string_view text, const Said& said, const Place& place,
                                     Problems& problems);

// A host outside of a container's words, as it would be asked for. INVALID_ARGUMENT: it is none;
// the message says why and what to write.
absl::StatusOr<std::string> ReadHost(absl::string_view text);

inline bool IsHostRegex(absl::string_view host) { return absl::StartsWith(host, "~"); }

}  // namespace fairlead
