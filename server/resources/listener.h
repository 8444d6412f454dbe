#pragma once

#include <cstdint>
#include <string>

#include "envoy/config/listener/v3/listener.pb.h"

namespace fairlead {

// The filter that routes tell whom they let in.
inline constexpr char kAccessFilter[] = "envoy.filters.http.rbac";

// The listener `name` for HTTP/1.1 and HTTP/2 in clear text at `ip`:`port`, whose routes come over
// RDS as `routes`.
envoy::config::listener::v3::Listener HttpListenerOf(const std::string& name, const std::string& ip,
                                                     uint16_t port, const std::string& routes);

}  // namespace fairlead
