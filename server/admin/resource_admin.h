#pragma once

#include "absl/status/status.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// Static resources, and what proxies have been sent: what the admin service steers and shows of
// them. Thread-safe; as Inspection, a call may block for milliseconds. The statuses are those that
// admin.proto says, with words for people.
class ResourceAdmin {
 public:
  virtual ~ResourceAdmin() = default;

  virtual absl::Status PutResources(const v1::PutResourcesRequest& request,
                                    v1::PutResourcesResponse& response) = 0;
  virtual absl::Status DeleteResources(const v1::DeleteResourcesRequest& request,
                                       v1::DeleteResourcesResponse& response) = 0;
  virtual absl::Status ListResources(const v1::ListResourcesRequest& request,
                                     v1::ListResourcesResponse& response) = 0;
  virtual absl::Status GetProxyConfig(const v1::GetProxyConfigRequest& request,
                                      v1::GetProxyConfigResponse& response) = 0;
};

}  // namespace fairlead
