#include "server/base/heap_trimmer.h"

#include <utility>

namespace fairlead {
namespace {

constexpr int kLeastRestPerTrim = 100;  // times as long as it took

}  // namespace

HeapTrimmer::HeapTrimmer(absl::AnyInvocable<absl::Duration()> trim) : trim_(std::move(trim)) {}

void HeapTrimmer::Tick(absl::Duration now) {
  if (now < not_before_) return;
  if (noted_) {
    noted_ = false;
    noted_at_ = now;
    trimmed_again_ = 0;
  } else if (trimmed_again_ < std::size(kAgainAfter) &&
             now >= noted_at_ + kAgainAfter[trimmed_again_]) {
    ++trimmed_again_;
  } else {
    return;
  }
  not_before_ = now + kLeastRestPerTrim * trim_();
}

}  // namespace fairlead
