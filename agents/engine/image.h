#pragma once

#include <string>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// The variables and labels with which an image publishes whatever is made of it (VIRTUAL_HOST,
// fairlead.host, ...; see kPublishingVariables), with their values.
using PublishingWords = absl::btree_map<std::string, std::string>;

// Reads the answer of GET /images/ID/json (Docker Engine API 1.24 to 1.45; Podman 4). A value of
// more than 4 KiB is left out, so that what is kept of images is bounded. DATA_LOSS if it is no
// usable JSON.
absl::StatusOr<PublishingWords> ParseImage(absl::string_view json);

}  // namespace fairlead
