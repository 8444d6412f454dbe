#include "clients/cli/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "clients/cli/example_answers.h"
#include "test/fakes/admin/fake_admin_service.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ExampleClock final : public Clock {
 public:
  absl::Duration Monotonic() const override { return absl::ZeroDuration(); }
  absl::Time Wall() const override { return absl::FromUnixSeconds(kExampleNow); }
};

struct Outcome {
  ExitCode code;
  std::string output;
  std::string errors;
};

class RunTest : public ::testing::Test {
 protected:
  RunTest() {
    server_.Answer(ExampleHosts());
    server_.Answer(ExampleServices());
    server_.Answer(ExampleEndpoints());
    server_.Answer(ExampleProxies());
    server_.Answer(ExampleProblems());
    variables_["FAIRLEAD_SERVER"] = server_.address();
  }

  Outcome Run(const std::vector<std::string>& arguments) const {
    std::ostringstream output;
    std::ostringstream errors;
    const ExampleClock clock;
    const ExitCode code = RunFairlead(
        arguments, {.output = output,
                    .errors = errors,
                    .is_terminal = is_terminal_,
                    .variables = [this](const char* name) -> const char* {
                      const auto found = variables_.find(name);
                      return found == variables_.end() ? nullptr : found->second.c_str();
                    },
                    .clock = clock});
    return {code, output.str(), errors.str()};
  }

  FakeAdminService server_;
  std::map<std::string, std::string> variables_;
  bool is_terminal_ = false;
};

TEST_F(RunTest, EveryListing) {
  const std::pair<const char*, const char*> listings[] = {
      {"hosts", "ID   STATE"},
      {"services", "NAME       ROUTES"},
      {"endpoints", "CLUSTER "},
      {"proxies", "NODE       GROUP"},
      {"problems", "ERROR  host h1, container shop_web_3, VIRTUAL_PORT"},
  };
  for (const auto& [command, start] : listings) {
    const Outcome outcome = Run({command});
    EXPECT_EQ(outcome.code, ExitCode::kOk) << command;
    EXPECT_THAT(outcome.output, StartsWith(start));
    EXPECT_EQ(outcome.errors, "");
  }
}

TEST_F(RunTest, JsonIsCanonicalAndWhole) {
  const Outcome outcome = Run({"services", "-o", "json"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  const auto json = nlohmann::json::parse(outcome.output);
  EXPECT_EQ(json["services"][0]["name"], "shop/web");
  // Fields with their default are there too.
  EXPECT_EQ(json["services"][0]["unhealthy"], 0);
  EXPECT_EQ(json["selfPreservation"], false);
  EXPECT_EQ(nlohmann::json::parse(Run({"hosts", "-o", "json"}).output)["hosts"][0]["state"],
            "CONNECTED");
  server_.Answer(v1::ListProblemsResponse());
  EXPECT_EQ(nlohmann::json::parse(Run({"problems", "-o", "json"}).output)["problems"].size(), 0U);
}

TEST_F(RunTest, TheNameGoesToTheServer) {
  EXPECT_EQ(Run({"services", "shop/web"}).code, ExitCode::kOk);
  EXPECT_EQ(server_.last_name(), "shop/web");
  EXPECT_EQ(Run({"endpoints", "shop/web:8000"}).code, ExitCode::kOk);
  EXPECT_EQ(server_.last_name(), "shop/web:8000");
}

TEST_F(RunTest, NoProblemsIsNoError) {
  server_.Answer(v1::ListProblemsResponse());
  const Outcome outcome = Run({"problems"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.output, StartsWith("No problems"));
}

TEST_F(RunTest, ErrorsHaveTheirExitCodeAndLeaveTheOutputEmpty) {
  const std::pair<grpc::StatusCode, ExitCode> cases[] = {
      {grpc::StatusCode::NOT_FOUND, ExitCode::kNotFound},
      {grpc::StatusCode::UNAVAILABLE, ExitCode::kUnreachable},
      {grpc::StatusCode::PERMISSION_DENIED, ExitCode::kDenied},
      {grpc::StatusCode::UNAUTHENTICATED, ExitCode::kDenied},
      {grpc::StatusCode::INVALID_ARGUMENT, ExitCode::kError},
      {grpc::StatusCode::INTERNAL, ExitCode::kError},
  };
  for (const auto& [status, code] : cases) {
    server_.Fail({status, "a reason\033[2J"});
    for (const char* command : {"services", "watch"}) {
      const Outcome outcome = Run({command});
      EXPECT_EQ(outcome.code, code) << command << " " << status;
      EXPECT_EQ(outcome.output, "");
      EXPECT_THAT(outcome.errors, StartsWith("fairlead: "));
      EXPECT_THAT(outcome.errors, Not(HasSubstr("\033")));
    }
  }
}

TEST_F(RunTest, UnreachableSaysWhereWhyAndWhatToDo) {
  server_.Stop();
  const Outcome outcome = Run({"hosts"});
  EXPECT_EQ(outcome.code, ExitCode::kUnreachable);
  EXPECT_EQ(outcome.output, "");
  EXPECT_THAT(outcome.errors,
              StartsWith("fairlead: cannot reach the server at " + server_.address() +
                         ": connection refused. Is fairlead-server running? "));
}

TEST_F(RunTest, Timeout) {
  server_.Stall();
  EXPECT_EQ(Run({"hosts", "--timeout", "1s"}).code, ExitCode::kTimeout);
  EXPECT_EQ(Run({"watch", "--timeout", "1s"}).code, ExitCode::kTimeout);
}

TEST_F(RunTest, WrongUsage) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"hosst"},
                                                    {"hosts", "--frob"},
                                                    {"--server", "10.0.0.1:1", "hosts"},
                                                    {"--tls-cert", "x", "hosts"}}) {
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.code, ExitCode::kUsage);
    EXPECT_EQ(outcome.output, "");
    EXPECT_THAT(outcome.errors, StartsWith("fairlead: "));
  }
}

