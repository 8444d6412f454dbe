#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/engine/json.h"

namespace fairlead {

// One row of GET /containers/json.
struct ListedContainer {
  std::string id;
  // "running", "exited", ...
  std::string state;
  // A hash of what the row says about names, state, health, ports and addresses: if it differs from
  // that of an earlier list, the container is worth another inspection. Compare only within one run
  // of the process.
  size_t fingerprint = 0;
};

// Reads the answer of GET /containers/json?all=1 as it comes; only what is listed is kept. Give the
// bytes to Take, call End after the last. DATA_LOSS if it is no usable JSON or a row has no id:
// then nothing of it is to be believed, since what is absent from a list counts as gone. A row of
// more than 1 MiB is taken for its id only.
class ContainerList {
 public:
  ContainerList();

  absl::Status Take(absl::string_view bytes) { return items_.Take(bytes); }
  // After an error of Take: that error.
  absl::StatusOr<std::vector<ListedContainer>> End();

 private:
  absl::Status TakeRow(absl::string_view text, bool whole);

  std::vector<ListedContainer> rows_;
  JsonItems items_;
};

// Reads the answer of GET /networks: pairs of a network's id and its driver. Podman's ids in
// inspections are names, so each network is there under its name too. DATA_LOSS if it is no usable
// JSON.
absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ParseNetworkDrivers(
    absl::string_view json);

}  // namespace fairlead
