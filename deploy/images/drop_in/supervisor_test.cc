#include "deploy/images/drop_in/supervisor.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/substitute.h"
#include "server/base/clock.h"
#include "server/base/file.h"

namespace fairlead {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

// Asks until it is true; false after 30 s.
bool Eventually(const std::function<bool()>& condition) {
  const absl::Duration deadline = Clock::Real().Monotonic() + absl::Seconds(30);
  while (!condition()) {
    if (Clock::Real().Monotonic() > deadline) return false;
    usleep(5000);
  }
  return true;
}

// A supervisor in a process of its own, whose programs print to a file.
class SupervisorTest : public testing::Test {
 protected:
  SupervisorTest() : output_(absl::StrCat(testing::TempDir(), "/output.", getpid())) {
    close(open(output_.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644));
  }
  ~SupervisorTest() override { unlink(output_.c_str()); }

  std::string Output() const { return ReadFile(output_, 1 << 20).value_or(""); }
  bool EventuallyPrinted(const std::string& text) const {
    return Eventually([&] { return absl::StrContains(Output(), text); });
  }

  // A shell that says "NAME up", and after SIGTERM "NAME ends", with status 0.
  SupervisedProgram Shell(const std::string& name) const {
    return Script(name, absl::Substitute("trap 'kill $$!; echo $0 ends; exit 0' TERM\n"
                                         "trap 'echo $0 usr1' USR1\n"
                                         "tail -f /dev/null & echo $0 up; while :; do wait; done",
                                         name));
  }
  SupervisedProgram Script(const std::string& name, const std::string& script) const {
    SupervisedProgram program{.name = name, .arguments = {"/bin/sh", "-c", script}};
    program.is_up = [this, name] {
      return absl::StrContains(Output(), name + " up") ? absl::OkStatus()
                                                       : absl::UnavailableError("not up");
    };
    return program;
  }

