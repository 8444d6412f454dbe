#include "clients/cli/commands.h"

#include <google/protobuf/util/json_util.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "clients/admin/admin_client.h"
#include "clients/cli/bootstrap.h"
#include "clients/cli/render.h"
#include "server/base/spelling.h"
#include "server/base/version.h"

namespace fairlead {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  fairlead services                      what is routed, and how healthy it is\n"
    "  fairlead endpoints shop/web            the containers behind a service\n"
    "  fairlead problems                      what is wrong, where, and its cure\n"
    "  fairlead proxies                       which proxies have accepted what\n"
    "  fairlead watch                         changes as they happen, until Ctrl-C\n"
    "  fairlead hosts -o json | jq .          for machines\n"
    "  fairlead bootstrap envoy --node-id edge-1 --host $(hostname) >envoy.yaml\n"
    "\n"
    "Exit codes: 0 well, 1 error, 2 usage, 3 not found, 4 unreachable, 5 denied, 6 timeout,\n"
    "130 Ctrl-C. Each flag of the top has a variable: FAIRLEAD_SERVER for --server.\n";

int ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitOk;
    case absl::StatusCode::kInvalidArgument:
      return kExitUsage;
    case absl::StatusCode::kNotFound:
      return kExitNotFound;
    case absl::StatusCode::kUnavailable:
      return kExitUnreachable;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return kExitDenied;
    case absl::StatusCode::kDeadlineExceeded:
      return kExitTimeout;
    default:
      return kExitError;
  }
}

std::string ToJson(const google::protobuf::Message& message, bool lines) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = !lines;
  options.always_print_primitive_fields = true;
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text, options);
  if (!status.ok()) return absl::StrCat("{\"error\": \"", status.ToString(), "\"}\n");
  if (text.empty() || text.back() != '\n') text.push_back('\n');
  return text;
}

// What the command line said.
struct Arguments {
  AdminClient::Options client;
  std::string deadline = "10s";
  std::string output = "table";
  std::string name;
  Bootstrap bootstrap;
  std::string variant = "delta";
  std::string watch_for;
  int watch_count = 0;

  bool wide() const { return output == "wide"; }
  bool json() const { return output == "json"; }
};

class CommandLine {
 public:
  CommandLine(std::ostream& out, std::ostream& err) : out_(out), err_(err) { Declare(); }

  int Run(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    try {
      app_.parse(std::move(arguments));
    } catch (const CLI::Success& success) {
      return app_.exit(success, out_, err_);
    } catch (const CLI::ParseError& error) {
      return Refuse(error.what());
    }
    if (!absl::ParseDuration(arguments_.deadline, &arguments_.client.deadline) ||
        arguments_.client.deadline <= absl::ZeroDuration()) {
      return Refuse(absl::StrCat("--timeout: '", arguments_.deadline,
                                 "' is no duration; write a number with a unit, as in 10s"));
    }
    return Execute();
  }

 private:
  void Declare() {
    app_.description("Looks into a Fairlead server, and prints what proxies start with.");
    app_.footer(kExamples);
    app_.set_version_flag("--version", std::string("fairlead ") + kVersion);
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.add_option("--server", arguments_.client.server, "HOST:PORT of the server's admin port")
        ->envname("FAIRLEAD_SERVER")
        ->capture_default_str();
    app_.add_option("--timeout", arguments_.deadline, "how long an answer may take")
        ->envname("FAIRLEAD_TIMEOUT")
        ->capture_default_str();
    app_.add_option("--tls-cert", arguments_.client.tls.certificate_file, "PEM file")
        ->envname("FAIRLEAD_TLS_CERT");
    app_.add_option("--tls-key", arguments_.client.tls.key_file, "PEM file")
        ->envname("FAIRLEAD_TLS_KEY");
    app_.add_option("--tls-ca", arguments_.client.tls.authorities_file, "PEM file")
        ->envname("FAIRLEAD_TLS_CA");
    app_.add_flag("--insecure", arguments_.client.tls.insecure, "plain text also to other machines")
        ->envname("FAIRLEAD_INSECURE");
    app_.add_option("-o,--output", arguments_.output, "table, wide or json")
        ->check(CLI::IsMember({"table", "wide", "json"}))
        ->capture_default_str();
    app_.add_subcommand("hosts", "Docker hosts, and how their agents are");
    Named("services", "services, their routes and their health");
    Named("endpoints", "containers behind clusters, with addresses and health");
    app_.add_subcommand("proxies", "proxies, and what each has accepted");
    app_.add_subcommand("problems", "what is wrong, where, and its cure");
    CLI::App* const watch = app_.add_subcommand("watch", "changes as they happen");
    watch->add_option("--for", arguments_.watch_for, "end after this time, as in 30s");
    watch->add_option("--count", arguments_.watch_count, "end after so many events")
        ->check(CLI::PositiveNumber);
    DeclareBootstrap();
    app_.add_subcommand("version", "the version of this program");
  }

