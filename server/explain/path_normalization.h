#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace fairlead {

// `path` (with its query, which stays) as a listener with normalize_path looks at it: segments "."
// and ".." resolved (with parameters too), '\' as '/', what needs no escape without one, and what
// needs one with it. Escaped slashes stay. Nothing: it answers 400. Source: Envoy,
// PathUtil::canonicalPath, and url::CanonicalizePath of Chromium, which that calls.
absl::optional<std::string> NormalizedPath(absl::string_view path);

// `path` (with its query, which stays) as a listener with merge_slashes looks at it. Source: Envoy,
// PathUtil::mergeSlashes, by which "//" alone stays.
std::string WithMergedSlashes(absl::string_view path);

// "%2F" or "%5C", which path_with_escaped_slashes_action is about, before the query.
bool HasEscapedSlash(absl::string_view path);

}  // namespace fairlead
