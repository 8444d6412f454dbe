#pragma once

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace fairlead {

// The whole content of a file. The error says which file and why: NOT_FOUND, PERMISSION_DENIED, ...
// as the system says; RESOURCE_EXHAUSTED if it has more than `most` bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t most);

}  // namespace fairlead
