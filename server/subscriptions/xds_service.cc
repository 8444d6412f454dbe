#include "server/subscriptions/xds_service.h"

#include <atomic>
#include <utility>

#include "absl/synchronization/notification.h"
#include "server/subscriptions/xds_queue.h"

namespace fairlead {

XdsService::XdsService(Options options, StreamObserver& observer)
    : options_(std::move(options)), observer_(observer), name_budget_(options_.most_total_names) {}

XdsService::~XdsService() { Stop(); }

void XdsService::Register(grpc::ServerBuilder& builder) {
  builder.RegisterAsyncGenericService(&service_);
  names_.Register(builder);
  for (int i = 0; i < options_.queues; ++i) {
    queues_.push_back(std::make_unique<XdsQueue>(static_cast<uint32_t>(i),
                                                 builder.AddCompletionQueue(), service_, options_,
                                                 open_streams_, name_budget_, observer_));
  }
}

void XdsService::Start() {
  for (const auto& queue : queues_) queue->Start();
}

void XdsService::Stop() {
  for (const auto& queue : queues_) queue->Stop();
}

grpc::ServerCompletionQueue& XdsService::completions() { return queues_.front()->completions(); }

void XdsService::Attach(StreamId stream, uint32_t view_id,
                        std::shared_ptr<const Snapshot> snapshot) {
  XdsQueue& queue = *queues_[stream.queue];
  queue.Post([&queue, stream, view_id, snapshot = std::move(snapshot)]() mutable {
    queue.Attach(stream.number, view_id, std::move(snapshot));
  });
}

void XdsService::Refuse(StreamId stream, absl::Status status) {
  XdsQueue& queue = *queues_[stream.queue];
  queue.Post([&queue, stream, status = std::move(status)] { queue.Refuse(stream.number, status); });
}

void XdsService::Publish(uint32_t view_id, const std::shared_ptr<const Snapshot>& snapshot,
                         const std::shared_ptr<const std::vector<ResourceChange>>& changes) {
  for (const auto& queue : queues_) {
    queue->Post([queue = queue.get(), view_id, snapshot, changes] {
      queue->Publish(view_id, snapshot, *changes);
    });
  }
}

void XdsService::FindHeld(const std::vector<NamedResource>& resources,
                          std::vector<HeldByClient>& held) {
  OnEachQueue([&](XdsQueue& queue) { queue.FindHeld(resources, held); });
}

void XdsService::Describe(v1::ListProxiesResponse& response) {
  OnEachQueue([&](XdsQueue& queue) { queue.Describe(response); });
}

bool XdsService::DescribeConfig(const std::string& node_id, const std::vector<Type>& types,
                                v1::GetProxyConfigResponse& response) {
  bool found = false;
  OnEachQueue([&](XdsQueue& queue) { found |= queue.DescribeConfig(node_id, types, response); });
  return found;
}

void XdsService::OnEachQueue(absl::FunctionRef<void(XdsQueue&)> look) {
  for (const auto& queue : queues_) {
    absl::Notification done;
    const bool runs = queue->Post([&] {
      look(*queue);
      done.Notify();
    });
    if (runs) done.WaitForNotification();
  }
}

}  // namespace fairlead
