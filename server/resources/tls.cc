#include "server/resources/tls.h"

#include "envoy/extensions/transport_sockets/quic/v3/quic_transport.pb.h"
#include "server/resources/secret.h"

namespace fairlead {
namespace {

using envoy::extensions::transport_sockets::tls::v3::CertificateValidationContext;
using envoy::extensions::transport_sockets::tls::v3::CommonTlsContext;
using envoy::extensions::transport_sockets::tls::v3::DownstreamTlsContext;
using envoy::extensions::transport_sockets::tls::v3::SdsSecretConfig;
using envoy::extensions::transport_sockets::tls::v3::TlsParameters;

void SetSecret(SdsSecretConfig& secret, const std::string& name) {
  secret.set_name(name);
  secret.mutable_sds_config()->set_resource_api_version(envoy::config::core::v3::V3);
  secret.mutable_sds_config()->mutable_ads();
}

void SetClients(const TlsSettings& settings, DownstreamTlsContext& context) {
  using Clients = TlsSettings::ClientCertificates;
  if (settings.authorities.empty() || settings.clients == Clients::kNone) return;
  context.mutable_require_client_certificate()->set_value(settings.clients == Clients::kRequired);
  CommonTlsContext& common = *context.mutable_common_tls_context();
  if (settings.clients != Clients::kOptionalWithoutAuthority) {
    SetSecret(*common.mutable_validation_context_sds_secret_config(), settings.authorities);
    return;
  }
  auto& combined = *common.mutable_combined_validation_context();
  combined.mutable_default_validation_context()->set_trust_chain_verification(
      CertificateValidationContext::ACCEPT_UNTRUSTED);
  SetSecret(*combined.mutable_validation_context_sds_secret_config(), settings.authorities);
}

}  // namespace

DownstreamTlsContext TlsContextOf(const TlsSettings& settings) {
  DownstreamTlsContext context;
  CommonTlsContext& common = *context.mutable_common_tls_context();
  TlsParameters& parameters = *common.mutable_tls_params();
  parameters.set_tls_minimum_protocol_version(settings.policy->oldest);
  // Envoy's default for a server is 1.3 too; said, so that it stays.
  parameters.set_tls_maximum_protocol_version(TlsParameters::TLSv1_3);
  for (const std::string& cipher : settings.policy->ciphers) parameters.add_cipher_suites(cipher);
  SetSecret(*common.add_tls_certificate_sds_secret_configs(),
            CertificateSecretName(settings.certificate));
  if (settings.http2) common.add_alpn_protocols("h2");
  common.add_alpn_protocols("http/1.1");
  SetClients(settings, context);
  return context;
}

envoy::config::core::v3::TransportSocket TlsSocketOf(const TlsSettings& settings) {
  envoy::config::core::v3::TransportSocket socket;
  socket.set_name("envoy.transport_sockets.tls");
  socket.mutable_typed_config()->PackFrom(TlsContextOf(settings));
  return socket;
}

envoy::config::core::v3::TransportSocket QuicSocketOf(const std::string& certificate) {
  envoy::extensions::transport_sockets::quic::v3::QuicDownstreamTransport transport;
  CommonTlsContext& common =
      *transport.mutable_downstream_tls_context()->mutable_common_tls_context();
  SetSecret(*common.add_tls_certificate_sds_secret_configs(), CertificateSecretName(certificate));
  common.add_alpn_protocols("h3");
  transport.mutable_enable_early_data()->set_value(false);
  envoy::config::core::v3::TransportSocket socket;
  socket.set_name("envoy.transport_sockets.quic");
  socket.mutable_typed_config()->PackFrom(transport);
  return socket;
}

}  // namespace fairlead
