#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/async_generic_service.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "server/base/completion.h"
#include "server/subscriptions/kept_contents.h"
#include "server/subscriptions/name_budget.h"
#include "server/subscriptions/xds_service.h"

namespace fairlead {

class ViewStreams;
class XdsStream;

// One completion queue, its thread, and the streams that live on it. Everything but Post runs on
// that thread.
class XdsQueue {
 public:
  // `open_streams` and `names` are shared by all queues. The references must outlive this.
  XdsQueue(uint32_t index, std::unique_ptr<grpc::ServerCompletionQueue> queue,
           grpc::AsyncGenericService& service, const XdsService::Options& options,
           std::atomic<size_t>& open_streams, NameBudget& names, StreamObserver& observer);
  ~XdsQueue();

  void Start();
  // After the server was shut down, with which all streams end: runs what is left and ends the
  // thread.
  void Stop();

  // Runs `task` on the queue's thread, in order. Any thread. After Stop has begun: false, and
  // dropped.
  bool Post(absl::AnyInvocable<void()> task);

  void Attach(uint64_t stream, uint32_t view_id, std::shared_ptr<const Snapshot> snapshot);
  void Refuse(uint64_t stream, const absl::Status& status);
  void Publish(uint32_t view_id, const std::shared_ptr<const Snapshot>& snapshot,
               const std::vector<ResourceChange>& changes);
  void Describe(v1::ListProxiesResponse& response) const;
  void FindHeld(const std::vector<NamedResource>& resources, std::vector<HeldByClient>& held) const;
  bool DescribeConfig(const std::string& node_id, const std::vector<Type>& types,
                      v1::GetProxyConfigResponse& response) const;

  // Waits for the next call and gives it to a new stream.
  void AcceptNext();
  // Forgets the stream and deletes it.
  void Remove(XdsStream& stream);
  // Calls the stream's OnTimer at `when`, in place of any time asked for before; infinite: never.
  void SetTimer(XdsStream& stream, absl::Duration before, absl::Duration when);

  grpc::ServerCompletionQueue& completions() { return *queue_; }
  grpc::AsyncGenericService& service() { return service_; }
  StreamObserver& observer() { return observer_; }
  const XdsService::Options& options() const { return options_; }
  uint32_t index() const { return index_; }
  std::atomic<size_t>& open_streams() { return open_streams_; }
  NameBudget& names() { return names_; }

 private:
  class Wake final : public Completion {
   public:
    explicit Wake(XdsQueue& queue) : queue_(queue) {}
    void Complete(bool ok) override;

   private:
    XdsQueue& queue_;
  };

  void Run();
  void RunTimers();
  void RunTasks();
  void AddTask(absl::AnyInvocable<void()> task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const uint32_t index_;
  const std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  grpc::AsyncGenericService& service_;
  const XdsService::Options& options_;
  std::atomic<size_t>& open_streams_;
  NameBudget& names_;
  StreamObserver& observer_;

  const std::shared_ptr<KeptContents> kept_;
  // Views in which a stream of this queue stands.
  absl::flat_hash_map<uint32_t, std::weak_ptr<ViewStreams>> views_;
  uint64_t last_stream_ = 0;
  bool ending_ = false;  // the queue is shut down when the last stream is over
  absl::flat_hash_map<uint64_t, std::unique_ptr<XdsStream>> streams_;
  absl::btree_set<std::pair<absl::Duration, uint64_t>> timers_;

  absl::Mutex mutex_;
  std::vector<absl::AnyInvocable<void()>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool wake_under_way_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::Alarm alarm_ ABSL_GUARDED_BY(mutex_);
  Wake wake_{*this};
  std::thread thread_;
};

}  // namespace fairlead
