#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/base/acceptor.h"
#include "server/base/tls.h"

namespace fairlead {

// A gRPC server behind our own acceptor.
//
// Order of calls: Bind, registrations on builder(), Build, Accept, Shutdown.
class Port {
 public:
  ~Port();

  // docs/limits.md has the figures.
  struct Limits {
    int most_message_bytes;
    int most_streams;  // at once on one connection; zero: no limit
    absl::Duration keepalive_time;
    absl::Duration keepalive_timeout;
    absl::Duration least_ping_interval;  // of the clients' keepalive
  };

  static constexpr Limits kXds = {16 << 20, 0, absl::Seconds(30), absl::Seconds(10),
                                  absl::Seconds(10)};
  static constexpr Limits kAgents = {4 << 20, 32, absl::Seconds(10), absl::Seconds(5),
                                     absl::Seconds(5)};
  static constexpr Limits kAdmin = {16 << 20, 128, absl::Seconds(30), absl::Seconds(10),
                                    absl::Seconds(5)};

  // Listens on `address` ("HOST:PORT"); connections wait until Accept.
  absl::Status Bind(const std::string& address, const TlsOptions& tls, const Limits& limits);
  grpc::ServerBuilder& builder() { return builder_; }
  // The port's synchronous services wait for their calls without polling connections: that is done
  // by the threads of other ports of the process, which must be there as long as this one serves.
  // (docs/decisions/0005)
  void LeavePollingToOthers();
  absl::Status Build();
  void Accept() { acceptor_->Start(); }
  // Accepts no more; calls that are not over within `patience` are cut.
  void Shutdown(absl::Duration patience);

  // "IP:PORT", with the port that it got.
  const std::string& address() const { return address_; }

 private:
  grpc::ServerBuilder builder_;
  std::string address_;
  std::unique_ptr<Acceptor> acceptor_;
  std::unique_ptr<grpc::ServerCompletionQueue> unpolled_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fairlead
