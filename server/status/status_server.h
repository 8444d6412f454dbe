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
//   /                                     the status page: one page, no script; ?refresh=N loads it
//   again every N s /healthz                              200 as long as the process answers
//   /readyz                               200, or 503 with what is missing
//   /version                              JSON
//   /api/v1/{hosts,services,endpoints,proxies,problems}
//                                         the answers of the admin service's List calls, as
//                                         protobuf's JSON; ?name=N as in their requests
//
// Reads only. The limits are HttpServer's.
class StatusServer {
 public:
  // OK: ready; else the message says what is missing. From any thread; must not block.
  using Readiness = std::function<absl::Status()>;

  // Serves at once on `address`, "HOST:PORT" (see HttpServer::Listen). `inspection` and `clock`
  // must outlive it.
  static absl::StatusOr<std::unique_ptr<StatusServer>> Listen(const std::string& address,
                                                              Inspection& inspection,
                                                              Readiness readiness,
                                                              const Clock& clock = Clock::Real());
  // Nothing is called any more after it.
  ~StatusServer() = default;

  // "HOST:PORT", with the port that it got.
  const std::string& address() const { return http_->address(); }

 private:
  StatusServer(Inspection& inspection, Readiness readiness, const Clock& clock);

  HttpReply Answer(const HttpRequest& request);
  HttpReply Api(const std::string& noun, const std::string& name);

  Inspection& inspection_;
  const Readiness readiness_;
  const Clock& clock_;
  std::unique_ptr<HttpServer> http_;  // last: its threads use the rest
};

}  // namespace fairlead
