#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "clients/cli/flags.h"
#include "server/base/clock.h"

namespace fairlead {

// Exit codes of `fairlead`. Ctrl-C: 130, by main.cc.
enum class ExitCode {
  kOk = 0,
  kError = 1,
  kUsage = 2,
  kNotFound = 3,
  kUnreachable = 4,
  kDenied = 5,
  kTimeout = 6,
};

// What a command has around it.
struct Surroundings {
  std::istream& input;   // for '-f -'
  std::ostream& output;  // answers, and nothing else
  std::ostream& errors;  // errors, and nothing else
  bool is_terminal;      // whether `output` is a terminal that shows colours
  Flags::Variables variables;
  const Clock& clock;
};

// Runs the command that `arguments` (without the program's name) ask for.
ExitCode RunFairlead(const std::vector<std::string>& arguments, const Surroundings& surroundings);

}  // namespace fairlead
