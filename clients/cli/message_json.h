#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/statusor.h"

namespace fairlead {

// Canonical protobuf JSON, with the fields that have their default too: what is there does not
// depend on the values. Ends with '\n'.
absl::StatusOr<std::string> MessageJson(const google::protobuf::Message& message, bool one_line);

}  // namespace fairlead
