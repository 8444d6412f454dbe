#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "absl/types/optional.h"
#include "server/validation/violation.h"

namespace fairlead {

// What Envoy demands of one kind of message beyond the rules in its .proto, as its own code does
// when it takes the message: that regular expressions are RE2's, that no domain is there twice,
// that a listener has a filter chain, ... Source: Envoy 1.40, the files named beside each demand.
using Demand = absl::optional<Violation> (*)(const google::protobuf::Message& message);

// Null: nothing more is demanded of messages of that type.
Demand DemandOn(const google::protobuf::Descriptor& type);
// The same of a message that is sent as an xDS resource by itself.
Demand DemandOnResource(const google::protobuf::Descriptor& type);

}  // namespace fairlead
