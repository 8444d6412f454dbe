#include "server/subscriptions/xds_queue.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/base/clock.h"
#include "server/subscriptions/subscription.h"
#include "server/subscriptions/view_streams.h"
#include "server/subscriptions/xds_stream.h"

namespace fairlead {

XdsQueue::XdsQueue(uint32_t index, std::unique_ptr<grpc::ServerCompletionQueue> queue,
                   grpc::AsyncGenericService& service, const XdsService::Options& options,
                   std::atomic<size_t>& open_streams, NameBudget& names, StreamObserver& observer)
    : index_(index),
      queue_(std::move(queue)),
      service_(service),
      options_(options),
      open_streams_(open_streams),
      names_(names),
      observer_(observer),
      kept_(std::make_shared<KeptContents>(KeptContents::kMostBytes /
                                           static_cast<size_t>(options.queues))) {}

XdsQueue::~XdsQueue() { Stop(); }

void XdsQueue::Start() {
  // Several calls are accepted ahead, so that a burst of connections does not wait for our turn.
  constexpr int kAhead = 8;
  for (int i = 0; i < kAhead; ++i) AcceptNext();
  thread_ = std::thread([this] { Run(); });
}

void XdsQueue::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    stopping_ = true;
    if (thread_.joinable()) AddTask([this] { ending_ = true; });
  }
  if (thread_.joinable()) {
    thread_.join();
  } else {
    queue_->Shutdown();
    void* tag;
    bool ok;
    while (queue_->Next(&tag, &ok)) {
    }
  }
}

bool XdsQueue::Post(absl::AnyInvocable<void()> task) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return false;
  AddTask(std::move(task));
  return true;
}

void XdsQueue::AddTask(absl::AnyInvocable<void()> task) {
  tasks_.push_back(std::move(task));
  if (!std::exchange(wake_under_way_, true)) {
    // An alarm that is due at once is the one way to wake the thread out of the queue.
    alarm_.Set(queue_.get(), gpr_now(GPR_CLOCK_MONOTONIC), &wake_);
  }
}

void XdsQueue::Wake::Complete(bool /*ok*/) { queue_.RunTasks(); }

void XdsQueue::RunTasks() {
  std::vector<absl::AnyInvocable<void()>> tasks;
  {
    absl::MutexLock lock(&mutex_);
    wake_under_way_ = false;
    tasks.swap(tasks_);
  }
  for (auto& task : tasks) task();
}

void XdsQueue::Run() {
  pthread_setname_np(pthread_self(), absl::StrCat("xds-", index_).c_str());
  while (true) {
    gpr_timespec deadline = gpr_inf_future(GPR_CLOCK_MONOTONIC);
    if (!timers_.empty()) {
      const absl::Duration wait = timers_.begin()->first - Clock::Real().Monotonic();
      deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                              gpr_time_from_nanos(absl::ToInt64Nanoseconds(wait), GPR_TIMESPAN));
    }
    void* tag = nullptr;
    bool ok = false;
    switch (queue_->AsyncNext(&tag, &ok, deadline)) {
      case grpc::CompletionQueue::SHUTDOWN:
        return;
      case grpc::CompletionQueue::TIMEOUT:
        break;
      case grpc::CompletionQueue::GOT_EVENT:
        static_cast<Completion*>(tag)->Complete(ok);
        break;
    }
    RunTimers();
    // Not before: gRPC ends the process at an operation that begins on a queue that is shut down.
    if (ending_ && streams_.empty()) {
      ending_ = false;
      queue_->Shutdown();
    }
  }
}

void XdsQueue::RunTimers() {
  while (!timers_.empty() && timers_.begin()->first <= Clock::Real().Monotonic()) {
    const uint64_t number = timers_.begin()->second;
    timers_.erase(timers_.begin());
    if (const auto found = streams_.find(number); found != streams_.end()) {
      found->second->OnTimer();
    }
  }
}

void XdsQueue::SetTimer(XdsStream& stream, absl::Duration before, absl::Duration when) {
  timers_.erase({before, stream.number()});
  if (when < absl::InfiniteDuration()) timers_.emplace(when, stream.number());
}

void XdsQueue::AcceptNext() {
  const uint64_t number = ++last_stream_;
  auto stream = std::make_unique<XdsStream>(*this, number);
  stream->Accept();
  streams_.emplace(number, std::move(stream));
}

void XdsQueue::Remove(XdsStream& stream) { streams_.erase(stream.number()); }

void XdsQueue::Attach(uint64_t stream, uint32_t view_id, std::shared_ptr<const Snapshot> snapshot) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  const auto known = views_.find(view_id);
  std::shared_ptr<ViewStreams> view = known == views_.end() ? nullptr : known->second.lock();
  if (view == nullptr) {
    // Views come with what clients say of themselves, without an end.
    absl::erase_if(views_, [](const auto& entry) { return entry.second.expired(); });
    view = std::make_shared<ViewStreams>(std::move(snapshot), kept_);
    views_[view_id] = view;
  }
  found->second->Attach(std::move(view));
}

void XdsQueue::Refuse(uint64_t stream, const absl::Status& status) {
  const auto found = streams_.find(stream);
  if (found != streams_.end()) found->second->Refuse(status);
}

void XdsQueue::Publish(uint32_t view_id, const std::shared_ptr<const Snapshot>& snapshot,
                       const std::vector<ResourceChange>& changes) {
  const auto found = views_.find(view_id);
  if (found == views_.end()) return;
  const std::shared_ptr<ViewStreams> view = found->second.lock();
  if (view == nullptr) {
    views_.erase(found);
    return;
  }
  std::vector<uint64_t> touched;
  view->Publish(snapshot, changes, [&](Subscription& subscription) {
    touched.push_back(subscription.stream().number());
  });
  std::sort(touched.begin(), touched.end());
  touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
  for (const uint64_t number : touched) {
    if (const auto stream = streams_.find(number); stream != streams_.end()) {
      stream->second->OnChange();
    }
  }
}

void XdsQueue::Describe(v1::ListProxiesResponse& response) const {
  for (const auto& [number, stream] : streams_) {
    if (absl::optional<v1::Proxy> proxy = stream->Describe()) {
      *response.add_proxies() = *std::move(proxy);
    }
  }
}

void XdsQueue::FindHeld(const std::vector<NamedResource>& resources,
                        std::vector<HeldByClient>& held) const {
  for (const auto& [number, stream] : streams_) stream->FindHeld(resources, held);
}

bool XdsQueue::DescribeConfig(const std::string& node_id, const std::vector<Type>& types,
                              v1::GetProxyConfigResponse& response) const {
  bool found = false;
  for (const auto& [number, stream] : streams_) {
    if (!stream->IsOf(node_id)) continue;
    found = true;
    stream->DescribeConfig(types, response);
  }
  return found;
}

}  // namespace fairlead
