#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "deploy/images/drop_in/supervisor.h"

namespace fairlead {

// Envoy as a supervised program: up when it has the server's configuration, and drained when no
// request is under way. `bootstrap` is the path of its configuration, whose admin page is on the
// Unix socket `admin_socket`. Connections of a filter chain that changes have Envoy's own drain
// time, 10 minutes: how long the supervisor waits for it to drain is another matter.
SupervisedProgram EnvoyProcess(const std::string& path, const std::string& bootstrap,
                               const std::string& admin_socket, const UnprivilegedUser& user);

// Whether no request is under way, by `stats`, an answer of Envoy's admin page to
// /stats?filter=downstream_rq_active. The requests to the admin page itself do not count. False if
// it says nothing of any request.
bool HasNoActiveRequest(absl::string_view stats);

}  // namespace fairlead