TEST_F(RunTest, WhatWasTypedIsEscapedInErrors) {
  const std::string nasty = "\033[2Ja\nb\u009b1m\u202e";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{nasty},
        {"--" + nasty},
        {"hosts", nasty},
        {"watch", "--for", nasty},
        {"hosts", "--server", nasty},
        {"hosts", "-o", nasty},
        {"bootstrap", "envoy", "--xds", "h:1", "--node-id", nasty}}) {
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.code, ExitCode::kUsage);
    for (const char* escape : {"\033", "\u009b", "\u202e", "a\nb"}) {
      EXPECT_THAT(outcome.errors, Not(HasSubstr(escape))) << arguments.front();
    }
    EXPECT_THAT(outcome.errors, HasSubstr("\nTry 'fairlead"));
  }
}

TEST_F(RunTest, AMissingFileIsNotAMissingService) {
  const Outcome outcome = Run(
      {"hosts", "--tls-cert", "/nowhere/c", "--tls-key", "/nowhere/k", "--tls-ca", "/nowhere/a"});
  EXPECT_EQ(outcome.code, ExitCode::kError);
  EXPECT_THAT(outcome.errors, HasSubstr("/nowhere/c"));
}

TEST_F(RunTest, HelpVersionAndBootstrapAskNoServer) {
  server_.Stop();
  EXPECT_THAT(Run({"--help"}).output, HasSubstr("Examples:"));
  EXPECT_THAT(Run({"version"}).output, StartsWith("fairlead "));
  EXPECT_THAT(Run({"bootstrap", "envoy", "--xds", "h:1", "--node-id", "e"}).output,
              HasSubstr("dynamic_resources:"));
  const Outcome grpc = Run({"bootstrap", "grpc", "--xds", "h:1", "--node-id", "e"});
  EXPECT_EQ(grpc.code, ExitCode::kOk);
  EXPECT_EQ(nlohmann::json::parse(grpc.output)["node"]["id"], "e");
}

TEST_F(RunTest, ColourOnATerminalUnlessNotWanted) {
  is_terminal_ = true;
  EXPECT_THAT(Run({"hosts"}).output, HasSubstr("\033["));
  EXPECT_THAT(Run({"hosts", "--no-color"}).output, Not(HasSubstr("\033")));
  variables_["NO_COLOR"] = "1";
  EXPECT_THAT(Run({"hosts"}).output, Not(HasSubstr("\033")));
}

TEST_F(RunTest, WatchPrintsALineForEachEvent) {
  server_.Send(ExampleEvent());
  server_.Send(ExampleEvent());
  const Outcome outcome = Run({"watch", "--count", "2"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.output, HasSubstr("WATCHING"));
  EXPECT_THAT(outcome.output, HasSubstr("\n2023-11-14T22:13:20.123Z  ENDPOINT  shop/web:8000"));

  std::istringstream lines(Run({"watch", "--count", "2", "-o", "json"}).output);
  std::string line;
  std::vector<std::string> kinds;
  while (std::getline(lines, line)) kinds.push_back(nlohmann::json::parse(line)["kind"]);
  EXPECT_THAT(kinds, ::testing::ElementsAre("WATCHING", "ENDPOINT", "ENDPOINT"));
}

TEST_F(RunTest, WatchEndsAfterItsTime) {
  const Outcome outcome = Run({"watch", "--for", "100ms"});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.output, HasSubstr("WATCHING"));
}

TEST_F(RunTest, WatchThatFellBehind) {
  server_.EndWatches({grpc::StatusCode::RESOURCE_EXHAUSTED, "fell behind; watch again"});
  const Outcome outcome = Run({"watch"});
  EXPECT_EQ(outcome.code, ExitCode::kError);
  EXPECT_EQ(outcome.errors, "fairlead: fell behind; watch again\n");
}

TEST_F(RunTest, AnOutputThatCannotBeWrittenIsAnError) {
  std::ostringstream broken;
  broken.setstate(std::ios::badbit);
  std::ostringstream errors;
  const ExampleClock clock;
  const auto no_variables = [](const char*) -> const char* { return nullptr; };
  EXPECT_EQ(RunFairlead({"version"}, {broken, errors, false, no_variables, clock}),
            ExitCode::kError);
  EXPECT_THAT(errors.str(), HasSubstr("cannot write"));
}

}  // namespace
}  // namespace fairlead
