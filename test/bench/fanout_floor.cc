// The floor of test/bench/fanout: what gRPC itself costs, without a control plane. It answers the
// first message of each stream with everything, and writes each change to all streams, from bytes
// made beforehand and shared by them; what the clients answer is read and thrown away. Driven with
// the same commands as fanout_hosts:
//   {"do": "fill", "services": N, "endpoints": N}  answers with the assignments' names
//   {"do": "change", "services": [N]}              answers {"at_ns": when it began, by
//   CLOCK_MONOTONIC}
// usage: fanout_floor IP:PORT delta|sotw
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "test/bench/fanout_containers.h"

namespace fairlead {
namespace {

using Json = nlohmann::json;

constexpr char kTypeUrl[] = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment";

envoy::config::endpoint::v3::ClusterLoadAssignment AssignmentOf(const std::string& name,
                                                                int endpoints) {
  envoy::config::endpoint::v3::ClusterLoadAssignment assignment;
  assignment.set_cluster_name(name);
  auto& locality = *assignment.add_endpoints();
  for (int i = 0; i < endpoints; ++i) {
    auto& address = *locality.add_lb_endpoints()
                         ->mutable_endpoint()
                         ->mutable_address()
                         ->mutable_socket_address();
    address.set_address(absl::StrCat("10.9.", i / 250, ".", i % 250));
    address.set_port_value(8000);
  }
  return assignment;
}

// One response with these services' assignments, ready for the wire.
grpc::Slice ResponseOf(bool delta, const std::vector<int>& services, int endpoints) {
  envoy::service::discovery::v3::DiscoveryResponse sotw;
  envoy::service::discovery::v3::DeltaDiscoveryResponse changes;
  sotw.set_type_url(kTypeUrl);
  sotw.set_nonce("1");
  changes.set_type_url(kTypeUrl);
  changes.set_nonce("1");
  for (const int service : services) {
    const std::string name = FanoutCluster(service);
    const auto assignment = AssignmentOf(name, endpoints);
    sotw.add_resources()->PackFrom(assignment);
    auto& resource = *changes.add_resources();
    resource.set_name(name);
    resource.set_version("1");
    resource.mutable_resource()->PackFrom(assignment);
  }
  return grpc::Slice(delta ? changes.SerializeAsString() : sotw.SerializeAsString());
}

class Floor {
 public:
  Floor(const std::string& address, bool delta) : delta_(delta) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials());
    builder.SetMaxReceiveMessageSize(-1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    builder.RegisterAsyncGenericService(&service_);
    constexpr int kQueues = 2;
    for (int i = 0; i < kQueues; ++i) queues_.push_back(builder.AddCompletionQueue());
    server_ = builder.BuildAndStart();
    if (server_ == nullptr) throw std::runtime_error(absl::StrCat("cannot listen at ", address));
    for (auto& queue : queues_) {
      Accept(*queue);
      threads_.emplace_back([this, &queue] { Run(*queue); });
    }
  }

  ~Floor() {
    server_->Shutdown(std::chrono::system_clock::now());
    for (auto& queue : queues_) queue->Shutdown();
    for (std::thread& thread : threads_) thread.join();
  }

  Json Do(const Json& command) {
    if (command.at("do") == "fill") return Fill(command.at("services"), command.at("endpoints"));
    if (command.at("do") == "change") return Change(command.at("services"));
    throw std::invalid_argument("there are: fill, change");
  }

 private:
  struct Stream;
  // What comes back from a completion queue.
  struct Event {
    enum class Kind { kAccepted, kRead, kWritten };
    Stream* stream;
    Kind kind;
  };
  struct Stream {
    explicit Stream(grpc::ServerCompletionQueue& queue) : queue(queue) {}

    grpc::ServerCompletionQueue& queue;
    grpc::GenericServerContext context;
    grpc::GenericServerAsyncReaderWriter calls{&context};
    grpc::ByteBuffer incoming;
    bool begun = false;
    Event accepted{this, Event::Kind::kAccepted};
    Event read{this, Event::Kind::kRead};
    Event written{this, Event::Kind::kWritten};
  };

  Json Fill(int services, int endpoints) {
    endpoints_ = endpoints;
    std::vector<int> all(static_cast<size_t>(services));
    Json names = Json::array();
    for (int i = 0; i < services; ++i) {
      all[static_cast<size_t>(i)] = i;
      names.push_back(FanoutCluster(i));
    }
    const grpc::Slice everything = ResponseOf(delta_, all, endpoints);
    absl::MutexLock lock(&mutex_);
    everything_ = everything;
    return {{"names", names}};
  }

  // The load waits for one change before it asks for the next, so no write is under way.
  Json Change(const std::vector<int>& services) {
    const grpc::Slice response = ResponseOf(delta_, services, endpoints_);
    const int64_t at_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                              std::chrono::steady_clock::now().time_since_epoch())
                              .count();
    absl::MutexLock lock(&mutex_);
    for (Stream* const stream : open_) Write(*stream, response);
    return {{"at_ns", at_ns}};
  }

  static void Write(Stream& stream, const grpc::Slice& response) {
    stream.calls.Write(grpc::ByteBuffer(&response, 1), &stream.written);
  }

  void Accept(grpc::ServerCompletionQueue& queue) {
    auto* const stream = new Stream(queue);  // lives until the process ends: a load is one process
    service_.RequestCall(&stream->context, &stream->calls, &queue, &queue, &stream->accepted);
  }

  void Run(grpc::ServerCompletionQueue& queue) {
    void* tag = nullptr;
    bool ok = false;
    while (queue.Next(&tag, &ok)) {
      const Event& event = *static_cast<Event*>(tag);
      Stream& stream = *event.stream;
      if (event.kind == Event::Kind::kWritten) continue;
      if (!ok) {
        absl::MutexLock lock(&mutex_);
        open_.erase(std::remove(open_.begin(), open_.end(), &stream), open_.end());
        continue;
      }
      if (event.kind == Event::Kind::kAccepted) {
        Accept(queue);
      } else if (!stream.begun) {
        stream.begun = true;
        absl::MutexLock lock(&mutex_);
        Write(stream, everything_);
        open_.push_back(&stream);
      }
      stream.incoming.Clear();
      stream.calls.Read(&stream.incoming, &stream.read);
    }
  }

  const bool delta_;
  int endpoints_ = 0;
  grpc::AsyncGenericService service_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::thread> threads_;
  absl::Mutex mutex_;
  grpc::Slice everything_ ABSL_GUARDED_BY(mutex_);
  std::vector<Stream*> open_ ABSL_GUARDED_BY(mutex_);
};

void Run(const std::string& address, bool delta) {
  Floor floor(address, delta);
  for (std::string line; std::getline(std::cin, line);) {
    Json answer;
    try {
      answer = floor.Do(Json::parse(line));
    } catch (const std::exception& error) {
      answer = {{"error", absl::StrCat("'", line, "': ", error.what())}};
    }
    std::cout << answer.dump() << std::endl;
  }
}

}  // namespace
}  // namespace fairlead

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: fanout_floor IP:PORT delta|sotw\n";
    return 2;
  }
  // As the server does.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  fairlead::Run(argv[1], std::string(argv[2]) == "delta");
  return 0;
}
