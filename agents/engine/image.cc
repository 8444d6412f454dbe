#include "agents/engine/image.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_split.h"
#include "agents/engine/json.h"
#include "server/vocabulary/words.h"

namespace fairlead {
namespace {

constexpr size_t kLongestValue = 4 << 10;

template <typename Names>
void Take(const Names& names, absl::string_view name, absl::string_view value,
          PublishingWords& words) {
  if (value.size() > kLongestValue) return;
  if (std::find(names.begin(), names.end(), name) == names.end()) return;
  words.insert_or_assign(std::string(name), std::string(value));
}

}  // namespace

absl::StatusOr<PublishingWords> ParseImage(absl::string_view json) {
  const absl::StatusOr<nlohmann::json> root = ParseJson(json, "GET /images/ID/json");
  if (!root.ok()) return root.status();
  PublishingWords words;
  for (const nlohmann::json& item : Array(*root, {"Config", "Env"})) {
    if (!item.is_string()) continue;
    const std::pair<absl::string_view, absl::string_view> variable =
        absl::StrSplit(item.get_ref<const std::string&>(), absl::MaxSplits('=', 1));
    Take(kPublishingVariables, variable.first, variable.second, words);
  }
  for (const auto& [name, value] : Object(*root, {"Config", "Labels"}).items()) {
    if (value.is_string())
      Take(kPublishingLabels, name, value.get_ref<const std::string&>(), words);
  }
  return words;
}

}  // namespace fairlead
