#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/admin/admin_service.h"
#include "server/admin/client_status_service.h"
#include "server/admin/health_service.h"
#include "server/admin/serving_state.h"
#include "server/admin/watches.h"
#include "server/control_plane.h"
#include "server/load/load_board.h"
#include "server/load/load_report_service.h"
#include "server/options.h"
#include "server/passwords/authorization_service.h"
#include "server/passwords/password_guard.h"
#include "server/port.h"
#include "server/reports/report_service.h"
#include "server/status/status_server.h"
#include "server/store/store.h"
#include "server/subscriptions/xds_service.h"

namespace fairlead {

// A whole server: who exists, who knows whom, and in which order they start and stop.
class Server {
 public:
  // Serves when it returns: what `store` has is loaded, and served before any agent or proxy is
  // heard. `store` must outlive the server. The errors say which setting or file is at fault.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options, Store& store);
  // Stops serving; proxies keep what they have. What was saved is not flushed.
  ~Server();

  // Addresses with the ports that were got.
  const std::string& xds_address() const { return xds_port_.address(); }
  const std::string& agent_address() const { return agent_port_.address(); }
  const std::string& admin_address() const { return admin_port_.address(); }
  const std::string& http_address() const { return status_->address(); }

  Inspection& inspection() { return control_; }

 private:
  Server(const ServerOptions& options, Store& store);
  absl::Status Run(const ServerOptions& options, Store& store);
  void SetServing(bool serving);

  const std::shared_ptr<ServingState> serving_ = std::make_shared<ServingState>();
  Watches watches_;
  LoadBoard loads_;
  PasswordGuard guard_;
  ControlPlane control_;
  XdsService xds_;
  LoadReportService load_reports_;
  ReportService reports_;
  AdminServiceImpl admin_{control_, control_, control_, control_, watches_};
  AuthorizationService authorization_{guard_};
  ClientStatusService xds_client_status_{control_, control_};
  ClientStatusService admin_client_status_{control_, control_};
  HealthService xds_health_{serving_};
  HealthService agent_health_{serving_};
  HealthService admin_health_{serving_};
  Port xds_port_;
  Port agent_port_;
  Port admin_port_;
  std::unique_ptr<StatusServer> status_;
};

}  // namespace fairlead
