#include "server/base/heap_trimmer.h"

#include <algorithm>
#include <utility>

namespace fairlead {
namespace {

constexpr int kLeastRestPerTrim = 1000;  // times as long as it took

}  // namespace

HeapTrimmer::HeapTrimmer(absl::Duration spacing, absl::AnyInvocable<absl::Duration()> trim)
    : spacing_(spacing), trim_(std::move(trim)) {}

void HeapTrimmer::Tick(absl::Duration now) {
  if (!noted_ || now < not_before_) return;
  noted_ = false;
  not_before_ = now + std::max(spacing_, kLeastRestPerTrim * trim_());
}

}  // namespace fairlead
