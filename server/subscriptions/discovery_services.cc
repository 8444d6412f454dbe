#include "server/subscriptions/discovery_services.h"

#include "envoy/service/cluster/v3/cds.grpc.pb.h"
#include "envoy/service/endpoint/v3/eds.grpc.pb.h"
#include "envoy/service/listener/v3/lds.grpc.pb.h"
#include "envoy/service/route/v3/rds.grpc.pb.h"
#include "envoy/service/secret/v3/sds.grpc.pb.h"

namespace fairlead {
namespace {

using Listeners = envoy::service::listener::v3::ListenerDiscoveryService;
using Routes = envoy::service::route::v3::RouteDiscoveryService;
using Clusters = envoy::service::cluster::v3::ClusterDiscoveryService;
using Endpoints = envoy::service::endpoint::v3::EndpointDiscoveryService;
using Secrets = envoy::service::secret::v3::SecretDiscoveryService;

using GenericListeners = Listeners::WithGenericMethod_StreamListeners<
    Listeners::WithGenericMethod_DeltaListeners<Listeners::Service>>;
using GenericRoutes =
    Routes::WithGenericMethod_StreamRoutes<Routes::WithGenericMethod_DeltaRoutes<Routes::Service>>;
using GenericClusters = Clusters::WithGenericMethod_StreamClusters<
    Clusters::WithGenericMethod_DeltaClusters<Clusters::Service>>;
using GenericEndpoints = Endpoints::WithGenericMethod_StreamEndpoints<
    Endpoints::WithGenericMethod_DeltaEndpoints<Endpoints::Service>>;
using GenericSecrets = Secrets::WithGenericMethod_StreamSecrets<
    Secrets::WithGenericMethod_DeltaSecrets<Secrets::Service>>;

}  // namespace

DiscoveryServices::DiscoveryServices() {
  services_.push_back(std::make_unique<GenericListeners>());
  services_.push_back(std::make_unique<GenericRoutes>());
  services_.push_back(std::make_unique<GenericClusters>());
  services_.push_back(std::make_unique<GenericEndpoints>());
  services_.push_back(std::make_unique<GenericSecrets>());
}

void DiscoveryServices::Register(grpc::ServerBuilder& builder) {
  for (const auto& service : services_) builder.RegisterService(service.get());
}

}  // namespace fairlead
