#pragma once

#include "envoy/service/status/v3/csds.pb.h"
#include "fairlead/v1/admin.pb.h"

namespace fairlead {

// CSDS's description of a proxy. `without_content`: names, versions and states alone.
envoy::service::status::v3::ClientConfig ClientConfigOf(const v1::Proxy& proxy,
                                                        const v1::GetProxyConfigResponse& config,
                                                        bool without_content);

}  // namespace fairlead
