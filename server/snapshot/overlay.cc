#include "server/snapshot/overlay.h"

#include <algorithm>

namespace fairlead {

std::shared_ptr<const Resource> Overlay::Find(Type type, absl::string_view name) const {
  for (const auto& layer : layers) {
    if (const Snapshot::Map::Pointer* found = layer->Of(type).Find(name)) return *found;
  }
  return nullptr;
}

bool Overlay::empty() const {
  return std::all_of(layers.begin(), layers.end(), [](const auto& layer) {
    return std::all_of(kTypes.begin(), kTypes.end(),
                       [&](Type type) { return layer->Of(type).empty(); });
  });
}

std::string SoleGivenVersion(const Snapshot& base, const Overlay& overlay, Type type) {
  if (!base.Of(type).empty()) return "";
  const Snapshot* sole = nullptr;
  for (const auto& layer : overlay.layers) {
    if (layer->Of(type).empty()) continue;
    if (sole != nullptr) return "";
    sole = layer.get();
  }
  return sole == nullptr ? "" : sole->given_version(type);
}

std::shared_ptr<const Snapshot> Overlaid(const std::shared_ptr<const Snapshot>& base,
                                         const Overlay& overlay) {
  if (overlay.empty()) return base;
  std::shared_ptr<const Snapshot> result = base;
  // The strongest layer last.
  for (auto layer = overlay.layers.rbegin(); layer != overlay.layers.rend(); ++layer) {
    result = result->With(Difference(*Snapshot::Empty(), **layer));
  }
  for (const Type type : kTypes) {
    result = result->WithGivenVersion({type}, SoleGivenVersion(*base, overlay, type));
  }
  return result;
}

}  // namespace fairlead
