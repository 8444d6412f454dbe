// As caller/main.go, with the gRPC C++ of Debian.
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/wrappers.pb.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"

namespace fairlead {
namespace {

constexpr int kCallers = 4;
constexpr std::chrono::seconds kDeadline{10};

using NamesStub =
    grpc::TemplatedGenericStub<google::protobuf::Empty, google::protobuf::StringValue>;

std::string Call(NamesStub& stub) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  const google::protobuf::Empty request;
  google::protobuf::StringValue answer;
  grpc::Status status;
  absl::Notification done;
  stub.UnaryCall(&context, "/fairlead.test.Names/Name", {}, &request, &answer,
                 [&](grpc::Status result) {
                   status = std::move(result);
                   done.Notify();
                 });
  done.WaitForNotification();
  if (status.ok()) return absl::StrCat("ok ", answer.value(), "\n");
  return absl::StrCat("failed ", status.error_code(), " ", status.error_message(), "\n");
}

void CallUntilSignal(const std::string& target) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  NamesStub stub(grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));
  std::atomic<bool> stop = false;
  std::vector<std::thread> callers;
  for (int i = 0; i < kCallers; ++i) {
    callers.emplace_back([&] {
      while (!stop) {
        const std::string line = Call(stub);
        if (write(STDOUT_FILENO, line.data(), line.size()) < 0) return;
      }
    });
  }
  int signal = 0;
  sigwait(&signals, &signal);
  stop = true;
  for (std::thread& caller : callers) caller.join();
}

}  // namespace
}  // namespace fairlead

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: caller TARGET, such as xds:///shop/web\n");
    return 2;
  }
  fairlead::CallUntilSignal(argv[1]);
}
