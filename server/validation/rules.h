#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "absl/types/optional.h"
#include "server/validation/violation.h"
#include "validate/validate.pb.h"

namespace fairlead {

// What `rules` say of the field's own value or values: not of what is within its messages. `field`
// belongs to `message`, and `reflection` is its; to ask for that costs more than most rules. The
// path of what is wrong begins with the field.
// Source: validate/validate.proto, whose comments say what each rule means.
absl::optional<Violation> CheckField(const google::protobuf::Message& message,
                                     const google::protobuf::Reflection& reflection,
                                     const google::protobuf::FieldDescriptor& field,
                                     const validate::FieldRules& rules);

// "domains[2]".
std::string ElementOf(const google::protobuf::FieldDescriptor& field, int index);

}  // namespace fairlead
