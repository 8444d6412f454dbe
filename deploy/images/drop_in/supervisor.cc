#include "deploy/images/drop_in/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/base/clock.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

sigset_t TakenSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1}) {
    sigaddset(&signals, signal);
  }
  return signals;
}

// In the child: what keeps it from becoming the program is told through `pipe`.
[[noreturn]] void Become(const SupervisedProgram& program, char* const* arguments, int pipe) {
  // Else the program would have the supervisor's ignored and blocked signals.
  signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  // Else a terminal's Ctrl-C would end it before the supervisor has it drain.
  setpgid(0, 0);
  if (!program.run_as.has_value() || BecomeUnprivileged(*program.run_as)) {
    // The change of user takes it away.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execv(arguments[0], arguments);
  }
  const int error = errno;
  // A pipe takes four bytes at once, or its reader is gone.
  [[maybe_unused]] const ssize_t written = write(pipe, &error, sizeof(error));
  _exit(127);
}

// What the child wrote; 0: it became the program, which closed the pipe.
int ErrorOf(int pipe) {
  int error = 0;
  ssize_t size = 0;
  do {
    size = read(pipe, &error, sizeof(error));
  } while (size < 0 && errno == EINTR);
  return size == static_cast<ssize_t>(sizeof(error)) ? error : 0;
}

absl::StatusOr<pid_t> Start(const SupervisedProgram& program) {
  std::vector<char*> arguments;
  for (const std::string& argument : program.arguments) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  int pipe[2];
  if (pipe2(pipe, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe");
  const pid_t pid = fork();
  if (pid == 0) Become(program, arguments.data(), pipe[1]);
  const int fork_error = errno;
  close(pipe[1]);
  const int error = pid < 0 ? fork_error : ErrorOf(pipe[0]);
  close(pipe[0]);
  if (error == 0) return pid;
  if (pid > 0) waitpid(pid, nullptr, 0);
  std::string message = absl::StrCat("cannot start ", program.arguments[0]);
  if (program.run_as.has_value()) {
    absl::StrAppend(&message, " as user ", program.run_as->uid,
                    " (which takes the capabilities SETUID and SETGID: start the container as "
                    "root, and leave it these)");
  }
  return absl::ErrnoToStatus(error, message);
}

int ExitCode(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

std::string HowItEnded(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    return absl::StrCat("was killed by signal ", WTERMSIG(wait_status));
  }
  return absl::StrCat("ended with status ", WEXITSTATUS(wait_status));
}

absl::Duration Now() { return Clock::Real().Monotonic(); }

}  // namespace

Supervisor::Supervisor(std::vector<SupervisedProgram> programs, Options options)
    : options_(std::move(options)) {
  for (SupervisedProgram& program : programs) programs_.push_back({std::move(program), 0});
}

void Supervisor::BlockSignals() {
  const sigset_t signals = TakenSignals();
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

absl::StatusOr<int> Supervisor::Run() {
  absl::Status status = StartNext();
  absl::Duration overdue = Now() + options_.patience;
  while (status.ok() && !told_to_end_ && !status_.has_value()) {
    TakeSignal(ready_ ? absl::InfiniteDuration() : options_.interval);
    if (ready_ || told_to_end_ || status_.has_value()) continue;
    status = Advance();
    if (!ready_ && Now() > overdue) {
      const SupervisedProgram& last = programs_[started_ - 1].program;
      spdlog::warn("not ready after {}: {}: {}", absl::FormatDuration(options_.patience), last.name,
                   std::string(last.is_up().message()));
      overdue = absl::InfiniteDuration();
    }
  }
  EndAll();
  if (!status.ok()) return status;
  return status_.value_or(0);
}

absl::Status Supervisor::StartNext() {
  Running& next = programs_[started_];
  const absl::StatusOr<pid_t> pid = Start(next.program);
  if (!pid.ok()) return pid.status();
  next.pid = *pid;
  ++started_;
  return absl::OkStatus();
}

absl::Status Supervisor::Advance() {
  if (!programs_[started_ - 1].program.is_up().ok()) return absl::OkStatus();
  if (started_ < programs_.size()) return StartNext();
  ready_ = true;
  spdlog::info("{}", options_.ready);
  return absl::OkStatus();
}

void Supervisor::TakeSignal(absl::Duration most) {
  const sigset_t signals = TakenSignals();
  const timespec wait = absl::ToTimespec(std::min(most, absl::Hours(1)));
  const int signal = sigtimedwait(&signals, nullptr, &wait);
  switch (signal) {
    case SIGCHLD:
      Reap();
      break;
    case SIGTERM:
    case SIGINT:
    case SIGQUIT:
      spdlog::info("{}: fairlead-drop-in ends{}", strsignal(signal),
                   told_to_end_ ? " at once" : "");
      in_a_hurry_ = told_to_end_;
      told_to_end_ = true;
      break;
    case SIGUSR1:
      for (const Running& running : programs_) {
        const bool wanted = std::count(options_.forwards.begin(), options_.forwards.end(),
                                       running.program.name) > 0;
        if (wanted && RunsStill(running)) kill(running.pid, SIGUSR1);
      }
      break;
    default:
      break;
  }
}

void Supervisor::Reap() {
  int wait_status = 0;
  pid_t pid = 0;
  // One SIGCHLD may stand for several children.
  while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0) {
    const auto found = std::find_if(programs_.begin(), programs_.end(),
                                    [pid](const Running& running) { return running.pid == pid; });
    if (found == programs_.end()) continue;
    found->pid = 0;
    if (told_to_end_ || status_.has_value()) continue;
    status_ = ExitCode(wait_status);
    spdlog::error("{} {}; the others are ended too", found->program.name, HowItEnded(wait_status));
  }
}

void Supervisor::EndAll() {
  for (auto running = programs_.rbegin(); running != programs_.rend(); ++running) {
    Drain(*running);
    End(*running);
  }
}

void Supervisor::Drain(const Running& running) {
  if (!RunsStill(running) || in_a_hurry_) return;
  running.program.begin_drain();
  const absl::Duration deadline = Now() + options_.drain_time;
  while (RunsStill(running) && !in_a_hurry_ && Now() < deadline && !running.program.is_drained()) {
    TakeSignal(options_.interval);
  }
}

void Supervisor::End(Running& running) {
  if (!RunsStill(running)) return;
  kill(running.pid, SIGTERM);
  const absl::Duration deadline = Now() + options_.end_time;
  while (RunsStill(running) && Now() < deadline) TakeSignal(deadline - Now());
  if (!RunsStill(running)) return;
  spdlog::warn("{} has not ended within {} of SIGTERM and is killed", running.program.name,
               absl::FormatDuration(options_.end_time));
  kill(running.pid, SIGKILL);
  while (RunsStill(running)) TakeSignal(absl::InfiniteDuration());
}

}  // namespace fairlead
