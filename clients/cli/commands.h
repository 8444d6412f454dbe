#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace fairlead {

// Exit codes of `fairlead`.
enum ExitCode : int {
  kExitOk = 0,
  kExitError = 1,
  kExitUsage = 2,
  kExitNotFound = 3,
  kExitUnreachable = 4,
  kExitDenied = 5,
  kExitTimeout = 6,
};

// The command line: runs what `arguments` (without the program's name) ask for, writes answers to
// `out` and errors to `err`, and yields the exit code. Reads FAIRLEAD_... variables of the
// environment.
int RunCommand(std::vector<std::string> arguments, std::ostream& out, std::ostream& err);

}  // namespace fairlead
