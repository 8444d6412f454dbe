#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "deploy/images/drop_in/unprivileged_user.h"

namespace fairlead {

// One of the programs that a Supervisor runs. The functions are asked again and again, and must not
// block for more than a second.
struct SupervisedProgram {
  std::string name;                             // for the log
  std::vector<std::string> arguments;           // the first is the program's path
  std::optional<UnprivilegedUser> run_as = {};  // none: as the supervisor itself
  // Whether it serves. The next program is started when it does.
  std::function<absl::Status()> is_up = [] { return absl::OkStatus(); };
  // Asks it to take no more work, before it is told to end; and whether it has none under way.
  std::function<void()> begin_drain = [] {};
  std::function<bool()> is_drained = [] { return true; };
};

// Runs programs in the order given, ends them in the reverse one, and is fit for process 1:
//   - SIGTERM, SIGINT and SIGQUIT end it in order: each program drains, gets SIGTERM, and ends
//     before the one that was started earlier is told to; a second such signal skips the draining.
//   - SIGUSR1 goes to each program that `forwards` names; SIGHUP changes nothing.
//   - Every child that ended is reaped, also those that were somebody else's (process 1 inherits
//     orphans; any process that is a child subreaper does).
//   - A supervisor that is killed takes its programs with it.
//   - When one of the programs ends by itself, the others are ended in order.
//
// One thread, the only one of its process: it takes SIGCHLD and those signals by waiting for them.
class Supervisor {
 public:
  struct Options {
    // How long a program may drain, and how long it has between SIGTERM and SIGKILL.
    absl::Duration drain_time = absl::Seconds(4);
    absl::Duration end_time = absl::Seconds(3);
    // After that time without being ready the log says what is missing.
    absl::Duration patience = absl::Seconds(30);
    // How often is_up and is_drained are asked.
    absl::Duration interval = absl::Milliseconds(50);
    // Names of programs to which SIGUSR1 means something (Envoy opens its logs anew).
    std::vector<std::string> forwards = {};
    // The line for the log when all programs are up.
    std::string ready = {};
  };

  Supervisor(std::vector<SupervisedProgram> programs, Options options);

  // Blocks the signals that Run takes. To be called first in main, so that none is lost.
  static void BlockSignals();

  // Returns when no program runs any more: 0 if a signal ended it, else the status of the program
  // that ended first (128 and the signal's number if one killed it); an error if a program could
  // not be started.
  absl::StatusOr<int> Run();

 private:
  struct Running {
    SupervisedProgram program;
    pid_t pid = 0;  // 0: it does not run
  };

  absl::Status StartNext();
  // Starts what is to be started next once the last one is up.
  absl::Status Advance();
  // Takes one signal, or none when `most` is over.
  void TakeSignal(absl::Duration most);
  void Reap();
  void EndAll();
  void Drain(const Running& running);
  void End(Running& running);
  static bool RunsStill(const Running& running) { return running.pid != 0; }

  const Options options_;
  std::vector<Running> programs_;
  size_t started_ = 0;
  bool ready_ = false;
  bool told_to_end_ = false;
  bool in_a_hurry_ = false;    // a second signal
  std::optional<int> status_;  // of the program that ended first
};

}  // namespace fairlead
