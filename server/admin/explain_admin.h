#pragma once

#include "absl/status/status.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// Why: what stops a container, and what a request would get. Thread-safe; as Inspection, a call may
// block for milliseconds. The statuses are those that admin.proto says, with words for people.
class ExplainAdmin {
 public:
  virtual ~ExplainAdmin() = default;

  virtual absl::Status Explain(const v1::ExplainRequest& request,
                               v1::ExplainResponse& response) = 0;
};

}  // namespace fairlead
