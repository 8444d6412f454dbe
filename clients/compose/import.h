#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/compose/project.h"
#include "fairlead/v1/compose.pb.h"

namespace fairlead {

// This machine's files, as far as they are looked into.
struct LocalFiles {
  // The names of the files in a folder; none: it is not there, or no folder.
  std::function<std::optional<std::vector<std::string>>(const std::string& path)> names_in;
  // What is in a file; none: it is not there, or cannot be read.
  std::function<std::optional<std::string>(const std::string& path)> content_of;
};

// What would change for whoever takes fairlead's drop-in image in nginx-proxy's place. What that
// image makes of nginx-proxy's variables and files is asked of its own code (JudgeVariable); what
// the containers' words mean, of Forecast. `folder` is that of the first file. Errors are
// Forecast's.
absl::StatusOr<v1::ComposeImport> ForeseeImport(const ComposeProject& project,
                                                const std::string& folder, const LocalFiles& files);

}  // namespace fairlead