  void Named(const char* name, const char* description) {
    app_.add_subcommand(name, description)
        ->add_option("NAME", arguments_.name, "only of this service or cluster, as in shop/web");
  }

  void DeclareBootstrap() {
    CLI::App* const bootstrap =
        app_.add_subcommand("bootstrap", "what a proxy or a gRPC client starts with");
    bootstrap->require_subcommand(1);
    CLI::App* const envoy = bootstrap->add_subcommand("envoy", "an Envoy bootstrap (YAML)");
    envoy->footer(
        "Example: an Envoy on the Docker host itself, with its admin page on port 9901\n"
        "  fairlead bootstrap envoy --xds 127.0.0.1:18000 --node-id edge-1 \\\n"
        "    --host $(hostname) --admin-port 9901 >envoy.yaml\n"
        "  envoy -c envoy.yaml\n");
    envoy
        ->add_option("--admin-port", arguments_.bootstrap.admin_port,
                     "of Envoy's admin page, on 127.0.0.1; without it there is none")
        ->check(CLI::Range(1, 65535));
    envoy->add_option("--variant", arguments_.variant, "delta or sotw (state of the world)")
        ->check(CLI::IsMember({"delta", "sotw"}))
        ->capture_default_str();
    CLI::App* const grpc = bootstrap->add_subcommand(
        "grpc", "the JSON that xDS clients of gRPC read (GRPC_XDS_BOOTSTRAP)");
    grpc->footer(
        "Example:\n"
        "  fairlead bootstrap grpc --node-id client-1 >bootstrap.json\n"
        "  GRPC_XDS_BOOTSTRAP=bootstrap.json ./client xds:///shop/web\n");
    for (CLI::App* const command : {envoy, grpc}) DeclareNode(*command);
  }

  void DeclareNode(CLI::App& command) {
    Bootstrap& bootstrap = arguments_.bootstrap;
    command.add_option("--xds", bootstrap.xds, "HOST:PORT of the server's xDS port")
        ->envname("FAIRLEAD_XDS")
        ->capture_default_str();
    command.add_option("--node-id", bootstrap.node_id, "who it is; unique among proxies")
        ->envname("FAIRLEAD_NODE_ID")
        ->required();
    command.add_option("--group", bootstrap.group, "the set of proxies that it belongs to")
        ->envname("FAIRLEAD_GROUP")
        ->capture_default_str();
    command
        .add_option("--host", bootstrap.host,
                    "id of the Docker host that it stands on; without it: outside")
        ->envname("FAIRLEAD_HOST");
    command
        .add_option("--networks", bootstrap.networks,
                    "Docker networks that it is in, if it runs in a container")
        ->delimiter(',')
        ->envname("FAIRLEAD_NETWORKS");
    command.add_option("--zone", bootstrap.zone, "where it stands, for preferring near endpoints")
        ->envname("FAIRLEAD_ZONE");
  }

  int Refuse(const std::string& why) {
    err_ << "fairlead: " << why << Suggestion(why)
         << "\nRun `fairlead --help` for what there is.\n";
    return kExitUsage;
  }

