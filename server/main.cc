// fairlead-server. This file is the map: who exists, who knows whom, and in which order they start
// and stop.

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "server/admin/admin_service.h"
#include "server/admin/health_service.h"
#include "server/admin/watches.h"
#include "server/base/acceptor.h"
#include "server/base/log.h"
#include "server/base/tls.h"
#include "server/base/version.h"
#include "server/control_plane.h"
#include "server/options.h"
#include "server/reports/report_service.h"
#include "server/status/status_server.h"
#include "server/store/memory_store.h"
#include "server/store/sqlite_store.h"
#include "server/subscriptions/xds_service.h"

namespace fairlead {
namespace {

// A gRPC server behind our own acceptor.
class Port {
 public:
  // Keepalive and limits: docs/limits.md says why.
  struct Limits {
    int most_message_bytes;
    // Zero: no limit of concurrent streams on a connection.
    int most_streams;
    absl::Duration keepalive_time;
    absl::Duration keepalive_timeout;
    absl::Duration least_ping_interval;
  };

  absl::Status Bind(const std::string& address, const TlsOptions& tls, const Limits& limits) {
    const auto credentials = ServerCredentials(tls, {address});
    if (!credentials.ok()) return credentials.status();
    auto acceptor = Acceptor::Bind(address);
    if (!acceptor.ok()) return acceptor.status();
    acceptor_ = *std::move(acceptor);
    acceptor_->AddTo(builder_, *credentials);
    builder_.SetMaxReceiveMessageSize(limits.most_message_bytes);
    builder_.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 * 1024);
    builder_.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 5'000);
    if (limits.most_streams > 0) {
      builder_.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, limits.most_streams);
    }
    const auto milliseconds = [](absl::Duration time) {
      return static_cast<int>(absl::ToInt64Milliseconds(time));
    };
    builder_.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, milliseconds(limits.keepalive_time));
    builder_.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                                milliseconds(limits.keepalive_timeout));
    builder_.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder_.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
    builder_.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                                milliseconds(limits.least_ping_interval));
    return absl::OkStatus();
  }

  grpc::ServerBuilder& builder() { return builder_; }
  const std::string& address() const { return acceptor_->address(); }

  absl::Status Build() {
    server_ = builder_.BuildAndStart();
    if (server_ == nullptr) {
      return absl::InternalError(absl::StrCat("gRPC did not start a server on ", address()));
    }
    return absl::OkStatus();
  }
  void Accept() { acceptor_->Start(); }
  // Calls that are not over by then are cut.
  void Shutdown(absl::Duration patience) {
    acceptor_.reset();
    if (server_ != nullptr) {
      server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(patience));
    }
  }

 private:
  grpc::ServerBuilder builder_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
};

constexpr Port::Limits kXdsLimits = {16 << 20, 0, absl::Seconds(30), absl::Seconds(10),
                                     absl::Seconds(10)};
constexpr Port::Limits kAgentLimits = {4 << 20, 32, absl::Seconds(10), absl::Seconds(5),
                                       absl::Seconds(5)};
constexpr Port::Limits kAdminLimits = {64 << 10, 128, absl::Seconds(30), absl::Seconds(10),
                                       absl::Seconds(5)};

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const std::string& directory) {
  if (directory == "memory") return std::make_unique<MemoryStore>();
  auto store = SqliteStore::Open(directory);
  if (!store.ok()) return store.status();
  return *std::move(store);
}

// Blocks the signals that end the process, in this thread and in those that it will start.
sigset_t BlockEndSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void SetServing(ServingState& state, bool serving) {
  for (const char* service : {"", kXdsHealth, kAgentsHealth, kAdminHealth}) {
    state.Set(service, serving);
  }
}

absl::Status Run(const ServerOptions& options) {
  const sigset_t signals = BlockEndSignals();

  auto store = OpenStore(options.data_dir);
  if (!store.ok()) return store.status();
  auto state = (*store)->Load();
  if (!state.ok()) return state.status();

  Watches watches;
  const auto serving = std::make_shared<ServingState>();
  ControlPlane control(options.control, **store, watches);
  // What was known before is served before any agent or proxy is heard.
  control.Restore(*state);

  Port xds_port;
  Port agent_port;
  Port admin_port;
  for (const auto& [port, address, limits] :
       {std::tuple{&xds_port, &options.xds_listen, &kXdsLimits},
        std::tuple{&agent_port, &options.agent_listen, &kAgentLimits},
        std::tuple{&admin_port, &options.admin_listen, &kAdminLimits}}) {
    const absl::Status status = port->Bind(*address, options.tls, *limits);
    if (!status.ok()) return status;
  }

  HealthService xds_health(serving);
  HealthService agent_health(serving);
  HealthService admin_health(serving);
  xds_port.builder().RegisterService(&xds_health);
  agent_port.builder().RegisterService(&agent_health);
  admin_port.builder().RegisterService(&admin_health);
  XdsService xds(options.xds, control);
  xds.Register(xds_port.builder());
  ReportService reports(control);
  reports.Register(agent_port.builder());
  AdminServiceImpl admin(control, watches);
  // grpcurl's way in; on the admin port alone.
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  admin_port.builder().RegisterService(&admin);
  for (Port* port : {&xds_port, &agent_port, &admin_port}) {
    const absl::Status status = port->Build();
    if (!status.ok()) return status;
  }
  xds.Start();
  reports.Start();
  control.Start(xds);
  const absl::Cleanup stop = [&] {
    SetServing(*serving, false);
    control.Stop();
    watches.Shutdown();
    serving->Shutdown();
    constexpr absl::Duration kPatience = absl::Milliseconds(100);
    for (Port* port : {&xds_port, &agent_port, &admin_port}) port->Shutdown(kPatience);
    xds.Stop();
    reports.Stop();
    const absl::Status kept = (*store)->Flush(absl::Seconds(5));
    if (!kept.ok()) spdlog::error("the last changes are not stored: {}", kept.ToString());
  };

  const auto status =
      StatusServer::Listen(options.http_listen, control, [&store] { return (*store)->Health(); });
  if (!status.ok()) return status.status();
  for (Port* port : {&agent_port, &xds_port, &admin_port}) port->Accept();
  SetServing(*serving, true);

  absl::PrintF("xds %s\nagents %s\nadmin %s\nhttp %s\n", xds_port.address(), agent_port.address(),
               admin_port.address(), (*status)->address());
  std::fflush(stdout);
  spdlog::info("fairlead-server {} is ready: xDS on {}, agents on {}, admin on {}, HTTP on {}",
               kVersion, xds_port.address(), agent_port.address(), admin_port.address(),
               (*status)->address());

  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("{}: shutting down; proxies keep what they have", strsignal(signal));
  return absl::OkStatus();
}

}  // namespace
}  // namespace fairlead

int main(int argc, char** argv) {
  fairlead::ServerOptions options;
  if (const std::optional<int> code = fairlead::ReadServerOptions(argc, argv, options))
    return *code;
  absl::Status status = fairlead::SetUpLog(options.log_level, options.log_format);
  if (!status.ok()) {
    std::fprintf(stderr, "fairlead-server: %s\n", std::string(status.message()).c_str());
    return 2;
  }
  status = fairlead::Run(options);
  if (!status.ok()) {
    std::fprintf(stderr, "fairlead-server: %s\n", std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}
