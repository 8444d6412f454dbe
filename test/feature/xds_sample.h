#pragma once

#include <google/protobuf/any.pb.h>

#include <string>

#include "server/snapshot/resource.h"

namespace fairlead {

// A resource of any type with that name. `mark` is content that tells one version from the next.
google::protobuf::Any SampleOf(Type type, const std::string& name, const std::string& mark);

// "NAME=MARK" of a sample; "NAME" of a resource without a mark; "?" of anything else.
std::string TextOf(const google::protobuf::Any& sample);

}  // namespace fairlead
