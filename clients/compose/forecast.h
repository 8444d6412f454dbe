#pragma once

#include "absl/status/statusor.h"
#include "clients/compose/project.h"
#include "fairlead/v1/compose.pb.h"

namespace fairlead {

// What the project's containers would do, and what is wrong: its facts go through the catalog and
// the routing model as those of an agent do. INTERNAL if the catalog refuses the facts as a whole,
// which is our mistake.
absl::StatusOr<v1::ComposeCheck> Forecast(const ComposeProject& project);

}  // namespace fairlead