  void Start(std::vector<SupervisedProgram> programs, Supervisor::Options options = {}) {
    options.interval = absl::Milliseconds(5);
    options.ready = "ready";
    EXPECT_EQ(truncate(output_.c_str(), 0), 0);
    pid_ = fork();
    if (pid_ != 0) return;
    Supervisor::BlockSignals();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int output = open(output_.c_str(), O_WRONLY | O_APPEND);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    const absl::StatusOr<int> status = Supervisor(std::move(programs), std::move(options)).Run();
    if (!status.ok()) dprintf(STDOUT_FILENO, "%s\n", status.status().ToString().c_str());
    _exit(status.ok() ? *status : 99);
  }
  void Send(int signal) const { ASSERT_EQ(kill(pid_, signal), 0); }
  // Its exit status.
  int Await() const {
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void Print(const std::string& line) const { dprintf(STDOUT_FILENO, "%s\n", line.c_str()); }

 private:
  const std::string output_;
  pid_t pid_ = 0;
};

TEST_F(SupervisorTest, StartsInOrderAndEndsInTheReverseOne) {
  SupervisedProgram last = Shell("last");
  last.begin_drain = [this] { Print("last drains"); };
  last.is_drained = [this] { return absl::StrContains(Output(), "last drains"); };
  Start({Shell("first"), Shell("second"), std::move(last)}, {.drain_time = absl::Hours(1)});
  ASSERT_TRUE(EventuallyPrinted("last up"));
  ASSERT_TRUE(EventuallyPrinted("ready"));
  Send(SIGTERM);
  EXPECT_EQ(Await(), 0);
  EXPECT_THAT(Output(), ContainsRegex("first up\nsecond up\nlast up\n"));
  EXPECT_THAT(Output(), ContainsRegex("last drains\nlast ends\nsecond ends\nfirst ends\n"));
}

TEST_F(SupervisorTest, EachEndingSignalEndsItInOrder) {
  for (const int signal : {SIGINT, SIGQUIT}) {
    Start({Shell("only")});
    ASSERT_TRUE(EventuallyPrinted("ready"));
    Send(signal);
    EXPECT_EQ(Await(), 0);
  }
}

TEST_F(SupervisorTest, ASecondSignalSkipsTheDraining) {
  SupervisedProgram never = Shell("never");
  never.begin_drain = [this] { Print("never drains"); };
  never.is_drained = [] { return false; };
  Start({std::move(never)}, {.drain_time = absl::Hours(1)});
  ASSERT_TRUE(EventuallyPrinted("ready"));
  Send(SIGTERM);
  ASSERT_TRUE(EventuallyPrinted("never drains"));
  Send(SIGTERM);
  EXPECT_EQ(Await(), 0);
  EXPECT_THAT(Output(), HasSubstr("never ends\n"));
}

TEST_F(SupervisorTest, EndsWithTheStatusOfTheProgramThatEnded) {
  const struct {
    const char* script;
    int status;
  } cases[] = {
      {"echo last up; exit 7", 7}, {"echo last up; exit 0", 0}, {"echo last up; kill -9 $$", 137}};
  for (const auto& c : cases) {
    Start({Shell("first"), Script("last", c.script)});
    EXPECT_EQ(Await(), c.status) << c.script;
    EXPECT_THAT(Output(), HasSubstr("first ends\n")) << c.script;
  }
}

TEST_F(SupervisorTest, OneThatEndsBeforeItIsUpEndsAll) {
  Start({Shell("first"), Script("last", "exit 2"), Shell("none")});
  EXPECT_EQ(Await(), 2);
  EXPECT_THAT(Output(), testing::Not(HasSubstr("none up")));
}

TEST_F(SupervisorTest, OneThatDoesNotHeedSigtermIsKilled) {
  Start({Script("deaf", "trap '' TERM; echo deaf up; while :; do tail -f /dev/null; done")},
        {.end_time = absl::Milliseconds(50)});
  ASSERT_TRUE(EventuallyPrinted("ready"));
  Send(SIGTERM);
  EXPECT_EQ(Await(), 0);
  EXPECT_THAT(Output(), HasSubstr("is killed"));
}

TEST_F(SupervisorTest, ReapsOrphans) {
  // The shell in the middle ends at once, and its child is nobody's but the supervisor's.
  SupervisedProgram parent =
      Script("parent",
             "sh -c 'sh -c \"echo orphan \\$\\$ left; exec true\" &'\n"
             "trap 'kill $!; exit 0' TERM; tail -f /dev/null & echo parent up; wait");
  Start({std::move(parent)});
  ASSERT_TRUE(EventuallyPrinted("ready"));
  ASSERT_TRUE(EventuallyPrinted(" left"));
  const std::string output = Output();
  const size_t at = output.find("orphan ") + 7;
  int orphan = 0;
  ASSERT_TRUE(absl::SimpleAtoi(output.substr(at, output.find(" left", at) - at), &orphan));
  EXPECT_TRUE(Eventually([orphan] { return kill(orphan, 0) != 0 && errno == ESRCH; }))
      << "it is a zombie";
  Send(SIGTERM);
  EXPECT_EQ(Await(), 0);
}

TEST_F(SupervisorTest, HangupChangesNothingAndUsr1IsForwarded) {
  Start({Shell("deaf"), Shell("keen")}, {.forwards = {"keen"}});
  ASSERT_TRUE(EventuallyPrinted("ready"));
  Send(SIGHUP);
  Send(SIGUSR1);
  ASSERT_TRUE(EventuallyPrinted("keen usr1\n"));
  Send(SIGTERM);
  EXPECT_EQ(Await(), 0);
  EXPECT_THAT(Output(), testing::Not(HasSubstr("deaf usr1")));
}

TEST_F(SupervisorTest, SaysWhatIsMissing) {
  SupervisedProgram never = Shell("slow");
  never.is_up = [] { return absl::UnavailableError("nobody listens yet"); };
  Start({std::move(never)}, {.patience = absl::Milliseconds(1)});
  EXPECT_TRUE(EventuallyPrinted("slow: nobody listens yet"));
  Send(SIGTERM);
  EXPECT_EQ(Await(), 0);
}

TEST_F(SupervisorTest, AProgramThatIsNotThereIsAnError) {
  SupervisedProgram none;
  none.name = "none";
  none.arguments = {"/nowhere/none"};
  Start({Shell("first"), std::move(none)});
  EXPECT_EQ(Await(), 99);
  EXPECT_THAT(Output(), HasSubstr("cannot start /nowhere/none: No such file"));
  EXPECT_THAT(Output(), HasSubstr("first ends\n"));
}

TEST_F(SupervisorTest, AnUnprivilegedProgramKeepsOneCapability) {
  SupervisedProgram program = Script("user", "id; grep -E 'Groups|Cap|NoNew' /proc/self/status");
  program.run_as = UnprivilegedUser{4242, 4243};
  Start({std::move(program)});
  if (geteuid() != 0) {
    EXPECT_EQ(Await(), 99);
    EXPECT_THAT(Output(), HasSubstr("start the container as root"));
    return;
  }
  EXPECT_EQ(Await(), 0);
  EXPECT_THAT(Output(), HasSubstr("uid=4242 gid=4243"));
  EXPECT_THAT(Output(), ContainsRegex("Groups:[ \t]*\n"));
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    EXPECT_THAT(Output(), HasSubstr(absl::StrCat(set, ":\t0000000000000400\n")));
  }
  EXPECT_THAT(Output(), HasSubstr("NoNewPrivs:\t1\n"));
}

TEST(UnprivilegedUser, IsNeitherOwnerNorGroupOfTheSocket) {
  const std::string path = absl::StrCat(testing::TempDir(), "/socket.", getpid());
  close(open(path.c_str(), O_CREAT | O_WRONLY, 0600));
  EXPECT_EQ(UserWhoIsNot("/nowhere", 101).uid, 101);
  EXPECT_EQ(UserWhoIsNot(path.c_str(), getuid() + 101).uid, getuid() + 101);
  EXPECT_EQ(UserWhoIsNot(path.c_str(), getuid()).uid, getuid() + 1);
  EXPECT_EQ(UserWhoIsNot(path.c_str(), getuid()).gid, getuid() + 1);
  unlink(path.c_str());
}

}  // namespace
}  // namespace fairlead
