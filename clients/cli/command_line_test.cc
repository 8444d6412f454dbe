#include "clients/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "test/support/files.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Variables = std::map<std::string, std::string>;

absl::StatusOr<Request> Parse(const std::string& line, const Variables& variables = {}) {
  const std::vector<std::string> arguments = absl::StrSplit(line, ' ', absl::SkipEmpty());
  return ParseCommandLine(arguments, [&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

struct WrongCase {
  const char* line;
  const char* says;
};

constexpr WrongCase kWrong[] = {
    {"", "a command is missing; there are hosts, services, "},
    {"hosst", "unknown command 'hosst'; did you mean 'hosts'?\nTry 'fairlead --help'."},
    {"frobnicate", "unknown command 'frobnicate'\n"},
    {"--no-such-flag", "unknown flag '--no-such-flag'\n"},
    {"hosts --no-such-flag=1", "unknown flag '--no-such-flag'\nTry 'fairlead hosts --help'."},
    {"hosts --timeot 3s", "unknown flag '--timeot'; did you mean '--timeout'?"},
    {"hosts extra", "unexpected argument 'extra'"},
    {"services a b", "unexpected argument 'b'"},
    {"hosts services", "unexpected argument 'services'"},
    {"hosts -o yaml", "--output 'yaml': write table, wide or json"},
    {"hosts --timeout 3", "--timeout '3': it is no duration above zero"},
    {"hosts --timeout 0s", "--timeout '0s': it is no duration above zero"},
    {"hosts --server nonsense", "--server 'nonsense': it is no address; write HOST:PORT"},
    {"hosts --server", "--server"},
    {"watch --count 0", "--count '0': write a whole number from 1"},
    {"watch --for soon", "--for 'soon': it is no duration"},
    {"bootstrap", "a command is missing; there are envoy, grpc\nTry 'fairlead bootstrap --help'."},
    {"bootstrap envoi", "unknown command 'envoi'; did you mean 'envoy'?"},
    {"bootstrap envoy --node-id a", "--xds is missing; write"},
    {"bootstrap envoy --xds h:1", "--node-id is missing; give"},
    {"bootstrap envoy --xds h --node-id a", "--xds 'h': it is no address"},
    {"bootstrap envoy --xds h:1 --node-id a --networks n", "--networks says nothing without"},
    {"bootstrap envoy --xds h:1 --node-id a --host h --networks n,,m", "--networks 'n,,m': "},
    {"bootstrap envoy --xds h:1 --node-id a\x01", "--node-id 'a"},
    {"bootstrap envoy --xds h:1 --node-id a --tls-cert c", "TLS needs --tls-cert, --tls-key and"},
    {"bootstrap envoy --xds h:1 --node-id a --admin-port 0", "--admin-port '0': write a number"},
    {"bootstrap envoy --xds h:1 --node-id a --variant x", "--variant 'x': write delta or sotw"},
    {"bootstrap grpc --xds h:1 --node-id a --variant sotw", "unknown flag '--variant'"},
    {"resources", "a command is missing; there are put, delete, list, get"},
    {"resources put --all", "--file is missing; write -f FILE"},
    {"resources put -f x", "for whom is missing; write --node ID, --group GROUP or --all"},
    {"resources put -f x --all --node n", "there is more than one scope"},
    {"resources put -f x --all -o yaml", "--output 'yaml': write table, wide or json"},
    {"resources delete --all", "what to delete is missing; write a type and a name"},
    {"resources delete --all clusters", "what to delete is missing"},
    {"resources delete --all things a", "'things' is no type of resource; write clusters, "},
    {"resources list --all --group g", "there is more than one scope"},
    {"resources get", "for whom is missing"},
    {"resources get --all clusters a b", "unexpected argument 'b'"},
    {"check", "a compose file is missing; name it, as in docker-compose.yml"},
    {"import", "a compose file is missing"},
    {"check a --profile ,", "--profile ',': write the name of a profile"},
    {"check a -o yaml", "--output 'yaml': write table, wide or json"},
    {"proxy-config", "the proxy is missing; write its node id"},
    {"proxy-config n things", "'things' is no type of resource"},
    {"--tls-cert c bootstrap grpc --xds h:1 --node-id a",
     "--tls-cert before 'fairlead bootstrap grpc' is for calls to a server"},
};

TEST(CommandLine, WhatIsWrongIsNamed) {
  for (const WrongCase& test : kWrong) {
    SCOPED_TRACE(test.line);
    const absl::StatusOr<Request> request = Parse(test.line);
    ASSERT_TRUE(absl::IsInvalidArgument(request.status()));
    EXPECT_THAT(std::string(request.status().message()), HasSubstr(test.says));
    EXPECT_THAT(std::string(request.status().message()), HasSubstr("\nTry 'fairlead "));
  }
}

TEST(CommandLine, FlagsStandBeforeAndBehindTheCommand) {
  for (const char* line : {"--server h:1 -o json services shop/web --timeout 2s",
                           "services shop/web --server=h:1 --timeout=2s --output json"}) {
    const absl::StatusOr<Request> request = Parse(line);
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->command, Request::Command::kServices);
    EXPECT_EQ(request->name, "shop/web");
    EXPECT_EQ(request->connection.server, "h:1");
    EXPECT_EQ(request->connection.timeout, absl::Seconds(2));
    EXPECT_EQ(request->output, Request::Output::kJson);
  }
}

TEST(CommandLine, AFlagWinsOverItsVariableAndThatOverTheDefault) {
  EXPECT_EQ(Parse("hosts")->connection.server, "127.0.0.1:18002");
  EXPECT_EQ(Parse("hosts")->connection.timeout, absl::Seconds(10));
  const Variables variables = {{"FAIRLEAD_SERVER", "v:1"}, {"FAIRLEAD_INSECURE", "true"}};
  EXPECT_EQ(Parse("hosts", variables)->connection.server, "v:1");
  EXPECT_TRUE(Parse("hosts", variables)->connection.tls.insecure);
  EXPECT_EQ(Parse("hosts --server f:2", variables)->connection.server, "f:2");
  EXPECT_EQ(Parse("hosts", {{"FAIRLEAD_SERVER", ""}})->connection.server, "127.0.0.1:18002");
  const absl::Status wrong = Parse("hosts", {{"FAIRLEAD_TIMEOUT", "x"}}).status();
  EXPECT_THAT(std::string(wrong.message()), HasSubstr("FAIRLEAD_TIMEOUT 'x': "));
}

TEST(CommandLine, TheOperatorsCertificateDoesNotBecomeTheProxys) {
  const Variables variables = {{"FAIRLEAD_TLS_CERT", "mine.pem"},
                               {"FAIRLEAD_PROXY_TLS_CERT", "c"},
                               {"FAIRLEAD_PROXY_TLS_KEY", "k"},
                               {"FAIRLEAD_PROXY_TLS_CA", "a"}};
  const absl::StatusOr<Request> request =
      Parse("bootstrap envoy --xds h:1 --node-id edge-1", variables);
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->bootstrap.tls.certificate_file, "c");
}

TEST(CommandLine, Bootstrap) {
  const absl::StatusOr<Request> request = Parse(
      "bootstrap envoy --xds [::1]:18000 --node-id edge-1 --group g --host h1 "
      "--networks a,b --networks c --zone z --admin-port 9901 --variant sotw");
  ASSERT_TRUE(request.ok()) << request.status();
  const Bootstrap& bootstrap = request->bootstrap;
  EXPECT_EQ(request->command, Request::Command::kBootstrapEnvoy);
  EXPECT_EQ(bootstrap.xds.host, "::1");
  EXPECT_EQ(bootstrap.group, "g");
  EXPECT_EQ(bootstrap.host, "h1");
  EXPECT_THAT(bootstrap.networks, ElementsAre("a", "b", "c"));
  EXPECT_EQ(bootstrap.zone, "z");
  EXPECT_EQ(bootstrap.admin_port, 9901);
  EXPECT_EQ(bootstrap.variant, Bootstrap::Variant::kStateOfTheWorld);
}

TEST(CommandLine, Resources) {
  const absl::StatusOr<Request> put =
      Parse("resources put --node n1 --version 7 --replace -f edge.yaml");
  ASSERT_TRUE(put.ok()) << put.status();
  EXPECT_EQ(put->command, Request::Command::kResourcesPut);
  EXPECT_EQ(put->resources.node, "n1");
  EXPECT_EQ(put->resources.version, "7");
  EXPECT_TRUE(put->resources.replace);
  EXPECT_EQ(put->resources.file, "edge.yaml");
  const absl::StatusOr<Request> deletion = Parse("resources delete --all CDS a b");
  ASSERT_TRUE(deletion.ok()) << deletion.status();
  EXPECT_THAT(deletion->resources.names, ElementsAre("a", "b"));
  EXPECT_EQ(Parse("resources get --group g -o yaml")->output, Request::Output::kYaml);
  EXPECT_EQ(Parse("proxy-config n1 secrets")->resources.node, "n1");
}

TEST(CommandLine, TypesOfResourcesHaveManyNames) {
  for (const char* word : {"clusters", "cluster", "CDS", "cds",
                           "type.googleapis.com/envoy.config.cluster.v3.Cluster"}) {
    EXPECT_EQ(ResourceTypeOf(word).value(), "CDS") << word;
  }
  EXPECT_EQ(ResourceTypeOf("routes").value(), "RDS");
  EXPECT_FALSE(ResourceTypeOf("").ok());
}

TEST(CommandLine, ComposeFiles) {
  const absl::StatusOr<Request> request =
      Parse("check a.yaml b.yaml --env-file e --profile x,y --profile z --project-name shop");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->command, Request::Command::kCheck);
  EXPECT_THAT(request->compose.files, ElementsAre("a.yaml", "b.yaml"));
  EXPECT_EQ(request->compose.env_file, "e");
  EXPECT_THAT(request->compose.profiles, ElementsAre("x", "y", "z"));
  EXPECT_EQ(request->compose.project_name, "shop");
  EXPECT_EQ(Parse("import a")->command, Request::Command::kImport);
  EXPECT_EQ(Parse("import a", {{"FAIRLEAD_COMPOSE_ENV_FILE", "v"}})->compose.env_file, "v");
}

