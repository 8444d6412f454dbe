#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// What an engine's event means for the facts of one container.
struct Event {
  enum class Kind {
    kKilled,   // a signal was sent to it
    kEnded,    // its process is gone (die; Podman's stop comes even before)
    kRemoved,  // the engine no longer has it (destroy; Podman: remove)
    kStarted,  // it runs (start, restart, unpause)
    kCreated,  // it exists, and does not run yet
    kNetwork,  // it was connected to a network or disconnected; `network_id` and `network_driver`
    kChanged,  // something else about it changed: health, name, pause, limits
    kNetworkCreated,  // no container: `network_id` exists, with `network_driver`
  };

  Kind kind = Kind::kChanged;
  std::string container_id;
  // kKilled. Podman does not tell; then it is SIGTERM.
  int signal = 15;
  // Empty where the engine does not tell.
  std::string network_id;
  std::string network_driver;
  // When it happened by the engine's clock, in nanoseconds since 1970. A 64-bit integer: a double
  // loses its last digits.
  int64_t time_nano = 0;
};

// The value of the `filters` parameter of GET /events (JSON, not yet encoded for a URL). It leaves
// the health checks' exec_* events out, three for each check. The actions are Docker's and
// Podman's.
extern const char kEventFilters[];

// Reads one line of GET /events (Docker Engine API 1.24 to 1.45; Podman 4). Nothing if it is about
// something else. DATA_LOSS if it is no usable JSON or lacks what every event has.
absl::StatusOr<std::optional<Event>> ParseEvent(absl::string_view line);

}  // namespace fairlead
