#include "server/server.h"

#include <algorithm>
#include <thread>
#include <tuple>
#include <utility>

#include "server/admin/describe.h"
#include "server/base/clock.h"

namespace fairlead {
namespace {

// Half of them, so that streams go on while passwords are checked.
size_t CoresForPasswords() { return std::max(1u, std::thread::hardware_concurrency() / 2); }

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options, Store& store) {
  // Not make_unique: the constructor is private.
  std::unique_ptr<Server> server(new Server(options, store));
  const absl::Status status = server->Run(options, store);
  if (!status.ok()) return status;
  return server;
}

Server::Server(const ServerOptions& options, Store& store)
    : guard_({.most_at_once = CoresForPasswords()}, Clock::Real()),
      control_(options.control, store, watches_, loads_, guard_),
      xds_(options.xds, control_),
      load_reports_({.most_streams = static_cast<int>(options.xds.most_streams)}, loads_,
                    [this](const std::string& cluster, const Load& load) {
                      if (!watches_.HasWatchers()) return;
                      watches_.PublishIfRoom(LoadEvent(cluster, load.requests_per_second,
                                                       load.errors, Clock::Real().Wall()));
                    }),
      reports_(control_) {}

absl::Status Server::Run(const ServerOptions& options, Store& store) {
  const absl::StatusOr<StoredState> state = store.Load();
  if (!state.ok()) return state.status();
  if (const absl::Status status = control_.Restore(*state); !status.ok()) return status;

  for (const auto& [port, address, limits] :
       {std::tuple{&xds_port_, &options.xds_listen, &options.xds_port},
        std::tuple{&agent_port_, &options.agent_listen, &Port::kAgents},
        std::tuple{&admin_port_, &options.admin_listen, &Port::kAdmin}}) {
    const absl::Status status = port->Bind(*address, options.tls, *limits);
    if (!status.ok()) return status;
  }
  xds_port_.builder().RegisterService(&xds_health_);
  xds_port_.builder().RegisterService(&xds_client_status_);
  xds_port_.builder().RegisterService(&authorization_);
  load_reports_.Register(xds_port_.builder());
  xds_.Register(xds_port_.builder());
  agent_port_.builder().RegisterService(&agent_health_);
  reports_.Register(agent_port_.builder());
  admin_port_.builder().RegisterService(&admin_health_);
  admin_port_.builder().RegisterService(&admin_);
  admin_port_.builder().RegisterService(&admin_client_status_);
  admin_port_.LeavePollingToOthers();
  auto status =
      StatusServer::Listen(options.http_listen, control_, [&store] { return store.Health(); });
  if (!status.ok()) return status.status();
  status_ = *std::move(status);

  for (Port* const port : {&xds_port_, &agent_port_, &admin_port_}) {
    const absl::Status built = port->Build();
    if (!built.ok()) return built;
  }
  // Before the queue's thread runs: what it touches is not locked.
  load_reports_.Start(xds_.completions());
  xds_.Start();
  reports_.Start();
  control_.Start(xds_);
  // Agents first: what they say is worth having when proxies ask.
  for (Port* const port : {&agent_port_, &xds_port_, &admin_port_}) port->Accept();
  SetServing(true);
  return absl::OkStatus();
}

Server::~Server() {
  SetServing(false);
  status_.reset();
  control_.Stop();
  watches_.Shutdown();
  serving_->Shutdown();
  reports_.EndStreams();
  constexpr absl::Duration kPatience = absl::Milliseconds(100);
  for (Port* const port : {&xds_port_, &agent_port_, &admin_port_}) port->Shutdown(kPatience);
  load_reports_.Stop();
  xds_.Stop();
  reports_.Stop();
}

void Server::SetServing(bool serving) {
  for (const char* const service : {"", kXdsHealth, kAgentsHealth, kAdminHealth}) {
    serving_->Set(service, serving);
  }
}

}  // namespace fairlead
