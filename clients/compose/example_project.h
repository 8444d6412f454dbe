#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/compose/project.h"

namespace fairlead {

// Files as they would lie in a folder, by path.
using ExampleFiles = std::map<std::string, std::string>;

// Input that reads `files`, which must outlive it, in an environment with `variables`.
ComposeInput ExampleInput(const ExampleFiles& files, const std::vector<std::string>& named,
                          const std::map<std::string, std::string>& variables = {});

// The project of one file, "/shop/compose.yaml".
absl::StatusOr<ComposeProject> ExampleProject(
    const std::string& text, const std::map<std::string, std::string>& variables = {});

}  // namespace fairlead
