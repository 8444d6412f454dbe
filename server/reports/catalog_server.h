#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/base/clock.h"
#include "server/base/strand.h"
#include "server/catalog/catalog.h"
#include "server/reports/report_service.h"

namespace fairlead {

// The agents' port of a server with a catalog and nothing behind it.
class CatalogServer final : public ReportSink {
 public:
  explicit CatalogServer(const ReportService::Options& options = {}) : service_(*this, options) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    service_.Register(builder);
    server_ = builder.BuildAndStart();
    service_.Start();
  }
  ~CatalogServer() override { Shutdown(); }

  void Shutdown() {
    Release();
    service_.EndStreams();
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(10));
    service_.Stop();
  }

  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }

  // Messages are taken, and not answered, until Release.
  void Hold() {
    absl::MutexLock lock(&mutex_);
    is_held_ = true;
  }
  void Release() {
    absl::MutexLock lock(&mutex_);
    is_held_ = false;
  }
  // Answers that are held back are never given.
  void DropHeld() {
    absl::MutexLock lock(&mutex_);
    held_.clear();
  }

  int messages() const { return messages_; }
  int ends() const { return ends_; }

  // Waits until `holds` is true of the hosts as they are described, or for 20 s.
  template <typename Holds>
  bool Await(const Holds& holds) {
    const absl::Duration deadline = Clock::Real().Monotonic() + absl::Seconds(20);
    do {
      if (holds(Hosts())) return true;
      std::this_thread::yield();
    } while (Clock::Real().Monotonic() < deadline);
    return false;
  }

  std::map<std::string, v1::Host> Hosts() {
    v1::ListHostsResponse response;
    strand_.Call([&] { catalog_.Describe(response); });
    std::map<std::string, v1::Host> hosts;
    for (const v1::Host& host : response.hosts()) hosts[host.id()] = host;
    return hosts;
  }

  // ReportSink
  void OnMessage(SessionId session, std::string peer, v1::ReportRequest message,
                 std::shared_ptr<ReportReply> reply) override {
    ++messages_;
    {
      absl::MutexLock lock(&mutex_);
      if (is_held_) {
        held_.push_back(std::move(reply));
        return;
      }
    }
    strand_.Post([this, session, peer = std::move(peer), message = std::move(message),
                  reply = std::move(reply)]() mutable {
      reply->Answer(catalog_.Receive(session, peer, std::move(message),
                                     {Clock::Real().Monotonic(), Clock::Real().Wall()}));
    });
  }
  void OnEnd(SessionId session) override {
    ++ends_;
    strand_.Post([this, session] { catalog_.Disconnect(session); });
  }

 private:
  std::atomic<int> messages_{0};
  std::atomic<int> ends_{0};
  absl::Mutex mutex_;
  bool is_held_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::shared_ptr<ReportReply>> held_ ABSL_GUARDED_BY(mutex_);
  Catalog catalog_;  // of the strand
  int port_ = 0;
  ReportService service_;
  std::unique_ptr<grpc::Server> server_;
  Strand strand_{"test-control"};
};

}  // namespace fairlead
