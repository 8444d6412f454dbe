#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// Looks a variable up; none: it is not set.
using ComposeVariables = std::function<std::optional<std::string>(const std::string& name)>;

struct Interpolated {
  std::string text;
  // Variables that are not set and have no default: they came to nothing. Each once.
  std::vector<std::string> unset;
};

// Replaces the variables in a value of a compose file, as Compose does: $NAME, ${NAME},
// ${NAME:-DEFAULT} and ${NAME-DEFAULT} (without the colon an empty value counts as one),
// ${NAME:?MESSAGE} and ${NAME?MESSAGE}, ${NAME:+OTHER} and ${NAME+OTHER}, which may be within each
// other, 20 deep; $$ is a dollar sign. INVALID_ARGUMENT, without a place: what is wrong, and after
// "; " what to do. What comes out has 64 KiB at most.
absl::StatusOr<Interpolated> Interpolate(absl::string_view text, const ComposeVariables& variables);

}  // namespace fairlead
