#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"

namespace fairlead {

// A service on a real port of loopback, for as long as a test needs it.
class LoopbackServer {
 public:
  explicit LoopbackServer(grpc::Service& service) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service);
    server_ = builder.BuildAndStart();
  }
  ~LoopbackServer() { Shutdown(); }

  std::shared_ptr<grpc::Channel> Channel() const {
    return grpc::CreateChannel(absl::StrCat("127.0.0.1:", port_),
                               grpc::InsecureChannelCredentials());
  }

  // Cancels what goes on, and waits for it.
  void Shutdown() { server_->Shutdown(std::chrono::system_clock::now()); }

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// So that a test that fails ends.
inline void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(120));
}

}  // namespace fairlead
