// fairlead-drop-in: the first process of the image that takes nginx-proxy's place. It starts the
// server, the agent and Envoy, which faces the network as a user that cannot open the engine's
// socket, and ends when one of them does. `fairlead-drop-in acme-responder` is another process of
// that image: it serves the files of ACME's challenges, as that same user.
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agents/engine/engine_url.h"
#include "clients/cli/bootstrap.h"
#include "deploy/images/drop_in/acme_challenges.h"
#include "deploy/images/drop_in/container_id.h"
#include "deploy/images/drop_in/drop_in_settings.h"
#include "deploy/images/drop_in/envoy_process.h"
#include "deploy/images/drop_in/local_http.h"
#include "deploy/images/drop_in/mounted_files.h"
#include "deploy/images/drop_in/own_networks.h"
#include "deploy/images/drop_in/supervisor.h"
#include "server/base/file.h"
#include "server/base/log.h"
#include "server/base/version.h"

namespace fairlead {
namespace {

constexpr char kPrograms[] = "/usr/local/bin";
// Of Envoy's user: it makes its admin socket there.
constexpr char kEnvoyDirectory[] = "/run/fairlead/envoy";
// nginx's document root, a volume that acme-companion shares.
constexpr char kHtml[] = "/usr/share/nginx/html";
constexpr char kAcmeResponder[] = "acme-responder";
constexpr char kBootstrap[] = "/run/fairlead/envoy.yaml";
constexpr uid_t kEnvoyUser = 101;
constexpr uint16_t kXdsPort = 18000;
constexpr uint16_t kAgentPort = 18001;
constexpr uint16_t kAdminPort = 18002;
constexpr uint16_t kAcmePort = 18003;

const char* Variable(const char* name) { return std::getenv(name); }

std::string VariableOr(const char* name, const char* otherwise) {
  const char* value = Variable(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

absl::StatusOr<OwnNetworks> NetworksOf(const DropInSettings& settings, const EngineUrl& engine) {
  if (!settings.networks.empty()) {
    OwnNetworks given;
    given.names = settings.networks;
    return given;
  }
  const absl::StatusOr<std::string> mountinfo = ReadFile("/proc/self/mountinfo", 4 << 20);
  if (!mountinfo.ok()) return mountinfo.status();
  const std::optional<std::string> id = OwnContainerId(*mountinfo);
  if (!id.has_value()) {
    return absl::FailedPreconditionError(
        "cannot tell which container this is (the engine mounts no /etc/hostname that names it), "
        "and so not which networks it is in; name them in FAIRLEAD_NETWORKS");
  }
  absl::StatusOr<OwnNetworks> networks = FindOwnNetworks(engine, *id);
  if (networks.ok()) return networks;
  return absl::Status(
      networks.status().code(),
      absl::StrCat(
          "cannot ask the engine at ", engine.text,
          " for this container's networks: ", networks.status().message(),
          "; mount its socket, as in volumes: [\"/var/run/docker.sock:/tmp/docker.sock:ro\"]"));
}

// What Envoy needs on disk. Only root writes the bootstrap.
absl::Status PrepareEnvoy(const Bootstrap& bootstrap, const UnprivilegedUser& user) {
  std::error_code error;
  std::filesystem::create_directories(kEnvoyDirectory, error);
  std::ofstream file(kBootstrap, std::ios::trunc);
  file << EnvoyBootstrap(bootstrap);
  file.close();
  if (error || file.fail()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot write ", kBootstrap,
        "; with a file system that is read-only give /run one of its own, as in tmpfs: [/run]"));
  }
  if (chown(kEnvoyDirectory, user.uid, user.gid) != 0) {
    return absl::ErrnoToStatus(
        errno, absl::StrCat("cannot give ", kEnvoyDirectory, " to the user ", user.uid,
                            "; start the container as root, with the capability CHOWN"));
  }
  // It opens /dev/stdout for its access log, which another user's pipe forbids.
  if (fchown(STDOUT_FILENO, user.uid, user.gid) != 0) {
    spdlog::warn("cannot give the standard output to the user {} ({}); the access log may fail",
                 user.uid, std::strerror(errno));
  }
  return absl::OkStatus();
}

// Where the folder is, nginx-proxy answers challenges out of it, also with 404; without it they are
// the containers' own affair.
bool HasHtml() {
  std::error_code error;
  return std::filesystem::is_directory(kHtml, error);
}

std::string AcmeAddress() { return absl::StrCat("127.0.0.1:", kAcmePort); }

SupervisedProgram AcmeResponderProcess(const UnprivilegedUser& user) {
  SupervisedProgram responder;
  responder.name = kAcmeResponder;
  responder.arguments = {absl::StrCat(kPrograms, "/fairlead-drop-in"), kAcmeResponder};
  // As nginx's own user: what that may not read, nginx-proxy would not send either.
  responder.run_as = user;
  // Any answer, which is 404.
  responder.is_up = [] {
    return AskLocally({"", kAcmePort}, "GET", "/", absl::Milliseconds(500)).status();
  };
  return responder;
}

SupervisedProgram ServerProcess(const DropInSettings& settings) {
  SupervisedProgram server;
  server.name = "fairlead-server";
  server.arguments = {absl::StrCat(kPrograms, "/fairlead-server"),
                      absl::StrCat("--xds-listen=127.0.0.1:", kXdsPort),
                      absl::StrCat("--agent-listen=127.0.0.1:", kAgentPort),
                      absl::StrCat("--admin-listen=127.0.0.1:", kAdminPort),
                      absl::StrCat("--http-listen=", settings.status_listen)};
  server.arguments.insert(server.arguments.end(), settings.server_arguments.begin(),
                          settings.server_arguments.end());
  // As nginx-proxy, which reaches what shares a network with it.
  if (VariableOr("FAIRLEAD_PUBLISHED_PORTS", "").empty()) {
    server.arguments.push_back("--published-ports=false");
  }
  if (HasHtml()) server.arguments.push_back(absl::StrCat("--acme-responder=", AcmeAddress()));
  // Any answer: it is ready when the agent has reported, and that is started after it.
  server.is_up = [port = settings.status_port] {
    return AskLocally({"", port}, "GET", "/healthz", absl::Milliseconds(500)).status();
  };
  return server;
}

// Of the container; empty: all its networks are internal.
std::string Gateway() {
  const absl::StatusOr<std::string> routes = ReadFile("/proc/net/route", 1 << 20);
  return routes.ok() ? DefaultGateway(*routes) : "";
}

SupervisedProgram AgentProcess(const DropInSettings& settings, const OwnNetworks& networks) {
  SupervisedProgram agent;
  agent.name = "fairlead-agent";
  agent.arguments = {absl::StrCat(kPrograms, "/fairlead-agent"),
                     absl::StrCat("--server=127.0.0.1:", kAgentPort)};
  agent.arguments.insert(agent.arguments.end(), settings.agent_arguments.begin(),
                         settings.agent_arguments.end());
  // Containers in the host's network are reached at an address of the host.
  if (VariableOr("FAIRLEAD_ADVERTISE_ADDRESS", "").empty()) {
    const std::string address = networks.host ? OutwardAddress() : Gateway();
    if (!address.empty()) {
      agent.arguments.push_back(absl::StrCat("--advertise-address=", address));
    }
  }
  return agent;
}

std::string ReadyLine(const DropInSettings& settings, const OwnNetworks& networks) {
  return absl::StrCat(
      "ready: HTTP on port ", settings.http_port, ", HTTPS on port ", settings.https_port,
      " while there are certificates, for containers ",
      networks.host ? "of this host"
                    : absl::StrCat("in the networks ", absl::StrJoin(networks.names, ", ")),
      "; `fairlead problems`, in this container, says what is wrong with what they ask for");
}

void Tell(const std::vector<DropInNote>& notes) {
  for (const DropInNote& note : notes) {
    spdlog::log(note.warning ? spdlog::level::warn : spdlog::level::info, "{}", note.text);
  }
}

absl::StatusOr<int> RunDropIn() {
  const absl::StatusOr<DropInSettings> settings =
      ReadDropInSettings(Variable, FindMountedFiles(""));
  if (!settings.ok()) return settings.status();
  const absl::StatusOr<EngineUrl> engine =
      ParseEngineUrl(settings->docker_host, settings->certificate_directory, settings->tls_verify);
  if (!engine.ok()) {
    return absl::Status(engine.status().code(),
                        absl::StrCat("DOCKER_HOST: ", engine.status().message()));
  }
  Tell(settings->notes);
  const absl::StatusOr<OwnNetworks> networks = NetworksOf(*settings, *engine);
  if (!networks.ok()) return networks.status();

  const UnprivilegedUser user = UserWhoIsNot(engine->unix_path.c_str(), kEnvoyUser);
  Bootstrap bootstrap;
  bootstrap.xds = {"127.0.0.1", kXdsPort, true};
  bootstrap.node_id = "drop-in";
  bootstrap.host = settings->host_id;
  bootstrap.networks = networks->names;
  if (!networks->host) bootstrap.container = networks->container;
  bootstrap.admin_socket = absl::StrCat(kEnvoyDirectory, "/admin.sock");
  if (const absl::Status status = PrepareEnvoy(bootstrap, user); !status.ok()) return status;

  Supervisor::Options options;
  options.forwards = {"envoy"};
  options.ready = ReadyLine(*settings, *networks);
  std::vector<SupervisedProgram> programs = {ServerProcess(*settings),
                                             AgentProcess(*settings, *networks)};
  for (const SupervisedProgram& program : programs) {
    Tell(OverruledVariables(Variable, program.arguments));
  }
  if (HasHtml()) programs.push_back(AcmeResponderProcess(user));
  programs.push_back(
      EnvoyProcess(absl::StrCat(kPrograms, "/envoy"), kBootstrap, bootstrap.admin_socket, user));
  return Supervisor(std::move(programs), options).Run();
}

absl::Status SetUpLogAsTold() {
  return SetUpLog(VariableOr("FAIRLEAD_LOG_LEVEL", "info"),
                  VariableOr("FAIRLEAD_LOG_FORMAT", "auto"));
}

int FailOn(const absl::Status& status) {
  std::fprintf(stderr, "fairlead-drop-in: %s\n", std::string(status.message()).c_str());
  return 2;
}

int AnswerChallenges() {
  if (const absl::Status log = SetUpLogAsTold(); !log.ok()) return FailOn(log);
  const absl::Status status = ServeChallenges(kHtml, AcmeAddress());
  if (status.ok()) return 0;
  spdlog::critical("cannot answer ACME's challenges: {}", std::string(status.message()));
  return 1;
}

int Main() {
  Supervisor::BlockSignals();
  if (const absl::Status log = SetUpLogAsTold(); !log.ok()) return FailOn(log);
  spdlog::info("fairlead-drop-in {} takes nginx-proxy's place", kVersion);
  const absl::StatusOr<int> status = RunDropIn();
  if (status.ok()) return *status;
  spdlog::critical("{}", std::string(status.status().message()));
  return absl::IsInvalidArgument(status.status()) ? 2 : 1;
}

}  // namespace
}  // namespace fairlead

int main(int argc, char** argv) {
  const bool is_responder = argc == 2 && std::string(argv[1]) == fairlead::kAcmeResponder;
  return is_responder ? fairlead::AnswerChallenges() : fairlead::Main();
}
