#include "clients/admin/call_error.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace fairlead {
namespace {

// gRPC nests its causes: "failed to connect to all addresses; last error: UNKNOWN:
// ipv4:127.0.0.1:18002: Failed to connect to remote host: Connection refused". The last is the
// first cause.
std::string FirstCause(absl::string_view message) {
  const size_t colon = message.rfind(": ");
  std::string cause(colon == absl::string_view::npos ? message : message.substr(colon + 2));
  if (cause.size() > 1 && absl::ascii_islower(cause[1])) cause[0] = absl::ascii_tolower(cause[0]);
  return cause;
}

// OpenSSL's own words without its number: "error:0A000086:SSL routines::certificate verify failed".
std::string HandshakeCause(absl::string_view message) {
  const std::string cause = FirstCause(message);
  const size_t routine = cause.rfind("::");
  return routine == std::string::npos ? cause : cause.substr(routine + 2);
}

std::string Unreachable(absl::string_view message, absl::string_view server) {
  const auto because = [server](absl::string_view cause, absl::string_view cure) {
    return absl::StrCat("cannot reach the server at ", server, ": ", cause, ". ", cure);
  };
  const std::string lower = absl::AsciiStrToLower(message);
  if (absl::StrContains(lower, "handshake") || absl::StrContains(lower, "certificate")) {
    return because(
        HandshakeCause(message),
        "Does it speak TLS there, and do its certificate and --tls-cert come from authorities that "
        "the other side believes? --tls-cert, --tls-key and --tls-ca say what is used here.");
  }
  if (absl::StrContains(message, "DNS resolution failed")) {
    return because(FirstCause(message), "Is the name right? --server or FAIRLEAD_SERVER says it.");
  }
  if (absl::StrContains(message, "Socket closed") || absl::StrContains(message, "GOAWAY") ||
      absl::StrContains(message, "Endpoint closing")) {
    return because("it closed the connection",
                   "It may be restarting: try again. If it asks for TLS, give --tls-cert, "
                   "--tls-key and --tls-ca.");
  }
  return because(FirstCause(message),
                 "Is fairlead-server running? Start it, or say with --server or FAIRLEAD_SERVER "
                 "where its admin address is.");
}

}  // namespace

absl::Status WatchError(const grpc::Status& status, const std::string& server) {
  constexpr char kCure[] =
      "What changes from now on is not shown: start the watch again, and see with the other "
      "commands what it missed.";
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
    case grpc::StatusCode::CANCELLED:
      return absl::UnavailableError(absl::StrCat(
          "the server at ", server, " ended the watch: it stops, or is restarted. ", kCure));
    case grpc::StatusCode::UNAVAILABLE:
      return absl::UnavailableError(absl::StrCat("the watch of the server at ", server, " ended: ",
                                                 FirstCause(status.error_message()), ". ", kCure));
    default:
      return CallError(status, server, /*connected=*/true);
  }
}

absl::Status CallError(const grpc::Status& status, const std::string& server, bool connected) {
  const std::string& message = status.error_message();
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
      return absl::OkStatus();
    case grpc::StatusCode::UNAVAILABLE:
      return absl::UnavailableError(Unreachable(message, server));
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      if (!connected) {
        return absl::UnavailableError(Unreachable("no answer within the timeout", server));
      }
      return absl::DeadlineExceededError(
          absl::StrCat("the server at ", server, " did not answer in time. It may be overloaded: ",
                       "try again, or wait longer with --timeout."));
    case grpc::StatusCode::UNIMPLEMENTED:
      return absl::UnimplementedError(absl::StrCat(
          "the server at ", server, " does not know this call. Is that its admin address ",
          "(port 18002 unless told otherwise), and is it as new as this program?"));
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
      return {static_cast<absl::StatusCode>(status.error_code()),
              absl::StrCat("the server at ", server, " refused: ", message,
                           ". Use a certificate that may do this (--tls-cert, --tls-key).")};
    default:
      // The codes have the same numbers in both (grpc/status.h, absl/status/status.h).
      return {static_cast<absl::StatusCode>(status.error_code()), message};
  }
}

}  // namespace fairlead
