#pragma once

#include <vector>

#include "absl/time/time.h"
#include "fairlead/v1/admin.pb.h"
#include "server/base/problem.h"
#include "server/static_effects.h"
#include "server/static_resources/put.h"
#include "server/static_resources/static_resources.h"

namespace fairlead {

// What is answered to those who put, delete and list static resources. Called on the control
// strand.

// What is worth knowing of the resources that were put: references that do not resolve, resources
// that they hide.
Problems ProblemsOfPut(const StaticPut& put, const StaticEffects& effects);
// References to what was deleted.
Problems ProblemsOfDeletion(const StaticDelete& deletion, const StaticResources& statics,
                            const StaticEffects& effects);

// Sorted by place; of too many the last says how many there are.
void AddProblems(Problems problems, absl::Time wall,
                 google::protobuf::RepeatedPtrField<v1::Problem>& answer);

// `listed`, some of one scope's resources and at least one, without their content.
void DescribeScope(const std::vector<StaticResources::Listed>& listed, const StaticEffects& effects,
                   v1::ListResourcesResponse& response);

}  // namespace fairlead
