#pragma once

#include <string>

#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// What those who look in can see: the admin service and the status page read through this, and know
// nothing of the stages behind it.
//
// Thread-safe. A call may block for as long as the stages take to answer (milliseconds); so never
// call it from one of their threads. Each fills a `response` that is empty, in the order that
// admin.proto says.
class Inspection {
 public:
  virtual ~Inspection() = default;

  virtual void Hosts(v1::ListHostsResponse& response) = 0;
  // Only the service `name`; empty: all. None is added if there is no such service.
  virtual void Services(const std::string& name, v1::ListServicesResponse& response) = 0;
  // Only those of the service or of the cluster `name`; empty: all.
  virtual void Endpoints(const std::string& name, v1::ListEndpointsResponse& response) = 0;
  virtual void Proxies(v1::ListProxiesResponse& response) = 0;
  virtual void Problems(v1::ListProblemsResponse& response) = 0;
};

}  // namespace fairlead
