#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "fairlead/v1/facts.pb.h"

namespace fairlead {

// What an inspection says of one container.
struct InspectedContainer {
  // Its facts. `stopping` is set only if the engine itself says so (Podman's state "stopping");
  // network drivers and `image_words` are empty, since the inspection lacks them.
  v1::Container container;
  // The engine's id of its image, such as "sha256:31b9...".
  std::string image_id;
  // The signal that asks it to stop: Config.StopSignal, else SIGTERM.
  int stop_signal = 15;
  // How long it is given to do so: Config.StopTimeout, else 10 s.
  absl::Duration stop_timeout = absl::Seconds(10);
};

// Reads the answer of GET /containers/ID/json (Docker Engine API 1.24 to 1.45; Podman 4). Of the
// environment, only the names of kEnvironmentNames are taken. DATA_LOSS if it is no usable JSON.
// INVALID_ARGUMENT if it cannot be understood or is beyond a bound (1 000 labels, 64 KiB a label or
// variable, 256 networks, 16 384 ports, 1 MiB of facts): the container cannot be reported, and the
// message says why.
absl::StatusOr<InspectedContainer> ParseInspection(absl::string_view json);

}  // namespace fairlead
