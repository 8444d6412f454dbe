#pragma once

#include <array>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "server/snapshot/snapshot.h"

namespace fairlead {

// The static resources that lie over a view's derived ones, in layers: of one name the first layer
// that has it wins. None is null.
struct Overlay {
  std::array<std::shared_ptr<const Snapshot>, 3> layers = {Snapshot::Empty(), Snapshot::Empty(),
                                                           Snapshot::Empty()};

  // Null: no layer has it.
  std::shared_ptr<const Resource> Find(Type type, absl::string_view name) const;
  bool empty() const;
};

// The given version of the layer that alone has resources of the type; empty: `base` has some too,
// or several layers, or that layer has no given version.
std::string SoleGivenVersion(const Snapshot& base, const Overlay& overlay, Type type);

// `base` under `overlay`, with the versions that SoleGivenVersion says.
std::shared_ptr<const Snapshot> Overlaid(const std::shared_ptr<const Snapshot>& base,
                                         const Overlay& overlay);

}  // namespace fairlead
