#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fairlead {

// The one of `names` that `word` was most likely meant to be: at most a third of its letters
// differ. Empty if none is that near. For messages: "unknown setting 'serverr'; did you mean
// 'server'?".
std::string NearestName(absl::string_view word, const std::vector<std::string>& names);

}  // namespace fairlead