TEST(CommandLine, Explain) {
  const absl::StatusOr<Request> request = Parse(
      "explain shop_web_1 http://a.example/x --method post --header A:b --header=c:d:e "
      "--port 8080 --client 10.0.0.1 --node n1");
  ASSERT_TRUE(request.ok()) << request.status();
  const std::vector<v1::ExplainRequest> asked = ExplainRequestsOf(request->explain);
  ASSERT_EQ(asked.size(), 2);
  EXPECT_EQ(asked[0].ShortDebugString(), "container: \"shop_web_1\"");
  EXPECT_EQ(asked[1].ShortDebugString(),
            "request { url: \"http://a.example/x\" method: \"POST\" headers { name: \"A\" value: "
            "\"b\" } headers { name: \"c\" value: \"d:e\" } node_id: \"n1\" port: 8080 client: "
            "\"10.0.0.1\" }");
  EXPECT_THAT(Parse("explain").status().message(), HasSubstr("what to explain is missing"));
  EXPECT_THAT(Parse("explain http://a/ --header x").status().message(), HasSubstr("NAME: VALUE"));
}

TEST(CommandLine, Watch) {
  const absl::StatusOr<Request> request = Parse("watch --for 1m30s --count 5");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->watch_for, absl::Seconds(90));
  EXPECT_EQ(request->watch_count, 5);
  EXPECT_EQ(Parse("watch")->watch_for, absl::InfiniteDuration());
  EXPECT_EQ(Parse("watch")->watch_count, 0);
}

