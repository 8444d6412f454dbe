#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "envoy/config/core/v3/base.pb.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "server/resources/local_reply.h"

namespace fairlead {

// The filter that routes tell whom they let in.
inline constexpr char kAccessFilter[] = "envoy.filters.http.rbac";

// What all listeners for HTTP have in common.
struct ListenerSettings {
  enum class AccessLog { kOff, kText, kJson };  // a line a request on the proxy's standard output

  std::string ip = "0.0.0.0";  // "::": IPv4 as well
  // The proxy stands behind another that tells of the client in X-Forwarded-*, and is believed.
  bool trust_downstream_proxy = false;
  // Connections begin with the PROXY protocol's header (version 1 or 2).
  bool proxy_protocol = false;
  AccessLog access_log = AccessLog::kOff;
  Pages pages = {};
  // Requests of HTTP/1.0 that name no host, as they may, are for this one. The default is a name
  // that nobody has (RFC 2606, section 2), so that they get what hosts get that nobody asks for.
  std::string host_of_unnamed = "unnamed.invalid";
};

// The listener `name` for HTTP/1.1 and HTTP/2 in clear text at `port`, whose routes come over RDS
// as `routes`.
envoy::config::listener::v3::Listener HttpListenerOf(const std::string& name,
                                                     const ListenerSettings& settings,
                                                     uint16_t port, const std::string& routes);

// Connections of clients that ask for one of `server_names` (SNI).
struct TlsChain {
  std::vector<std::string> server_names;  // none: those that ask for no other chain's
  envoy::config::core::v3::TransportSocket socket;
  std::string routes;  // over RDS
};

// The listener `name` for HTTP/1.1 and HTTP/2 over TLS at `ip`:`port`. At least one chain; of those
// without server names one at most.
envoy::config::listener::v3::Listener HttpsListenerOf(const std::string& name,
                                                      const ListenerSettings& settings,
                                                      uint16_t port,
                                                      const std::vector<TlsChain>& chains);

// The listener `name` for HTTP/3 over UDP, otherwise like that. No PROXY protocol: it has no place
// in QUIC.
envoy::config::listener::v3::Listener Http3ListenerOf(const std::string& name,
                                                      const ListenerSettings& settings,
                                                      uint16_t port,
                                                      const std::vector<TlsChain>& chains);

}  // namespace fairlead
