// fairlead-agent: engine -> observer -> reporter -> server.
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "absl/random/random.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "agents/agent_settings.h"
#include "agents/engine/engine_url.h"
#include "agents/observer/host_observer.h"
#include "agents/reporter/reporter.h"
#include "server/base/log.h"
#include "server/base/version.h"

namespace fairlead {
namespace {

std::string HostName() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

const char* Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

v1::Hello HelloOf(const AgentSettings& settings) {
  v1::Hello hello;
  hello.set_host_id(settings.host_id);
  hello.set_host_name(settings.host_name.empty() ? settings.host_id : settings.host_name);
  hello.mutable_advertise_addresses()->Assign(settings.advertise_addresses.begin(),
                                              settings.advertise_addresses.end());
  hello.set_zone(settings.zone);
  hello.set_agent_version(kVersion);
  absl::BitGen random;
  hello.set_epoch(absl::StrFormat("%016x", absl::Uniform<uint64_t>(random)));
  return hello;
}

// What is to end the process, for sigwait: blocked before any thread is there, so that all of them
// inherit it.
sigset_t BlockEndingSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

void Run(const AgentSettings& settings, const EngineUrl& engine,
         std::shared_ptr<grpc::ChannelCredentials> credentials, const sigset_t& signals) {
  Reporter::Options reporting;
  reporting.servers = settings.servers;
  reporting.credentials = std::move(credentials);
  reporting.outbox.hello = HelloOf(settings);
  Reporter reporter(std::move(reporting));

  HostObserver::Options observing;
  observing.url = engine;
  HostObserver observer(std::move(observing),
                        [&reporter](HostUpdate update) { reporter.Report(std::move(update)); });

  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("{}: fairlead-agent ends", strsignal(signal));
  observer.Stop();
  reporter.Stop();
}

int Main(int argc, const char* const* argv) {
  mallopt(M_ARENA_MAX, 2);  // an arena for each thread would hold memory that none of them needs
  const sigset_t signals = BlockEndingSignals();
  AgentSettings values = DefaultAgentSettings(std::getenv("DOCKER_HOST"), HostName());
  Settings settings(AgentProgram());
  AddAgentSettings(settings, &values);
  if (const std::optional<int> code = settings.ReadOrExit(argc, argv)) return *code;

  const auto fail = [](int code, const absl::Status& status) {
    fprintf(stderr, "fairlead-agent: %s\n", std::string(status.message()).c_str());
    return code;
  };
  if (values.host_id.empty()) {
    return fail(
        Settings::kExitUsage,
        absl::InvalidArgumentError("this machine has no hostname; give the host a --host-id"));
  }
  const absl::Status log = SetUpLog(values.log_level, values.log_format);
  if (!log.ok()) return fail(Settings::kExitUsage, log);
  const auto engine = ParseEngineUrl(values.docker_host, Variable("DOCKER_CERT_PATH"),
                                     Variable("DOCKER_TLS_VERIFY"));
  if (!engine.ok()) {
    return fail(Settings::kExitUsage, settings.Refused("docker-host", engine.status().message()));
  }
  auto credentials = ChannelCredentials(values.tls, values.servers);
  if (!credentials.ok()) {
    const bool usage = absl::IsInvalidArgument(credentials.status());
    return fail(usage ? Settings::kExitUsage : Settings::kExitError, credentials.status());
  }
  spdlog::info("fairlead-agent {} of host {} reads {} and reports to {}", kVersion, values.host_id,
               engine->text, fmt::join(values.servers, ", "));
  Run(values, *engine, *std::move(credentials), signals);
  return 0;
}

}  // namespace
}  // namespace fairlead

int main(int argc, char** argv) { return fairlead::Main(argc, argv); }
