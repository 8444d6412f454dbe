#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/catalog/facts.h"

namespace fairlead {

struct ContainerOnHost {
  std::string host_id;
  ContainerFacts facts;
};

// The one of `all` that `text` means: by its id or name, else by the beginning of either; with
// "HOST/" before it only on that host. NOT_FOUND: none, with the nearest name. INVALID_ARGUMENT:
// several; the message names them. Pure.
absl::StatusOr<ContainerOnHost> FindContainer(absl::string_view text,
                                              const std::vector<ContainerOnHost>& all);

}  // namespace fairlead
