#include "server/subscriptions/name_budget.h"

#include "absl/strings/str_cat.h"

namespace fairlead {

absl::Status NameBudget::Change(size_t before, size_t now) {
  if (now == before) return absl::OkStatus();
  if (now < before) {
    names_.fetch_sub(before - now, std::memory_order_relaxed);
    return absl::OkStatus();
  }
  const size_t more = now - before;
  if (names_.fetch_add(more, std::memory_order_relaxed) + more <= most_) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("more than ", most_,
                   " resource names on all xDS streams together; subscribe to fewer, or raise "
                   "--max-xds-total-names"));
}

}  // namespace fairlead
