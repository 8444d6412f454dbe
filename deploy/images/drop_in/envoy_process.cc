#include "deploy/images/drop_in/envoy_process.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "deploy/images/drop_in/local_http.h"
#include "server/base/log.h"

namespace fairlead {
namespace {

constexpr absl::Duration kPatience = absl::Milliseconds(500);

absl::Status IsUp(const LocalAddress& admin) {
  const absl::StatusOr<LocalAnswer> answer = AskLocally(admin, "GET", "/ready", kPatience);
  if (!answer.ok()) return answer.status();
  if (answer->status == 200) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("it waits for its configuration (", Quoted(answer->body), ")"));
}

// Those who have connections are told to leave after their next answer.
void BeginDrain(const LocalAddress& admin) {
  const absl::StatusOr<LocalAnswer> answer =
      AskLocally(admin, "POST", "/drain_listeners?graceful&skip_exit", kPatience);
  if (answer.ok() && answer->status == 200) return;
  spdlog::warn(
      "envoy does not drain, and ends at once: {}",
      answer.ok() ? absl::StrCat("HTTP ", answer->status) : std::string(answer.status().message()));
}

}  // namespace

bool HasNoActiveRequest(absl::string_view stats) {
  bool told = false;
  for (absl::string_view line : absl::StrSplit(stats, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    const std::vector<absl::string_view> parts = absl::StrSplit(line, ": ");
    if (parts.size() != 2 || !absl::EndsWith(parts[0], "downstream_rq_active") ||
        absl::StartsWith(parts[0], "http.admin.")) {
      continue;
    }
    uint64_t active = 0;
    if (!absl::SimpleAtoi(parts[1], &active) || active > 0) return false;
    told = true;
  }
  return told;
}

SupervisedProgram EnvoyProcess(const std::string& path, const std::string& bootstrap,
                               const std::string& admin_socket, const UnprivilegedUser& user) {
  const LocalAddress admin{admin_socket, 0};
  SupervisedProgram envoy;
  envoy.name = "envoy";
  envoy.arguments = {path, "--config-path", bootstrap, "--disable-hot-restart", "--log-level",
                     "warning",
                     // Else its lines are like nobody's among those of the other programs.
                     "--log-format", "[%Y-%m-%d %T.%e] [envoy] [%l] [%n] %v",
                     // The access log's lines come within that time (10 s otherwise).
                     "--file-flush-interval-msec", "1000",
                     // Clients with a connection that is to end are told with its next answer.
                     "--drain-strategy", "immediate"};
  envoy.run_as = user;
  envoy.is_up = [admin] { return IsUp(admin); };
  envoy.begin_drain = [admin] { BeginDrain(admin); };
  envoy.is_drained = [admin] {
    const absl::StatusOr<LocalAnswer> answer =
        AskLocally(admin, "GET", "/stats?filter=downstream_rq_active", kPatience);
    // One that does not answer any more has nobody to drain.
    return !answer.ok() || HasNoActiveRequest(answer->body);
  };
  return envoy;
}

}  // namespace fairlead
