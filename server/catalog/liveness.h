#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fairlead {

// Decides from silence alone which hosts are not trusted any more, and which are forgotten. It is
// slow to mark, slower to forget, and stops when the fault is most likely the server's own:
//
//   - marked: not heard for longer than `host_timeout`;
//   - forgotten: marked, and not heard for longer than `forget_after`; one host a `forget_spacing`,
//   and never
//     one that the caller wants kept;
//   - self-preservation: when more than `guard_share` of the hosts and more than one, or all of
//   them, fall
//     silent within `guard_window`, those are not marked (a mark that one of them had already got
//     is taken back) and no host is forgotten. Counted are the hosts that were trusted when it
//     began. A host that is half of `host_timeout` late counts as silent too, once another one is
//     over it: so one common cause is seen as one. It ends when more than `thaw_share` of them have
//     reported again, or all but one: a single host is its own fault. Those that are still away get
//     their full time once more;
//   - own pause: `Tick` came later than `own_pause` after the one before. The process slept, not
//   the
//     hosts: the time of each starts anew, whatever its mark.
//
// Pure: no clock, no thread of its own. `now` is monotonic and never goes back. Not thread-safe.
class Liveness {
 public:
  struct Options {
    absl::Duration host_timeout = absl::Seconds(30);
    absl::Duration forget_after = absl::Minutes(10);
    absl::Duration forget_spacing = absl::Seconds(10);
    absl::Duration guard_window = absl::Minutes(1);
    double guard_share = 0.34;
    double thaw_share = 0.8;
    // `Tick` is expected at least four times as often.
    absl::Duration own_pause = absl::Seconds(2);
  };

  enum class Mark {
    kNone,
    kSilent,  // not trusted where there are others
    kKept,    // silent for longer than forget_after, and the caller wants it kept
  };

  // What a tick decided; ids of hosts, sorted.
  struct Decisions {
    std::vector<std::string> marked;
    std::vector<std::string> unmarked;  // by self-preservation
    std::vector<std::string> kept;      // newly
    std::optional<std::string> forgotten;

    bool empty() const {
      return marked.empty() && unmarked.empty() && kept.empty() && !forgotten.has_value();
    }
  };

  explicit Liveness(const Options& options) : options_(options) {}

  // From now on `host` is watched; it counts as heard now. No effect if it is watched already. The
  // first tick is expected from the first host on.
  void Add(absl::string_view host, absl::Duration now);

  void Remove(absl::string_view host);

  // Something came from the host: its time starts anew. Its mark stays.
  void Heard(absl::string_view host, absl::Duration now);

  // What the host runs is known again: as Heard, and the mark goes. Yields whether there was one.
  bool Reported(absl::string_view host, absl::Duration now);

  // To be called every 500 ms or more often. `can_forget` says whether the server can do without
  // what the host runs; it is asked only about hosts that are due, at most once a `forget_spacing`.
  Decisions Tick(absl::Duration now, absl::FunctionRef<bool(const std::string& host)> can_forget);

  // Whether nothing came from the host for longer than host_timeout. False if it is not watched.
  bool IsOverdue(absl::string_view host, absl::Duration now);

  // kNone if it is not watched.
  Mark MarkOf(absl::string_view host) const;

  bool self_preservation() const { return self_preservation_; }

 private:
  struct Watched {
    absl::Duration heard;
    Mark mark = Mark::kNone;
    bool in_incident = false;  // fell silent in what self-preservation stands for
    bool is_back = false;      // and has reported since
  };

  void NoticeOwnPause(absl::Duration now);
  bool FellSilentTogether(const Watched& host, absl::Duration now) const;
  bool IsOurFault(absl::Duration now) const;
  void BeginSelfPreservation(absl::Duration now, Decisions& decisions);
  void FollowIncident(absl::Duration now);
  void MarkOverdue(absl::Duration now, Decisions& decisions);
  void ForgetOne(absl::Duration now, absl::FunctionRef<bool(const std::string& host)> can_forget,
                 Decisions& decisions);

  const Options options_;
  absl::btree_map<std::string, Watched> hosts_;
  bool self_preservation_ = false;
  std::optional<absl::Duration> last_tick_;  // or the first host
  absl::Duration next_forgetting_ = -absl::InfiniteDuration();
};

}  // namespace fairlead
