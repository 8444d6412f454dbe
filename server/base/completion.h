#pragma once

namespace fairlead {

// A tag of a gRPC completion queue: what the queue's thread calls when the operation is over. `ok`
// is what CompletionQueue::Next says of it. The object must live until then.
class Completion {
 public:
  virtual ~Completion() = default;
  virtual void Complete(bool ok) = 0;
};

}  // namespace fairlead
