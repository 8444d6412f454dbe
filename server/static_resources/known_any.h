#pragma once

#include <google/protobuf/any.pb.h>
#include <google/protobuf/message.h>

#include <memory>

namespace fairlead {

// What is within `any`; null if this program does not know its type, or it does not parse.
std::unique_ptr<google::protobuf::Message> UnpackedIfKnown(const google::protobuf::Any& any);

}  // namespace fairlead
