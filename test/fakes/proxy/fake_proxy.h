#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/service/discovery/v3/ads.grpc.pb.h"

namespace fairlead {

// A proxy as the server sees one: speaks real delta ADS as Envoy does. Subscribes to all clusters
// and listeners, then to the endpoints of each cluster and to the routes of the listeners; ACKs at
// once. Reconnects with what it has (initial_resource_versions) when its stream ends, without
// waiting.
//
// Threads: all calls from any thread. The stream lives on a thread of its own until the destructor.
class FakeProxy {
 public:
  struct Options {
    std::string address;  // of the xDS port
    std::string node_id = "edge-1";
    std::string host;  // where it stands; empty: outside
    std::string group;
  };

  struct Endpoint {
    std::string address;  // IP:PORT
    std::string health;   // "HEALTHY", "UNHEALTHY", "DRAINING"

    friend bool operator<(const Endpoint& a, const Endpoint& b) {
      return std::tie(a.address, a.health) < std::tie(b.address, b.health);
    }
    friend bool operator==(const Endpoint& a, const Endpoint& b) {
      return a.address == b.address && a.health == b.health;
    }
  };

  // Everything that it has, as it sees it; comparable.
  struct State {
    std::map<std::string, std::set<Endpoint>> endpoints;      // by cluster
    std::map<std::string, std::string> versions;              // "CDS name", "EDS name", ...
    std::map<std::string, std::vector<std::string>> domains;  // by route configuration

    friend bool operator==(const State& a, const State& b) {
      return a.endpoints == b.endpoints && a.versions == b.versions && a.domains == b.domains;
    }
  };

  explicit FakeProxy(Options options);
  ~FakeProxy();
  FakeProxy(const FakeProxy&) = delete;
  FakeProxy& operator=(const FakeProxy&) = delete;

  // The healthy endpoints' addresses of a cluster, sorted; empty if it has none, or no such
  // cluster.
  std::vector<std::string> Healthy(const std::string& cluster) const;
  State state() const;

  // Waits until `holds` is true of the state, or for `deadline`. Whether it came true.
  bool Await(const std::function<bool(const State&)>& holds,
             absl::Duration deadline = absl::Seconds(20)) const;
  bool AwaitHealthy(const std::string& cluster, std::vector<std::string> addresses,
                    absl::Duration deadline = absl::Seconds(20)) const;

  // Since the start, over all streams.
  int streams() const;  // that had a response
  // As streams(), to be called within Await's `holds`.
  int streams_now() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return streams_; }
  int resources() const;  // received
  int removals() const;
  // The smallest number of healthy endpoints that the cluster ever had after it had one.
  int least_healthy(const std::string& cluster) const;

 private:
  using Stream = grpc::ClientReaderWriter<envoy::service::discovery::v3::DeltaDiscoveryRequest,
                                          envoy::service::discovery::v3::DeltaDiscoveryResponse>;

  void Run();
  void RunStream(Stream& stream);
  void Subscribe(Stream& stream, const std::string& type_url, const std::vector<std::string>& names,
                 bool first);
  // ACKs and keeps what came; the names of clusters that are new.
  std::vector<std::string> Take(
      Stream& stream, const envoy::service::discovery::v3::DeltaDiscoveryResponse& response);
  void Store(const std::string& type, const envoy::service::discovery::v3::Resource& resource)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Drop(const std::string& type, const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  std::unique_ptr<envoy::service::discovery::v3::AggregatedDiscoveryService::Stub> stub_;

  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int> least_healthy_ ABSL_GUARDED_BY(mutex_);
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
  int resources_ ABSL_GUARDED_BY(mutex_) = 0;
  int removals_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::thread thread_;
};

}  // namespace fairlead
