// fairlead-server: reads its settings, serves until it is told to end. Who knows whom is in
// server.h.
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "server/base/log.h"
#include "server/base/version.h"
#include "server/options.h"
#include "server/server.h"
#include "server/store/memory_store.h"
#include "server/store/sqlite_store.h"

namespace fairlead {
namespace {

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

// For programs that had the server take any free port.
void PrintIfFree(const char* what, const std::string& asked, const std::string& taken) {
  if (absl::EndsWith(asked, ":0")) absl::PrintF("%s %s\n", what, taken);
}

absl::Status ServeUntilSignal(const ServerOptions& options) {
  const sigset_t signals = BlockEndSignals();
  const auto store = OpenStore(options.data_dir);
  if (!store.ok()) return store.status();
  {
    const auto server = Server::Start(options, **store);
    if (!server.ok()) return server.status();
    PrintIfFree("xds", options.xds_listen, (*server)->xds_address());
    PrintIfFree("agents", options.agent_listen, (*server)->agent_address());
    PrintIfFree("admin", options.admin_listen, (*server)->admin_address());
    PrintIfFree("http", options.http_listen, (*server)->http_address());
    std::fflush(stdout);
    spdlog::info("fairlead-server {} is ready: xDS on {}, agents on {}, admin on {}, HTTP on {}",
                 kVersion, (*server)->xds_address(), (*server)->agent_address(),
                 (*server)->admin_address(), (*server)->http_address());
    int signal = 0;
    sigwait(&signals, &signal);
    spdlog::info("{}: fairlead-server shuts down; proxies keep what they have", strsignal(signal));
  }
  return (*store)->Flush(absl::Seconds(5));
}

}  // namespace
}  // namespace fairlead

int main(int argc, char** argv) {
  mallopt(M_ARENA_MAX, 2);  // an arena for each thread would hold memory that none of them needs
  // gRPC reads into 8 or 64 KiB of memory, as it expects much or little, and keeps what is left for
  // the connection's next read. Without this experiment of its (1.51) the port says how much.
  // Whoever sets the variable knows better.
  setenv("GRPC_EXPERIMENTS", "-tcp_read_chunks", 0);
  // Debian's Abseil checks the order of all locks, gRPC's included, under a lock of its own.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  fairlead::ServerOptions options;
  if (const std::optional<int> code = fairlead::ReadServerOptions(argc, argv, options))
    return *code;
  absl::Status status = fairlead::SetUpLog(options.log_level, options.log_format);
  const bool usable = status.ok();
  // For grpcurl. Before any server is built.
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  if (usable) status = fairlead::ServeUntilSignal(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "fairlead-server: %s\n", std::string(status.message()).c_str());
  return usable ? 1 : 2;
}
