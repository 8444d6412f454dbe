#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_builder.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "fairlead/v1/admin.pb.h"
#include "server/snapshot/snapshot.h"
#include "server/snapshot/view.h"
#include "server/subscriptions/discovery_services.h"
#include "server/subscriptions/held_by_client.h"
#include "server/subscriptions/name_budget.h"

namespace fairlead {

class XdsQueue;

// Names one stream for as long as the process lives.
struct StreamId {
  uint32_t queue = 0;
  uint64_t number = 0;

  friend bool operator==(StreamId a, StreamId b) {
    return a.queue == b.queue && a.number == b.number;
  }
  template <typename Hash>
  friend Hash AbslHashValue(Hash state, StreamId id) {
    return Hash::combine(std::move(state), id.queue, id.number);
  }
};

// Who a stream's client says it is.
struct ProxyIdentity {
  std::string node_id;
  View view;
  // The view's group is what the client named, not the default.
  bool group_given = false;
  // The container whose networks it is in, by the engine's id; empty: it does not say.
  std::string container = {};
};

// A resource that a client refused, in these words.
struct RefusedResource {
  std::string name;
  std::string error;
};

// What the streams tell the stages before them. Called on the queues' threads; must not block.
class StreamObserver {
 public:
  virtual ~StreamObserver() = default;

  // A stream has begun. It is silent until XdsService::Attach is called for it.
  virtual void OnStream(StreamId stream, const ProxyIdentity& proxy) = 0;
  // It has ended; nothing more comes of it.
  virtual void OnStreamEnd(StreamId stream, const ProxyIdentity& proxy) = 0;
  // The client refused a response, or accepts what comes now after it had refused one (`error` is
  // empty then).
  virtual void OnAnswer(StreamId stream, const ProxyIdentity& proxy, Type type,
                        const std::string& error) = 0;
  // What the client is not sent as it is, because it refused it, is all of `refused` from now on.
  virtual void OnWithheld(StreamId stream, const ProxyIdentity& proxy, Type type,
                          const std::vector<RefusedResource>& refused) = 0;
};

// The xDS port: ADS and the separate services, state-of-the-world and delta, on gRPC's asynchronous
// generic service with completion queues of its own, one thread each. (The callback API of
// gRPC 1.51 holds requests back for up to 100 ms after a second of quiet; docs/decisions/0003.) A
// stream lives on one queue's thread; nothing is written under a lock that another stream needs.
//
// Order of calls: Register, BuildAndStart of the builder, Start, ..., Shutdown of the grpc::Server,
// Stop.
class XdsService {
 public:
  struct Options {
    int queues = 2;
    // Streams at once over all queues; one more is refused with RESOURCE_EXHAUSTED.
    size_t most_streams = 16'384;
    // Names that a client may subscribe to on one stream, all types together.
    size_t most_names = 100'000;
    // Of all streams together, over all queues.
    size_t most_total_names = 20'000'000;
    // How long a stream may be open before its first message; then it is ended with
    // DEADLINE_EXCEEDED.
    absl::Duration first_message_timeout = absl::Seconds(30);
    // ControlPlane.identifier.
    std::string identifier = "fairlead";
  };

  // `observer` must outlive this.
  XdsService(Options options, StreamObserver& observer);
  ~XdsService();

  void Register(grpc::ServerBuilder& builder);
  void Start();
  // After grpc::Server::Shutdown: ends the queues' threads. Idempotent.
  void Stop();

  // A queue for other calls of the port, from Register on. Its thread, from Start to Stop, takes
  // each tag for a Completion.
  grpc::ServerCompletionQueue& completions();

  // The stream stands in the view `view_id` from now on and is sent `snapshot`, then what Publish
  // says of that view. One that was attached to another view is sent what differs. Any thread, but
  // Attach and Publish of one view must be called in order.
  void Attach(StreamId stream, uint32_t view_id, std::shared_ptr<const Snapshot> snapshot);

  // Ends the stream, which was not attached, with `status`.
  void Refuse(StreamId stream, absl::Status status);

  // The view's snapshot is now `snapshot`, which differs from the one before in `changes`.
  void Publish(uint32_t view_id, const std::shared_ptr<const Snapshot>& snapshot,
               const std::shared_ptr<const std::vector<ResourceChange>>& changes);

  // Adds what the proxies of that node id have been sent, of these types. False: there is no such
  // proxy. Waits as Describe does.
  bool DescribeConfig(const std::string& node_id, const std::vector<Type>& types,
                      v1::GetProxyConfigResponse& response);

  // Adds, of each connected proxy, those of `resources` that it has been sent and was not told to
  // drop. Waits as Describe does.
  void FindHeld(const std::vector<NamedResource>& resources, std::vector<HeldByClient>& held);

  // Adds all connected proxies. Waits for each queue's thread; not from one of those.
  void Describe(v1::ListProxiesResponse& response);

 private:
  // On each queue's thread, one after the other.
  void OnEachQueue(absl::FunctionRef<void(XdsQueue&)> look);

  const Options options_;
  StreamObserver& observer_;
  grpc::AsyncGenericService service_;
  DiscoveryServices names_;
  std::atomic<size_t> open_streams_{0};
  NameBudget name_budget_;
  std::vector<std::unique_ptr<XdsQueue>> queues_;
};

}  // namespace fairlead
