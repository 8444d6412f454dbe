#include "server/catalog/liveness.h"

#include <algorithm>
#include <utility>

namespace fairlead {

void Liveness::Add(absl::string_view host, absl::Duration now) {
  if (!last_tick_.has_value()) last_tick_ = now;
  NoticeOwnPause(now);
  hosts_.try_emplace(std::string(host), Watched{.heard = now});
}

void Liveness::Remove(absl::string_view host) { hosts_.erase(host); }

void Liveness::Heard(absl::string_view host, absl::Duration now) {
  NoticeOwnPause(now);
  const auto found = hosts_.find(host);
  if (found != hosts_.end()) found->second.heard = now;
}

bool Liveness::Reported(absl::string_view host, absl::Duration now) {
  NoticeOwnPause(now);
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return false;
  found->second.heard = now;
  found->second.is_back = true;
  return std::exchange(found->second.mark, Mark::kNone) != Mark::kNone;
}

Liveness::Decisions Liveness::Tick(absl::Duration now,
                                   absl::FunctionRef<bool(const std::string& host)> can_forget) {
  NoticeOwnPause(now);
  last_tick_ = now;
  Decisions decisions;
  if (!self_preservation_ && IsOurFault(now)) BeginSelfPreservation(now, decisions);
  if (self_preservation_) {
    FollowIncident(now);
  } else {
    MarkOverdue(now, decisions);
    ForgetOne(now, can_forget, decisions);
  }
  return decisions;
}

bool Liveness::IsOverdue(absl::string_view host, absl::Duration now) {
  NoticeOwnPause(now);
  const auto found = hosts_.find(host);
  return found != hosts_.end() && now - found->second.heard > options_.host_timeout;
}

Liveness::Mark Liveness::MarkOf(absl::string_view host) const {
  const auto found = hosts_.find(host);
  return found == hosts_.end() ? Mark::kNone : found->second.mark;
}

void Liveness::NoticeOwnPause(absl::Duration now) {
  if (!last_tick_.has_value() || now - *last_tick_ <= options_.own_pause) return;
  for (auto& [id, host] : hosts_) host.heard = now;
  next_forgetting_ = std::max(next_forgetting_, now + options_.forget_spacing);
  last_tick_ = now;
}

bool Liveness::FellSilentTogether(const Watched& host, absl::Duration now) const {
  const absl::Duration away = now - host.heard;
  return away > options_.host_timeout / 2 && away <= options_.host_timeout + options_.guard_window;
}

bool Liveness::IsOurFault(absl::Duration now) const {
  size_t trusted = 0;
  size_t fell_silent = 0;
  bool one_is_new = false;
  for (const auto& [id, host] : hosts_) {
    const bool together = FellSilentTogether(host, now);
    if (together) ++fell_silent;
    if (together || host.mark == Mark::kNone) ++trusted;
    if (host.mark == Mark::kNone && now - host.heard > options_.host_timeout) one_is_new = true;
  }
  if (!one_is_new) return false;
  return fell_silent == trusted ||
         (fell_silent > 1 && fell_silent > options_.guard_share * trusted);
}

void Liveness::BeginSelfPreservation(absl::Duration now, Decisions& decisions) {
  self_preservation_ = true;
  for (auto& [id, host] : hosts_) {
    host.in_incident = FellSilentTogether(host, now);
    host.is_back = false;
    if (host.in_incident && host.mark != Mark::kNone) {
      host.mark = Mark::kNone;
      decisions.unmarked.push_back(id);
    }
  }
}

void Liveness::FollowIncident(absl::Duration now) {
  size_t all = 0;
  size_t back = 0;
  for (auto& [id, host] : hosts_) {
    if (host.mark == Mark::kNone && now - host.heard > options_.host_timeout) {
      host.in_incident = true;
      host.is_back = false;
    }
    if (!host.in_incident) continue;
    ++all;
    if (host.is_back) ++back;
  }
  const bool single_one_is_away = back > 0 && all - back <= 1;
  if (all > 0 && back <= options_.thaw_share * all && !single_one_is_away) return;
  self_preservation_ = false;
  for (auto& [id, host] : hosts_) {
    if (host.in_incident && !host.is_back) host.heard = now;
    host.in_incident = false;
  }
}

void Liveness::MarkOverdue(absl::Duration now, Decisions& decisions) {
  for (auto& [id, host] : hosts_) {
    if (host.mark != Mark::kNone || now - host.heard <= options_.host_timeout) continue;
    host.mark = Mark::kSilent;
    decisions.marked.push_back(id);
  }
}

void Liveness::ForgetOne(absl::Duration now,
                         absl::FunctionRef<bool(const std::string& host)> can_forget,
                         Decisions& decisions) {
  if (now < next_forgetting_) return;
  std::vector<std::pair<absl::Duration, std::string>> due;
  for (const auto& [id, host] : hosts_) {
    if (host.mark != Mark::kNone && now - host.heard > options_.forget_after) {
      due.emplace_back(host.heard, id);
    }
  }
  if (due.empty()) return;
  next_forgetting_ = now + options_.forget_spacing;
  std::sort(due.begin(), due.end());
  for (const auto& [heard, id] : due) {
    if (can_forget(id)) {
      hosts_.erase(id);
      decisions.forgotten = id;
      break;
    }
    if (std::exchange(hosts_[id].mark, Mark::kKept) == Mark::kSilent) decisions.kept.push_back(id);
  }
  std::sort(decisions.kept.begin(), decisions.kept.end());
}

}  // namespace fairlead
