#pragma once

#include <cstddef>
#include <list>
#include <memory>

#include "absl/container/flat_hash_map.h"

namespace fairlead {

struct WholeContent;

// Keeps whole contents for the next streams that ask for the same, of all views of one queue
// together: those that were used last, up to a number of bytes. What streams have under way they
// hold themselves.
//
// Threads: none; it belongs to its queue.
class KeptContents {
 public:
  // Of all queues together.
  static constexpr size_t kMostBytes = 128 << 20;

  // The content that was used last is kept even if it alone has more bytes than `most_bytes`: it
  // was made for a stream, and is likely to be asked for by the next.
  explicit KeptContents(size_t most_bytes) : most_bytes_(most_bytes) {}
  ~KeptContents();
  KeptContents(const KeptContents&) = delete;
  KeptContents& operator=(const KeptContents&) = delete;

  // It is kept from now on, or was used again; others may have to go for it.
  void Use(const std::shared_ptr<const WholeContent>& content);
  // It is of no use any more. Nothing if it is not kept.
  void Drop(const WholeContent* content);

  size_t bytes() const { return bytes_; }

 private:
  using Contents = std::list<std::shared_ptr<const WholeContent>>;

  const size_t most_bytes_;
  size_t bytes_ = 0;
  Contents contents_;  // the ones used last first
  absl::flat_hash_map<const WholeContent*, Contents::iterator> places_;
};

}  // namespace fairlead
