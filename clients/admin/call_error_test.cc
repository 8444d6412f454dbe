#include "clients/admin/call_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace fairlead {
namespace {

using ::testing::HasSubstr;

struct CallErrorCase {
  const char* name;
  grpc::StatusCode code;
  const char* message;
  bool connected;
  absl::StatusCode expected;
  const char* says;
};

const CallErrorCase kCases[] = {
    {"refused", grpc::StatusCode::UNAVAILABLE,
     "failed to connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:18002: Failed to "
     "connect to remote host: Connection refused",
     false, absl::StatusCode::kUnavailable,
     "cannot reach the server at h:1: connection refused. Is fairlead-server running?"},
    {"no such name", grpc::StatusCode::UNAVAILABLE,
     "DNS resolution failed for h:1: C-ares status is not ARES_SUCCESS qtype=A name=h "
     "is_balancer=0: Domain name not found",
     false, absl::StatusCode::kUnavailable, "domain name not found. Is the name right?"},
    {"an abbreviation keeps its capitals", grpc::StatusCode::UNAVAILABLE,
     "failed: Ssl handshake failed: SSL_ERROR_SSL", false, absl::StatusCode::kUnavailable,
     "h:1: SSL_ERROR_SSL. Does it speak TLS there"},
    {"another authority", grpc::StatusCode::UNAVAILABLE,
     "Handshake failed: SSL_ERROR_SSL: error:0A000086:SSL routines::certificate verify failed",
     false, absl::StatusCode::kUnavailable, "h:1: certificate verify failed. Does it speak TLS"},
    {"cut", grpc::StatusCode::UNAVAILABLE, "Socket closed", true, absl::StatusCode::kUnavailable,
     "it closed the connection. It may be restarting"},
    {"never connected", grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded", false,
     absl::StatusCode::kUnavailable, "no answer within the timeout"},
    {"slow", grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded", true,
     absl::StatusCode::kDeadlineExceeded, "did not answer in time"},
    {"not the admin address", grpc::StatusCode::UNIMPLEMENTED, "", true,
     absl::StatusCode::kUnimplemented, "Is that its admin address"},
    {"denied", grpc::StatusCode::PERMISSION_DENIED, "role viewer may not write", true,
     absl::StatusCode::kPermissionDenied,
     "the server at h:1 refused: role viewer may not write. Use a certificate"},
    {"the server's own words", grpc::StatusCode::NOT_FOUND, "there is no service 'x'", true,
     absl::StatusCode::kNotFound, "there is no service 'x'"},
};

TEST(CallError, SaysWhatHappenedAndWhatToDo) {
  for (const CallErrorCase& test : kCases) {
    SCOPED_TRACE(test.name);
    const absl::Status error = CallError({test.code, test.message}, "h:1", test.connected);
    EXPECT_EQ(error.code(), test.expected);
    EXPECT_THAT(std::string(error.message()), HasSubstr(test.says));
  }
  EXPECT_TRUE(CallError(grpc::Status::OK, "h:1", true).ok());
}

TEST(WatchError, SaysThatTheWatchIsOverAndWhatToDo) {
  const std::pair<grpc::Status, const char*> cases[] = {
      {grpc::Status::OK, "the server at h:1 ended the watch: it stops, or is restarted. What "},
      {grpc::Status::CANCELLED, "the server at h:1 ended the watch: it stops"},
      {{grpc::StatusCode::UNAVAILABLE, "recvmsg: Connection reset by peer"},
       "the watch of the server at h:1 ended: connection reset by peer. What "},
  };
  for (const auto& [status, says] : cases) {
    const absl::Status error = WatchError(status, "h:1");
    EXPECT_TRUE(absl::IsUnavailable(error));
    EXPECT_THAT(std::string(error.message()), HasSubstr(says));
    EXPECT_THAT(std::string(error.message()), HasSubstr("start the watch again"));
  }
  const absl::Status slow =
      WatchError({grpc::StatusCode::RESOURCE_EXHAUSTED, "the watch fell behind"}, "h:1");
  EXPECT_TRUE(absl::IsResourceExhausted(slow));
  EXPECT_EQ(slow.message(), "the watch fell behind");
}

}  // namespace
}  // namespace fairlead
