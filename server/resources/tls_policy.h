#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "envoy/extensions/transport_sockets/tls/v3/common.pb.h"

namespace fairlead {

// What a name of SSL_POLICY stands for: nginx-proxy's names, with the versions and ciphers that
// Mozilla ("Server Side TLS") and AWS ("Security policies for your Application Load Balancer",
// "Predefined SSL security policies for Classic Load Balancers") give them. As with nginx-proxy
// TLS 1.3 is offered by all of them.
struct TlsPolicy {
  std::string name;
  // The oldest version that is offered; the newest is TLS 1.3.
  envoy::extensions::transport_sockets::tls::v3::TlsParameters::TlsProtocol oldest;
  // For TLS 1.2 and older, by preference, in BoringSSL's names. What BoringSSL has not is left out:
  // DHE, and CBC with SHA-256 or SHA-384 but for two. Empty: TLS 1.3 alone, whose ciphers are not
  // chosen.
  std::vector<std::string> ciphers;
};

inline constexpr char kDefaultTlsPolicy[] = "Mozilla-Intermediate";

// Null: there is no policy of that name. Case matters, as it does to nginx-proxy.
const TlsPolicy* FindTlsPolicy(absl::string_view name);

// All of them, in the order in which they are documented.
const std::vector<TlsPolicy>& TlsPolicies();

}  // namespace fairlead
