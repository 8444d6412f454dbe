#pragma once

#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"
#include "server/vocabulary/said.h"

namespace fairlead {

inline constexpr size_t kLongestPath = 1024;

// The path that a container asks for with VIRTUAL_PATH or the label fairlead.path; "/" if with
// neither. None: it is refused, `problems` says why.
std::optional<std::string> ParsePath(const v1::Container& container, const Place& place,
                                     Problems& problems);

// `text`, if it is a path: a prefix that starts with '/' and has the characters of RFC 3986's path
// (pchar and '/'), at most kLongestPath, and as proxies normalize paths before they look for a
// route: without segments "." or ".." and escapes of what needs none; or '~' (any case:
// '~*') and a regular expression that RE2 knows and a proxy takes. None: `problems` says why not,
// at `said`'s word.
std::optional<std::string> CheckPath(absl::string_view text, const Said& said, const Place& place,
                                     Problems& problems);

// What replaces a prefix on the way to the container: as a prefix.
std::optional<std::string> CheckDestination(absl::string_view text, const Said& said,
                                            const Place& place, Problems& problems);

inline bool IsPathRegex(absl::string_view path) { return absl::StartsWith(path, "~"); }

}  // namespace fairlead
