#pragma once

#include <optional>
#include <string>

#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"
#include "server/vocabulary/said.h"

namespace fairlead {

inline constexpr size_t kLongestPath = 1024;

// The path prefix that a container asks for with VIRTUAL_PATH or the label fairlead.path; "/" if
// with neither. A path starts with '/' and has the characters of RFC 3986's path (pchar and '/'),
// at most kLongestPath; no segment is
// "." or "..", since proxies resolve those before they look for a route. None: it is refused,
// `problems` says why.
std::optional<std::string> ParsePath(const v1::Container& container, const Place& place,
                                     Problems& problems);

}  // namespace fairlead
