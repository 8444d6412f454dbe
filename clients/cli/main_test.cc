// The program itself, as a shell runs it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "test/fakes/admin/fake_admin_service.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;

// `fairlead ARGUMENTS`; its standard output is read, its standard error is the test's.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments) {
    const std::string path =
        absl::StrCat(std::getenv("TEST_SRCDIR"), "/fairlead/clients/cli/fairlead");
    arguments.insert(arguments.begin(), path);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    process_ = fork();
    if (process_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      execv(path.c_str(), argv.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
  }

  ~Program() { fclose(output_); }

  // Waits for it; empty at the end.
  std::string Line() {
    char line[4096];
    return fgets(line, sizeof(line), output_) == nullptr ? "" : line;
  }

  void Interrupt() { kill(process_, SIGINT); }

  int ExitCode() {
    int status = 0;
    EXPECT_EQ(waitpid(process_, &status, 0), process_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_;
  FILE* output_;
};

TEST(Main, CtrlCEndsAWatchWith130) {
  FakeAdminService server;
  Program watch({"--server", server.address(), "watch"});
  EXPECT_THAT(watch.Line(), HasSubstr("WATCHING"));
  watch.Interrupt();
  EXPECT_EQ(watch.ExitCode(), 130);
  EXPECT_EQ(watch.Line(), "");
}

TEST(Main, ExitCodes) {
  EXPECT_EQ(Program({"version"}).ExitCode(), 0);
  EXPECT_EQ(Program({"hosst"}).ExitCode(), 2);
  FakeAdminService server;
  server.Stop();
  EXPECT_EQ(Program({"--server", server.address(), "hosts"}).ExitCode(), 4);
}

}  // namespace
}  // namespace fairlead
