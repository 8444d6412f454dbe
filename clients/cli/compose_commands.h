#pragma once

#include <istream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cli/flags.h"
#include "clients/compose/project.h"
#include "fairlead/v1/compose.pb.h"

namespace fairlead {

// What `fairlead check` and `fairlead import` are told.
struct ComposeArguments {
  std::vector<std::string> files;
  std::string project_name;
  std::string env_file;
  std::vector<std::string> profiles;
};

// Adds --env-file, --profile and --project-name. The variables of these flags begin with
// FAIRLEAD_COMPOSE_.
void AddComposeFlags(Flags& flags, ComposeArguments* arguments);

// INVALID_ARGUMENT says what is missing.
absl::Status CheckComposeArguments(const ComposeArguments& arguments);

// Reads the files, each 1 MiB at most; "-" is `input`. The error says which file, and why.
absl::StatusOr<ComposeProject> ReadComposeFiles(const ComposeArguments& arguments,
                                                const Flags::Variables& variables,
                                                std::istream& input);

// What would change, with a look at what the folders of this machine hold that are mounted.
absl::StatusOr<v1::ComposeImport> ImportOf(const ComposeProject& project,
                                           const ComposeArguments& arguments);

}  // namespace fairlead
