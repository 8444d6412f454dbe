#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/compose/yaml_tree.h"

namespace fairlead {

struct EnvironmentLine {
  std::string name;
  std::optional<std::string> value;  // none: the environment's, as `NAME` alone asks for
  SourcePlace place;
};

// Reads an env_file, or .env: lines of NAME=VALUE, `export` before it or not, '#' begins a comment.
// A value in single quotes is taken as it is, one in double quotes with \n, \t, \", \\ and \$, and
// either may go over lines; without quotes it ends before " #", and space around it goes. Variables
// within values are not replaced. INVALID_ARGUMENT names the line; more than 10 000 lines are
// refused, too.
absl::StatusOr<std::vector<EnvironmentLine>> ParseEnvFile(const std::string& text,
                                                          const std::string& file);

}  // namespace fairlead
