#pragma once

#include <array>
#include <string>

#include "absl/time/time.h"
#include "server/snapshot/resource.h"

namespace fairlead {

// How often one stream's client is quoted: it may refuse each response with other words, and what
// it says is logged, shown and sent to watchers. The first words are told at once, others a second
// after that of their type at the earliest. The last ones win, and are told.
//
// Threads: none. `now` is monotonic.
class AnswerLimit {
 public:
  static constexpr absl::Duration kInterval = absl::Seconds(1);

  // The client's last answer of that type is `error` (empty: an ACK, or none yet). True: it is to
  // be told now, and counts as told.
  bool Take(Type type, const std::string& error, absl::Duration now);

  // When to call Take again though nothing was answered; infinite: no need.
  absl::Duration WakeAt() const;

 private:
  struct Told {
    std::string error;
    absl::Duration next_at = -absl::InfiniteDuration();
    bool waits = false;  // the last answer is another one
  };

  std::array<Told, kTypes.size()> told_;
};

}  // namespace fairlead
