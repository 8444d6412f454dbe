#pragma once

#include <grpcpp/support/slice.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "server/snapshot/snapshot.h"
#include "server/subscriptions/interest.h"
#include "server/subscriptions/kept_contents.h"

namespace fairlead {

class Withheld;

enum class Variant { kSotw, kDelta };

// Everything that an interest covers, ready for the wire.
struct WholeContent {
  // One piece: a thousand would cost each stream as much again (docs/decisions/0003).
  grpc::Slice resources;
  size_t count = 0;
  std::vector<std::string> missing;  // names that nothing has
  size_t bytes = 0;                  // of memory, all in all
};

// The streams of one view on one queue: what they are all told of, and who wants what.
//
// Threads: none; it belongs to its queue.
class ViewStreams {
 public:
  // `kept` is shared by all views of the queue.
  explicit ViewStreams(std::shared_ptr<const Snapshot> snapshot,
                       std::shared_ptr<KeptContents> kept =
                           std::make_shared<KeptContents>(KeptContents::kMostBytes));
  ~ViewStreams();

  // A stream stands in the view, from Enter to Leave.
  void Enter() { ++streams_; }
  void Leave();

  const Snapshot& snapshot() const { return *snapshot_; }
  InterestIndex& index(Type type) { return indexes_[static_cast<size_t>(type)]; }

  // The snapshot becomes `next`, which differs in `changes`. Each subscription that wants one of
  // them is told of it and given to `touched`, maybe several times.
  void Publish(std::shared_ptr<const Snapshot> next, const std::vector<ResourceChange>& changes,
               absl::FunctionRef<void(Subscription&)> touched);

  // All that `interest` covers. Made once for all streams with the same interest, if there is more
  // than one stream and as long as KeptContents has room for it; anew for one of whose client
  // something is withheld (null: nothing).
  std::shared_ptr<const WholeContent> Whole(Type type, Variant variant, const Interest& interest,
                                            const Withheld* withheld);

 private:
  // Type, variant, wildcard, list of names.
  using Key = std::tuple<Type, Variant, bool, uint64_t>;
  struct Made {
    Version version;  // of the type, when it was made
    std::weak_ptr<const WholeContent> content;
  };

  std::shared_ptr<const WholeContent> Make(Type type, Variant variant, const Interest& interest,
                                           const Withheld* withheld) const;

  // From `made_`, and from what is kept.
  void DropAllMade();
  void DropMade(absl::FunctionRef<bool(const Key&, const Made&)> which);

  std::shared_ptr<const Snapshot> snapshot_;
  const std::shared_ptr<KeptContents> kept_;
  size_t streams_ = 0;
  std::array<InterestIndex, kTypes.size()> indexes_;
  absl::flat_hash_map<Key, Made> made_;
};

}  // namespace fairlead
