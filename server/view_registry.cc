#include "server/view_registry.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairlead {

absl::optional<ViewRegistry::Entered> ViewRegistry::Enter(const View& view, bool derived,
                                                          const std::string& node_id) {
  auto found = views_.find(view);
  const bool is_new = found == views_.end();
  if (is_new) {
    const size_t there = derived ? derived_ : views_.size() - derived_;
    if (there >= (derived ? kMostViews : kMostStaticViews)) return absl::nullopt;
    found = views_.emplace(view, State{++last_id_, derived, {}}).first;
    derived_ += derived ? 1 : 0;
  }
  ++found->second.streams[node_id];
  return Entered{found->second.id, is_new, NamesOf(found->second)};
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
  if (left.is_closed) {
    derived_ -= state.derived ? 1 : 0;
    views_.erase(found);
  }
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
