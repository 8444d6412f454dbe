#include "server/subscriptions/kept_contents.h"

#include "server/subscriptions/view_streams.h"

namespace fairlead {

KeptContents::~KeptContents() = default;

void KeptContents::Use(const std::shared_ptr<const WholeContent>& content) {
  if (const auto found = places_.find(content.get()); found != places_.end()) {
    contents_.splice(contents_.begin(), contents_, found->second);
    return;
  }
  contents_.push_front(content);
  places_.emplace(content.get(), contents_.begin());
  bytes_ += content->bytes;
  while (bytes_ > most_bytes_ && contents_.size() > 1) Drop(contents_.back().get());
}

void KeptContents::Drop(const WholeContent* content) {
  const auto found = places_.find(content);
  if (found == places_.end()) return;
  bytes_ -= content->bytes;
  contents_.erase(found->second);
  places_.erase(found);
}

}  // namespace fairlead