TEST(CommandLine, Version) {
  EXPECT_THAT(Parse("version")->text, HasSubstr("fairlead "));
  EXPECT_EQ(Parse("--version")->text, Parse("version")->text);
}

TEST(CommandLine, HelpTeachesOnEveryLevel) {
  const std::pair<const char*, const char*> levels[] = {
      {"", "fairlead"},
      {"hosts", "hosts"},
      {"services", "services"},
      {"endpoints", "endpoints"},
      {"proxies", "proxies"},
      {"problems", "problems"},
      {"watch", "watch"},
      {"explain", "explain"},
      {"bootstrap", "bootstrap"},
      {"bootstrap envoy", "bootstrap_envoy"},
      {"bootstrap grpc", "bootstrap_grpc"},
      {"resources", "resources"},
      {"resources put", "resources_put"},
      {"resources delete", "resources_delete"},
      {"resources list", "resources_list"},
      {"resources get", "resources_get"},
      {"proxy-config", "proxy_config"},
      {"certificates", "certificates"},
      {"certificates put", "certificates_put"},
      {"certificates delete", "certificates_delete"},
      {"check", "check"},
      {"import", "import"},
      {"version", "version"},
  };
  for (const auto& [words, file] : levels) {
    SCOPED_TRACE(file);
    const absl::StatusOr<Request> request = Parse(absl::StrCat(words, " --help"));
    ASSERT_TRUE(request.ok()) << request.status();
    EXPECT_EQ(request->command, Request::Command::kText);
    EXPECT_EQ(Parse(absl::StrCat(words, " -h"))->text, request->text);
    EXPECT_EQ(Parse(absl::StrCat("help ", words))->text, request->text);
    ExpectGolden(absl::StrCat("clients/cli/golden/help_", file, ".txt"), request->text);
  }
}

}  // namespace
}  // namespace fairlead
