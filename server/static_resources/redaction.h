#pragma once

#include <google/protobuf/any.pb.h>

#include "absl/status/status.h"

namespace fairlead {

// What stands in place of a secret.
inline constexpr char kRedacted[] = "[redacted]";

// `resource` without its secrets, wherever they are within it, for people to see. Secret is
//   - what Envoy's API marks so (udpa.annotations.sensitive): private keys, passwords, tickets,
//     tokens; names of files and variables that have it are shown;
//   - fields that are called so though they are not marked, and in untyped configuration
//     (google.protobuf.Struct), by its key;
//   - every text or bytes with a PEM private key;
//   - all of what is of a type that Envoy's API has not, or does not parse.
google::protobuf::Any Redacted(const google::protobuf::Any& resource);

// INVALID_ARGUMENT: `resource` came out of Redacted and lacks the secrets, so that it would take
// the place of one that has them.
absl::Status CheckNotRedacted(const google::protobuf::Any& resource);

}  // namespace fairlead
