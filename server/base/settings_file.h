#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// One line of a settings file: `KEY: VALUE`, or `KEY:` with a list of values.
struct FileSetting {
  std::string key;
  std::vector<std::string> values;  // as written, unquoted; at least one
  int line = 0;                     // of the key; the first is 1
};

// Reads YAML text: one map from keys to values or to lists of values, nothing deeper. Empty text is
// an empty map. `name` is the file's, for messages. INVALID_ARGUMENT names the line: no YAML, not
// such a map, a key twice, a key without a value; or the text is larger than 1 MiB.
absl::StatusOr<std::vector<FileSetting>> ParseSettingsFile(absl::string_view text,
                                                           absl::string_view name);

// The same, read from `path`. NOT_FOUND, PERMISSION_DENIED, ... if it cannot be read.
absl::StatusOr<std::vector<FileSetting>> ReadSettingsFile(const std::string& path);

}  // namespace fairlead
