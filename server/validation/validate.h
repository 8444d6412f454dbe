#pragma once

#include <google/protobuf/message.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fairlead {

// Whether Envoy could take `message`: the constraints that its .proto files carry (the options
// `validate.rules` of protoc-gen-validate, which Envoy itself applies), and what it demands beyond
// them where that is known (envoy_demands.h). Goes through all fields, and through each Any whose
// type is one of Envoy's (EnvoyTypes); of another it knows nothing and finds nothing wrong.
//
// INVALID_ARGUMENT: the first thing that is wrong, with its place as a path of fields, such as
// `virtual_hosts[3].domains[0]: it is empty; it needs at least 1 byte`. No field's content is
// quoted, for it may be secret, but for names, domains, addresses and regular expressions. That
// nothing is found promises nothing: whether a file, a certificate or an extension is there, only
// the client knows.
//
// Pure; any thread. The first message of a type costs the reading of its rules (1 to 10 ms); later
// ones less than it takes to serialize them. What has no rules, also further down, is not looked
// at. Refuses what is nested deeper than 64 messages.
absl::Status Validate(const google::protobuf::Message& message);

// As Validate, of the serialized message of the type that `type_url` ends with.
absl::Status ValidateBytes(absl::string_view type_url, absl::string_view bytes);

}  // namespace fairlead
