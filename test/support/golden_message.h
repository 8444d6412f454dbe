#pragma once

#include <google/protobuf/message.h>

#include "absl/strings/string_view.h"

namespace fairlead {

// Expects that the golden file `path` (see ExpectGolden) holds `message` as JSON, in the .proto's
// own names of fields: as Envoy reads it.
void ExpectGoldenMessage(absl::string_view path, const google::protobuf::Message& message);

}  // namespace fairlead
