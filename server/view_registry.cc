#include "server/view_registry.h"

#include <algorithm>
#include <iterator>

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
    found = views_.emplace(view, State{++last_id_, derived, {}}).first;
    derived_ += derived ? 1 : 0;
  }
  ++found->second.streams[node_id];
  return Entered{found->second.id, is_new, closed_id, NamesOf(found->second)};
}

ViewRegistry::Views::iterator ViewRegistry::FindEmpty(bool derived) {
  return std::find_if(views_.begin(), views_.end(), [&](const auto& entry) {
    return entry.second.derived == derived && entry.second.streams.empty();
  });
}

void ViewRegistry::Close(Views::iterator view) {
  derived_ -= view->second.derived ? 1 : 0;
  views_.erase(view);
}

absl::optional<ViewRegistry::Left> ViewRegistry::Leave(const View& view,
                                                       const std::string& node_id) {
  const auto found = views_.find(view);
  if (found == views_.end()) return absl::nullopt;
  State& state = found->second;
  const auto streams = state.streams.find(node_id);
  if (streams == state.streams.end()) return absl::nullopt;
  if (--streams->second == 0) state.streams.erase(streams);
  Left left{state.id, state.streams.empty() && views_.size() > kMostKept, NamesOf(state)};
  if (left.is_closed) Close(found);
  return left;
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
