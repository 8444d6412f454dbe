// A server that prints what agents report, one line a fact, with the time of day. To look at an
// agent by hand:
//
//   report_printer 127.0.0.1:18001
#include <google/protobuf/util/time_util.h>
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "fairlead/v1/report.grpc.pb.h"

namespace fairlead {
namespace {

void Print(const std::string& line) {
  printf("%.6f %s\n", absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch()), line.c_str());
  fflush(stdout);
}

void PrintContainer(const v1::Container& container) {
  std::string line = absl::StrCat(
      "  container ", container.id().substr(0, 12), " ", container.name(), " ",
      v1::Container::State_Name(container.state()), " ",
      v1::Container::Health_Name(container.health()), container.stopping() ? " stopping" : "",
      " started ", google::protobuf::util::TimeUtil::ToString(container.started_at()));
  for (const auto& network : container.networks()) {
    absl::StrAppend(&line, " ", network.name(), "(", network.driver(), ")=", network.ipv4());
  }
  for (const auto& port : container.ports()) {
    absl::StrAppend(&line, " ", port.container_port(), "/", port.protocol());
    for (const auto& at : port.published()) {
      absl::StrAppend(&line, "@", at.host_ip(), ":", at.host_port());
    }
  }
  for (const auto& [name, value] : container.environment()) {
    absl::StrAppend(&line, " ", name, "=", value);
  }
  Print(line);
}

void PrintEngine(const v1::Engine& engine) {
  Print(absl::StrCat("  engine ", engine.reachable() ? "reachable" : "lost", " ", engine.version(),
                     " API ", engine.api_version(), " ", engine.error()));
}

template <typename Problems>
void PrintProblems(const Problems& problems) {
  for (const v1::FactProblem& problem : problems) {
    Print(absl::StrCat("  problem ", problem.container(), ": ", problem.what(), " -> ",
                       problem.cure()));
  }
}

void PrintRequest(const v1::ReportRequest& request) {
  if (request.has_hello()) Print(absl::StrCat("hello ", request.hello().ShortDebugString()));
  if (request.has_heartbeat()) Print(absl::StrCat("heartbeat ", request.heartbeat().sequence()));
  if (request.has_snapshot()) {
    const v1::SnapshotPart& part = request.snapshot();
    Print(absl::StrCat("snapshot ", part.sequence(), part.last() ? " last" : " part", ", ",
                       part.containers_size(), " containers, ", request.ByteSizeLong(), " bytes"));
    for (const v1::Container& container : part.containers()) PrintContainer(container);
    if (part.has_engine()) PrintEngine(part.engine());
    PrintProblems(part.problems());
  }
  if (request.has_update()) {
    const v1::Update& update = request.update();
    Print(absl::StrCat("update ", update.sequence(), ", ", request.ByteSizeLong(), " bytes"));
    for (const v1::Container& container : update.upserts()) PrintContainer(container);
    for (const std::string& id : update.removed())
      Print(absl::StrCat("  removed ", id.substr(0, 12)));
    if (update.has_engine()) PrintEngine(update.engine());
    if (update.problems_changed()) Print("  problems:");
    PrintProblems(update.problems());
  }
}

uint64_t SequenceOf(const v1::ReportRequest& request) {
  if (request.has_update()) return request.update().sequence();
  return request.snapshot().last() ? request.snapshot().sequence() : 0;
}

class Printer final : public v1::ReportService::Service {
  grpc::Status Report(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::ReportResponse, v1::ReportRequest>* stream) override {
    Print(absl::StrCat("stream from ", context->peer()));
    v1::ReportRequest request;
    while (stream->Read(&request)) {
      PrintRequest(request);
      v1::ReportResponse response;
      response.set_acknowledged(SequenceOf(request));
      if (response.acknowledged() != 0) stream->Write(response);
    }
    Print("stream ended");
    return grpc::Status::OK;
  }
};

}  // namespace
}  // namespace fairlead

int main(int argc, char** argv) {
  const std::string address = argc > 1 ? argv[1] : "127.0.0.1:18001";
  fairlead::Printer printer;
  const auto server = grpc::ServerBuilder()
                          .AddListeningPort(address, grpc::InsecureServerCredentials())
                          .RegisterService(&printer)
                          .BuildAndStart();
  if (server == nullptr) return 1;
  server->Wait();
}
