// fairlead, the command line.

#include <grpc/support/log.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "clients/cli/run.h"

namespace fairlead {
namespace {

// Everything that was printed is flushed by then: there is nothing to tidy up.
void EndByInterrupt(int) { _exit(130); }

// gRPC's own log would stand between the lines of ours. GRPC_VERBOSITY brings it back.
void SilenceGrpc() {
  if (std::getenv("GRPC_VERBOSITY") == nullptr) {
    gpr_set_log_function([](gpr_log_func_args*) {});
  }
}

bool ShowsColours(int file) {
  const char* terminal = std::getenv("TERM");
  return isatty(file) == 1 && terminal != nullptr && absl::string_view(terminal) != "dumb";
}

}  // namespace
}  // namespace fairlead

int main(int argc, char** argv) {
  signal(SIGINT, fairlead::EndByInterrupt);
  fairlead::SilenceGrpc();
  const fairlead::Surroundings surroundings = {
      .input = std::cin,
      .output = std::cout,
      .errors = std::cerr,
      .is_terminal = fairlead::ShowsColours(STDOUT_FILENO),
      .variables = [](const char* name) -> const char* { return std::getenv(name); },
      .clock = fairlead::Clock::Real()};
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  return static_cast<int>(fairlead::RunFairlead(arguments, surroundings));
}
