// fairlead: the command line.
#include <grpc/support/log.h>
#include <signal.h>
#include <unistd.h>

#include <iostream>

#include "clients/cli/commands.h"

namespace {

// What a shell expects of a command that Ctrl-C ended.
constexpr int kExitInterrupted = 130;

void OnInterrupt(int /*signal*/) { _exit(kExitInterrupted); }

}  // namespace

int main(int argc, char** argv) {
  signal(SIGINT, OnInterrupt);
  // What gRPC has to say is in the status of the call.
  gpr_set_log_function([](gpr_log_func_args*) {});
  return fairlead::RunCommand(std::vector<std::string>(argv + 1, argv + argc), std::cout,
                              std::cerr);
}
