#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fairlead/v1/facts.pb.h"

namespace fairlead {

// A container's facts. Immutable, shared between the stages.
using ContainerFacts = std::shared_ptr<const v1::Container>;

// What became different on a host. Values, in the order in which they are handed on, add up to the
// whole host.
struct HostUpdate {
  std::vector<ContainerFacts> upserts;  // each replaces what was known of the container
  std::vector<std::string> removed;     // ids that the engine no longer has
  std::optional<v1::Engine> engine;     // present if it changed
  // Present if they changed: all that there are now, sorted by container.
  std::optional<std::vector<v1::FactProblem>> problems;

  bool empty() const {
    return upserts.empty() && removed.empty() && !engine.has_value() && !problems.has_value();
  }
};

}  // namespace fairlead
