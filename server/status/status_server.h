#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/admin/inspection.h"
#include "server/base/clock.h"
#include "server/status/http_server.h"

namespace fairlead {

// What a browser, curl and probes see of the server, over HTTP:
//
//   /            the status page, without a script; ?refresh=N loads it again every N s (1 to 3600)
//   /healthz     200 as long as the process answers
//   /readyz      200, or 503 with what is missing
//   /version     JSON: name and version
//   /api/v1/X    X is hosts, services, endpoints, proxies or problems: what the admin service's
//   List call answers, as
//                protobuf's JSON; for services and endpoints ?name=N is the request's name. 404 as
//                it is NOT_FOUND there
//
// Reads only. The limits are HttpServer's.
class StatusServer {
 public:
  // OK: ready; else the message says what is missing. Called on several threads; must not block.
  using Readiness = std::function<absl::Status()>;

  // Serves at once on `address`, "HOST:PORT", with the errors of HttpServer::Listen. `inspection`
  // and `clock` must outlive it.
  static absl::StatusOr<std::unique_ptr<StatusServer>> Listen(
      const std::string& address, Inspection& inspection, Readiness readiness,
      const Clock& clock = Clock::Real(), HttpServer::Patience patience = HttpServer::Patience());

  // "IP:PORT", with the port that it got.
  const std::string& address() const { return http_->address(); }

 private:
  StatusServer(Inspection& inspection, Readiness readiness, const Clock& clock)
      : inspection_(inspection), readiness_(std::move(readiness)), clock_(clock) {}

  HttpReply Answer(const HttpRequest& request);
  HttpReply Page(const HttpRequest& request);
  HttpReply Ready();
  HttpReply Api(const std::string& noun, const std::string& name);

  Inspection& inspection_;
  const Readiness readiness_;
  const Clock& clock_;
  std::unique_ptr<HttpServer> http_;  // last: its threads use the others
};

}  // namespace fairlead
