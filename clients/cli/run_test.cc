#include "clients/cli/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iostream>
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

  Outcome Run(const std::vector<std::string>& arguments, const std::string& typed = "") const {
    std::istringstream input(typed);
    std::ostringstream output;
    std::ostringstream errors;
    const ExampleClock clock;
    const ExitCode code = RunFairlead(
        arguments, {.input = input,
                    .output = output,
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

std::string FileWith(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

TEST_F(RunTest, CheckNeedsNoServer) {
  server_.Stop();
  const std::string good = FileWith(
      "good.yaml", "services:\n  web: {environment: [VIRTUAL_HOST=a.example, VIRTUAL_PORT=80]}\n");
  const Outcome outcome = Run({"check", good});
  EXPECT_EQ(outcome.code, ExitCode::kOk);
  EXPECT_THAT(outcome.output, StartsWith("SERVICE   HOST        PATH"));
  EXPECT_THAT(outcome.output, HasSubstr("No problems."));
  EXPECT_EQ(outcome.errors, "");
  const auto json =
      nlohmann::json::parse(Run({"check", good, "-o", "json", "--project-name", "p"}).output);
  EXPECT_EQ(json["services"][0]["routes"][0]["cluster"], "p/web:80");
  EXPECT_EQ(json["services"][0]["unknown"].size(), 0U);
  EXPECT_EQ(json["problems"].size(), 0U);
}

TEST_F(RunTest, CheckFailsIfThereAreProblems) {
  const std::string bad =
      FileWith("bad.yaml", "services:\n  web: {environment: [VIRTUAL_HOST=a, VIRTUAL_PORT=x]}\n");
  const Outcome outcome = Run({"check", bad});
  EXPECT_EQ(outcome.code, ExitCode::kError);
  EXPECT_THAT(outcome.output, HasSubstr("ERROR  " + bad + ":2: web: VIRTUAL_PORT\n  what: "));
  EXPECT_THAT(outcome.output, HasSubstr("1 error, 0 notices\n"));
  EXPECT_EQ(outcome.errors, "");
}

TEST_F(RunTest, AComposeFileThatCannotBeReadIsWrongUsage) {
  const Outcome missing = Run({"check", "/nowhere/compose.yaml"});
  EXPECT_EQ(missing.code, ExitCode::kUsage);
  EXPECT_THAT(missing.errors, HasSubstr("/nowhere/compose.yaml"));
  const Outcome malformed = Run({"import", "-"}, "services:\n  web: [\n");
  EXPECT_EQ(malformed.code, ExitCode::kUsage);
  EXPECT_THAT(malformed.errors, HasSubstr("-:"));
  EXPECT_EQ(malformed.output, "");
}

TEST_F(RunTest, CheckWaitsForNoPipeThatAFileNames) {
  const std::string folder = testing::TempDir();
  const std::string pipe = folder + "/pipe.env";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string file = folder + "/piped.yaml";
  std::ofstream(file) << "services: {web: {image: x, env_file: pipe.env}}\n";
  const Outcome outcome = Run({"check", file});
  EXPECT_THAT(outcome.output + outcome.errors, HasSubstr("pipe.env: it is no regular file"));
}

TEST_F(RunTest, VariablesOfTheEnvironmentGoIntoComposeFiles) {
  variables_["HOST"] = "from.example";
  const Outcome outcome =
      Run({"check", "-"}, "services: {web: {environment: ['VIRTUAL_HOST=${HOST}']}}");
  EXPECT_THAT(outcome.output, HasSubstr("from.example"));
}

TEST_F(RunTest, ImportSaysByItsExitCodeWhetherAllGoesOn) {
  const std::string proxy =
      "services: {proxy: {image: nginx-proxy, volumes: ['/var/run/docker.sock:/tmp/docker.sock'], "
      "environment: {TRUST_DOWNSTREAM_PROXY: 'false', ";
  EXPECT_EQ(Run({"import", "-"}, proxy + "HTTP_PORT: 80}}}").code, ExitCode::kOk);
  const Outcome different = Run({"import", "-"}, proxy + "LOG_FORMAT: x}}}");
  EXPECT_EQ(different.code, ExitCode::kError);
  EXPECT_THAT(different.output, HasSubstr("NOT SUPPORTED\n  -:1: proxy: LOG_FORMAT\n"));
  EXPECT_EQ(Run({"import", "-"}, "services: {}").code, ExitCode::kNotFound);
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

constexpr char kCluster[] = R"(- "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
  name: a
)";

TEST_F(RunTest, ResourcesArePutFromTheStandardInput) {
  v1::PutResourcesResponse response;
  response.set_changed(1);
  server_.Answer(response);
  const Outcome outcome =
      Run({"resources", "put", "--node", "n1", "--version", "7", "--replace", "-f", "-"}, kCluster);
  EXPECT_EQ(outcome.errors, "");
  EXPECT_EQ(outcome.output, "1 resource new or changed, 0 deleted\n");
  EXPECT_THAT(server_.last_request(), HasSubstr("scope { node_id: \"n1\" }"));
  EXPECT_THAT(server_.last_request(), HasSubstr("version: \"7\" replace: true"));
  EXPECT_THAT(server_.last_request(), HasSubstr("envoy.config.cluster.v3.Cluster"));
}

TEST_F(RunTest, WhatIsWrongWithAFileIsAnErrorWithItsPlace) {
  Outcome outcome = Run({"resources", "put", "--all", "-f", "-"}, "- name: a\n");
  EXPECT_EQ(outcome.code, ExitCode::kError);
  EXPECT_THAT(outcome.errors, StartsWith("fairlead: standard input, line 1: resource 1 ('a'): "));
  outcome = Run({"resources", "put", "--all", "-f", "/nowhere.yaml"});
  EXPECT_EQ(outcome.code, ExitCode::kError);
  EXPECT_THAT(outcome.errors, HasSubstr("/nowhere.yaml"));
  server_.Fail({grpc::StatusCode::INVALID_ARGUMENT, "resource 1: it is odd"});
  outcome = Run({"resources", "put", "--all", "-f", "-"}, kCluster);
  EXPECT_EQ(outcome.errors, "fairlead: standard input, line 1: resource 1: it is odd\n");
}

TEST_F(RunTest, ResourcesAreListedGotAndDeleted) {
  v1::ListResourcesResponse listed;
  v1::StaticResource& resource = *listed.add_resources();
  resource.mutable_scope()->set_group("edge");
  resource.set_type("CDS");
  resource.set_name("a");
  resource.set_given_version("7");
  resource.add_overrides("derived");
  resource.add_dangling("EDS a");
  resource.mutable_resource()->set_type_url("type.googleapis.com/envoy.config.cluster.v3.Cluster");
  resource.mutable_resource()->set_value("\x0a\x01\x61");
  server_.Answer(listed);
  EXPECT_EQ(Run({"resources", "list"}).output,
            "SCOPE        TYPE   NAME   VERSION   OVERRIDES   DANGLING\n"
            "group edge   CDS    a      7         derived     EDS a\n");
  EXPECT_THAT(server_.last_request(), HasSubstr("without_content: true"));
  EXPECT_EQ(Run({"resources", "get", "--group", "edge", "clusters", "a"}).output, kCluster);
  EXPECT_EQ(server_.last_request(), "scope { group: \"edge\" } type: \"CDS\" name: \"a\"");
  const auto json =
      nlohmann::json::parse(Run({"resources", "get", "--group", "edge", "-o", "json"}).output);
  EXPECT_EQ(json[0]["name"], "a");

  v1::DeleteResourcesResponse deleted;
  deleted.set_deleted(2);
  server_.Answer(deleted);
  EXPECT_EQ(Run({"resources", "delete", "--group", "edge", "cluster", "a", "b"}).output,
            "2 resources deleted\n");
  EXPECT_EQ(server_.last_request(),
            "scope { group: \"edge\" } type: \"CDS\" names: \"a\" names: \"b\"");
}

TEST_F(RunTest, SeveralAreExplainedOneAfterTheOther) {
  server_.Answer(ExampleRequestExplained());
  const Outcome table = Run({"explain", "http://a.example/", "http://b.example/"});
  EXPECT_EQ(table.code, ExitCode::kOk) << table.errors;
  EXPECT_THAT(server_.last_request(), HasSubstr("url: \"http://b.example/\""));
  EXPECT_THAT(table.output, HasSubstr("\n\nGET http://shop.example/api/users\n"));
  const Outcome json = Run({"explain", "http://a.example/", "http://b.example/", "-o", "json"});
  std::istringstream lines(json.output);
  std::string line;
  int count = 0;
  for (; std::getline(lines, line); ++count) {
    EXPECT_EQ(nlohmann::json::parse(line)["request"]["outcome"], "FORWARDED") << line;
  }
  EXPECT_EQ(count, 2);
}

TEST_F(RunTest, ProxyConfigIsATableOrContents) {
  v1::GetProxyConfigResponse response;
  v1::SentResource& sent = *response.add_resources();
  sent.set_type("CDS");
  sent.set_name("a");
  sent.set_version("0123456789abcdef0123456789abcdef");
  sent.set_state(v1::SentResource::ACKED);
  sent.mutable_last_sent()->set_seconds(kExampleNow - 5);
  sent.mutable_resource()->set_type_url("type.googleapis.com/envoy.config.cluster.v3.Cluster");
  sent.mutable_resource()->set_value("\x0a\x01\x61");
  server_.Answer(response);
  EXPECT_EQ(Run({"proxy-config", "edge-1", "clusters"}).output,
            "TYPE   NAME   VERSION        STATE   SENT\n"
            "CDS    a      0123456789ab   ACKED   5s\n");
  EXPECT_EQ(server_.last_request(), "node_id: \"edge-1\" types: \"CDS\"");
  const auto json = nlohmann::json::parse(Run({"proxy-config", "edge-1", "-o", "json"}).output);
  EXPECT_EQ(json[0]["state"], "ACKED");
  EXPECT_EQ(json[0]["resource"]["name"], "a");
  EXPECT_THAT(Run({"proxy-config", "edge-1", "-o", "yaml"}).output, HasSubstr("    name: a\n"));
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
  EXPECT_EQ(RunFairlead({"version"}, {std::cin, broken, errors, false, no_variables, clock}),
            ExitCode::kError);
  EXPECT_THAT(errors.str(), HasSubstr("cannot write"));
}

TEST_F(RunTest, CertificatesAreListedPutAndDeleted) {
  server_.Answer(ExampleCertificates());
  EXPECT_THAT(Run({"certificates"}).output, StartsWith("NAME "));
  EXPECT_EQ(Run({"certificates", "delete", "a.example"}).output, "deleted\n");
  EXPECT_EQ(server_.last_request(), "name: \"a.example\"");

  const std::string file = testing::TempDir() + "/pem";
  std::ofstream(file) << "PEM";
  const Outcome put = Run({"certificates", "put", "a.example", "--cert", file, "--key", file});
  EXPECT_EQ(put.output, "put; it is served from now on\n");
  EXPECT_EQ(server_.last_request(),
            "name: \"a.example\" certificate: \"PEM\" private_key: \"PEM\"");
}

TEST_F(RunTest, ACertificateThatIsNotWholeIsWrongUsage) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"certificates", "put"}, "the certificate's name is missing"},
      {{"certificates", "put", "a.example", "--key", "k"}, "--cert is missing"},
      {{"certificates", "put", "a.example", "--cert", "c"}, "--key is missing"},
      {{"certificates", "delete"}, "the certificate's name is missing"},
      {{"certificates", "pot"}, "did you mean 'put'?"},
  };
  for (const auto& [arguments, message] : cases) {
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.code, ExitCode::kUsage);
    EXPECT_THAT(outcome.errors, HasSubstr(message));
  }
  const Outcome absent =
      Run({"certificates", "put", "a.example", "--cert", "/nowhere.pem", "--key", "k"});
  EXPECT_EQ(absent.code, ExitCode::kError);
  EXPECT_THAT(absent.errors, HasSubstr("/nowhere.pem"));
}

}  // namespace
}  // namespace fairlead