  std::string Suggestion(const std::string& why) const {
    std::vector<std::string> names;
    for (const CLI::App* const command :
         app_.get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(command->get_name());
    }
    const std::vector<std::string> left = app_.remaining();
    const std::string word = left.empty() ? why.substr(why.rfind(' ') + 1) : left.front();
    const std::string nearest = NearestName(word, names);
    return nearest.empty() || nearest == word ? ""
                                              : absl::StrCat("; did you mean '", nearest, "'?");
  }

  int Fail(const absl::Status& status) {
    err_ << "fairlead: " << status.message() << "\n";
    return ExitCodeOf(status);
  }

  template <typename Message, typename Text>
  int Print(const absl::StatusOr<Message>& answer, Text text) {
    if (!answer.ok()) return Fail(answer.status());
    out_ << (arguments_.json() ? ToJson(*answer, /*lines=*/false) : text(*answer));
    return kExitOk;
  }

  int Execute() {
    const std::string command = app_.get_subcommands().front()->get_name();
    if (command == "version") {
      out_ << "fairlead " << kVersion << "\n";
      return kExitOk;
    }
    if (command == "bootstrap") return ExecuteBootstrap();
    const auto client = AdminClient::Create(arguments_.client);
    if (!client.ok()) return Fail(client.status());
    return Ask(command, **client);
  }

  int ExecuteBootstrap() {
    arguments_.bootstrap.tls = arguments_.client.tls;
    arguments_.bootstrap.delta = arguments_.variant == "delta";
    const bool envoy = app_.get_subcommand("bootstrap")->got_subcommand("envoy");
    const absl::StatusOr<std::string> text =
        envoy ? EnvoyBootstrap(arguments_.bootstrap) : GrpcBootstrap(arguments_.bootstrap);
    if (!text.ok()) return Fail(text.status());
    out_ << *text;
    return kExitOk;
  }

  int Ask(const std::string& command, AdminClient& client) {
    const bool wide = arguments_.wide();
    const absl::Time now = absl::Now();
    if (command == "hosts") {
      return Print(client.Hosts(), [&](const auto& answer) { return Render(answer, wide, now); });
    }
    if (command == "services") {
      return Print(client.Services(arguments_.name),
                   [&](const auto& answer) { return Render(answer, wide); });
    }
    if (command == "endpoints") {
      return Print(client.Endpoints(arguments_.name),
                   [&](const auto& answer) { return Render(answer, wide); });
    }
    if (command == "proxies") {
      return Print(client.Proxies(), [&](const auto& answer) { return Render(answer, wide, now); });
    }
    if (command == "problems") {
      return Print(client.Problems(), [&](const auto& answer) { return Render(answer, now); });
    }
    return Watch(client);
  }

  int Watch(AdminClient& client) {
    absl::Duration length = absl::InfiniteDuration();
    if (!arguments_.watch_for.empty() &&
        (!absl::ParseDuration(arguments_.watch_for, &length) || length <= absl::ZeroDuration())) {
      return Refuse(absl::StrCat("--for: '", arguments_.watch_for,
                                 "' is no duration; write a number with a unit, as in 30s"));
    }
    int seen = 0;
    const absl::Status status = client.Watch(length, [&](const v1::WatchResponse& event) {
      out_ << (arguments_.json() ? ToJson(event, /*lines=*/true) : Render(event)) << std::flush;
      // The first message only says that the watch has begun.
      if (event.kind() != v1::WatchResponse::WATCHING) ++seen;
      return arguments_.watch_count == 0 || seen < arguments_.watch_count;
    });
    return status.ok() ? kExitOk : Fail(status);
  }

  std::ostream& out_;
  std::ostream& err_;
  CLI::App app_{"", "fairlead"};
  Arguments arguments_;
};

}  // namespace

int RunCommand(std::vector<std::string> arguments, std::ostream& out, std::ostream& err) {
  return CommandLine(out, err).Run(std::move(arguments));
}

}  // namespace fairlead
