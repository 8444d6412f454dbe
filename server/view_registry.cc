#include "server/view_registry.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairlead {

absl::optional<ViewRegistry::Entered> ViewRegistry::Enter(const View& view, bool derived,
                                                          const std::string& node_id,
                                                          absl::Duration now) {
  auto found = views_.find(view);
  const bool is_new = found == views_.end();
  uint32_t closed_id = 0;
  if (is_new) {
    const size_t there = derived ? derived_ : views_.size() - derived_;
    const bool is_full = there >= (derived ? kMostViews : kMostStaticViews);
    const auto empty = is_full ? FindEmpty(derived) : views_.end();
    if (is_full && empty == views_.end()) return absl::nullopt;
    if (derived && !new_derived_.Take(now)) return absl::nullopt;
    if (is_full) {
      closed_id = empty->second.id;
      Close(empty);
    }
    found = views_.emplace(view, State{++last_id_, derived, {}, ""}).first;
    derived_ += derived ? 1 : 0;
  }
  State& state = found->second;
  ++state.streams[node_id];
  Entered entered{state.id, is_new, closed_id, absl::nullopt};
  losses_.erase(state.id);
  std::string names = NamesOf(state);
  if (names == state.told) return entered;
  state.told = std::move(names);
  entered.proxies = state.told;
  return entered;
}

ViewRegistry::Views::iterator ViewRegistry::FindEmpty(bool derived) {
  return std::find_if(views_.begin(), views_.end(), [&](const auto& entry) {
    return entry.second.derived == derived && entry.second.streams.empty();
  });
}

void ViewRegistry::Close(Views::iterator view) {
  derived_ -= view->second.derived ? 1 : 0;
  losses_.erase(view->second.id);
  views_.erase(view);
}

void ViewRegistry::Leave(const View& view, const std::string& node_id, absl::Duration now) {
  const auto found = views_.find(view);
  if (found == views_.end()) return;
  State& state = found->second;
  const auto streams = state.streams.find(node_id);
  if (streams == state.streams.end()) return;
  if (--streams->second == 0) state.streams.erase(streams);
  if (!state.streams.empty() && NamesOf(state) == state.told) {
    losses_.erase(state.id);
  } else {
    losses_.emplace(state.id, Loss{view, now});
  }
}

std::vector<ViewRegistry::Settled> ViewRegistry::Settle(absl::Duration now) {
  std::vector<Settled> settled;
  for (auto at = losses_.begin(); at != losses_.end();) {
    const auto loss = at++;
    if (now < loss->second.at + kLinger) continue;
    const auto view = views_.find(loss->second.view);
    State& state = view->second;
    state.told = NamesOf(state);
    settled.push_back({state.id, state.streams.empty() && views_.size() > kMostKept, state.told});
    if (settled.back().is_closed) {
      Close(view);
    } else {
      losses_.erase(loss);
    }
  }
  return settled;
}

std::string ViewRegistry::NamesOf(const State& state) {
  constexpr ptrdiff_t kMostNames = 3;
  const bool more = state.streams.size() > kMostNames;
  const auto end = more ? std::next(state.streams.begin(), kMostNames) : state.streams.end();
  const auto name = [](std::string* out, const auto& entry) { out->append(entry.first); };
  return absl::StrCat(absl::StrJoin(state.streams.begin(), end, ", ", name),
                      more ? " and others" : "");
}

}  // namespace fairlead
