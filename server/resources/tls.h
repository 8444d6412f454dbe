#pragma once

#include <string>

#include "envoy/config/core/v3/base.pb.h"
#include "envoy/extensions/transport_sockets/tls/v3/tls.pb.h"
#include "server/resources/tls_policy.h"

namespace fairlead {

// How a listener speaks TLS to the clients of some hosts.
struct TlsSettings {
  // What nginx-proxy's label ssl_verify_client says; only where there are authorities.
  enum class ClientCertificates {
    kNone,      // off: clients are asked for none
    kRequired,  // on: a client without a certificate of the authorities is refused
    kOptional,  // optional: with one that is not theirs it is refused, without any it is not
    // optional_no_ca: clients are asked for one, and whoever issued it is let in.
    kOptionalWithoutAuthority,
  };

  std::string certificate;       // Certificate::name
  const TlsPolicy* policy;       // never null
  std::string authorities = "";  // the secret's name; empty: there are none
  ClientCertificates clients = ClientCertificates::kNone;
  bool http2 = true;  // offered by ALPN, beside HTTP/1.1
};

// The certificate and the authorities come by SDS over ADS, so that a new one takes the place of
// the one before without a new listener: connections go on. Session tickets are Envoy's default:
// on, with keys that each proxy makes for itself.
envoy::extensions::transport_sockets::tls::v3::DownstreamTlsContext TlsContextOf(
    const TlsSettings& settings);

// The same as a filter chain wants it.
envoy::config::core::v3::TransportSocket TlsSocketOf(const TlsSettings& settings);

// How a listener speaks QUIC to the clients of some hosts: TLS 1.3, with this certificate (as
// above). Nobody's request is taken with the first packet (0-RTT): whoever recorded it could send
// it again.
envoy::config::core::v3::TransportSocket QuicSocketOf(const std::string& certificate);

}  // namespace fairlead
