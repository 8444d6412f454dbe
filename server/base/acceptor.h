#pragma once

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// Accepts the TCP connections of one gRPC server and hands them over. Not left to gRPC 1.51, whose
// listener never accepts again once the process has run out of file descriptors (CVE-2023-4785):
// this one turns connections away while few descriptors are left, and goes on when there are more.
//
// Order of calls: Bind, AddTo, BuildAndStart of the builder, Start, ..., destructor, Shutdown of
// the grpc::Server. gRPC needs at least one synchronous service on the builder.
class Acceptor {
 public:
  // Descriptors that are kept back for files and for calls of our own.
  static constexpr int kKeptDescriptors = 32;

  // Listens on "HOST:PORT"; HOST may be empty (all addresses), an IP address ([...] around IPv6) or
  // a name; port 0 takes a free one. INVALID_ARGUMENT for an address that is none, else what the
  // system said.
  static absl::StatusOr<std::unique_ptr<Acceptor>> Bind(absl::string_view address);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  void AddTo(grpc::ServerBuilder& builder, std::shared_ptr<grpc::ServerCredentials> credentials);
  void Start();

  // "IP:PORT" that it listens on, with the port that it got.
  const std::string& address() const { return address_; }

 private:
  Acceptor(int listener, int wake, std::string address);
  void Run();
  // False: there was none to accept.
  bool AcceptOne();

  const int listener_;
  const int wake_;  // an eventfd: readable when the loop is to end
  int spare_;  // given up for a moment to turn a connection away when there is no other descriptor
  const int most_descriptor_;
  const std::string address_;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> grpc_;
  std::thread thread_;
};

}  // namespace fairlead
