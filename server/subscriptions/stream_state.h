#pragma once

#include <grpcpp/support/slice.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "server/base/token_bucket.h"
#include "server/snapshot/snapshot.h"
#include "server/subscriptions/name_budget.h"
#include "server/subscriptions/subscription.h"
#include "server/subscriptions/view_streams.h"
#include "server/subscriptions/xds_request.h"

namespace fairlead {

// A response, ready for the wire: the pieces of one DiscoveryResponse or DeltaDiscoveryResponse,
// most of them shared with other streams.
struct XdsResponse {
  Type type = Type::kCluster;
  std::string nonce;
  std::vector<grpc::Slice> slices;
  size_t resources = 0;
  size_t removed = 0;
};

// One xDS stream as a state machine without I/O: what comes in, and what goes out next. The caller
// reads, writes one response at a time, and asks for the next when the write is complete; changes
// that happen meanwhile merge.
//
// Order is the machine's: additions are made before breaks (OR1, OR2), a changed cluster's
// endpoints follow right behind it unasked (OR5), and a changed route waits for the clusters that
// it needs. Clusters that the client does not ACK hold back the rest for some seconds only.
//
// Threads: none. `now` is monotonic.
class StreamState {
 public:
  struct Options {
    Variant variant = Variant::kSotw;
    // The type that the stream's service is for; nothing for ADS (ST2).
    absl::optional<Type> only;
    // Names the stream to its queue.
    uint64_t number = 0;
    // Sent as ControlPlane.identifier (ST10).
    std::string identifier;
    // Names that a client may subscribe to on one stream, all types together.
    size_t most_names = 100'000;
    // Of all streams together; must outlive the stream. Null: there are no others.
    NameBudget* budget = nullptr;
    // Responses: this many at once, and in the long run a second.
    double burst = 100;
    double per_second = 100;
  };

  StreamState(Options options, std::shared_ptr<ViewStreams> view);
  ~StreamState();
  StreamState(const StreamState&) = delete;
  StreamState& operator=(const StreamState&) = delete;

  // A message of the client; the first one says who it is (ST4). An error ends the stream with that
  // status; it says which rule was broken.
  absl::Status OnRequest(const XdsRequest& request, absl::Duration now, absl::Time wall);

  // The stream stands in another view from now on.
  void MoveTo(std::shared_ptr<ViewStreams> view);

  // What is to be written now, if there is anything: to be asked after each of the calls above, and
  // when a subscription was touched by a change (ViewStreams::Publish).
  absl::optional<XdsResponse> Next(absl::Duration now, absl::Time wall);

  // When to ask Next again though nothing has happened; infinite: no need.
  absl::Duration WakeAt() const { return wake_at_; }

  uint64_t number() const { return options_.number; }
  const ViewStreams& view() const { return *view_; }
  // Null: the client did not ask for that type.
  const Subscription* subscription(Type type) const {
    return subscriptions_[static_cast<size_t>(type)].get();
  }

 private:
  struct Step {
    Type type;
    bool removal;
  };

  Subscription& SubscriptionOf(Type type);
  // What the client's names cost, after they may have changed.
  absl::Status CountNames();
  absl::optional<Step> NextStep(absl::Duration now);
  // Whether the next response of its type has to wait; then wake_at_ says until when at most.
  bool Blocked(const Subscription& subscription, absl::Duration now);
  bool HoldsRoutes(absl::Duration now);
  XdsResponse Encode(Type type, const Content& content, absl::Time wall);
  void AfterClusters(const Content& content, absl::Duration now);

  const Options options_;
  // Before the subscriptions, which are listed in it.
  std::shared_ptr<ViewStreams> view_;
  std::array<std::unique_ptr<Subscription>, kTypes.size()> subscriptions_;
  bool begun_ = false;  // the first message was taken
  size_t counted_names_ = 0;
  uint64_t last_nonce_ = 0;
  TokenBucket bucket_;
  absl::Duration wake_at_ = absl::InfiniteDuration();
  absl::Duration clusters_sent_at_ = -absl::InfiniteDuration();
  // Until when changed routes wait for clusters that were sent and not answered yet.
  absl::Duration routes_held_until_ = -absl::InfiniteDuration();
};

}  // namespace fairlead
