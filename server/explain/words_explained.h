#pragma once

#include <google/protobuf/repeated_field.h>

#include <vector>

#include "fairlead/v1/admin.pb.h"
#include "fairlead/v1/facts.pb.h"
#include "server/base/problem.h"
#include "server/vocabulary/request.h"

namespace fairlead {

// The variables and labels of the vocabulary that the container has, sorted by word, each with what
// was made of it. `request` and `problems` are what ParseRequest makes of the container; of `told`,
// what all stages tell, what later ones say of a word of its hosts counts too. Pure.
google::protobuf::RepeatedPtrField<v1::WordExplained> ExplainWords(
    const v1::Container& container, const RoutingRequest& request, const Problems& problems,
    const std::vector<v1::Problem>& told);

}  // namespace fairlead
