#include "test/fakes/proxy/fake_proxy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "envoy/config/route/v3/route.pb.h"

namespace fairlead {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;
using envoy::service::discovery::v3::DeltaDiscoveryRequest;
using envoy::service::discovery::v3::DeltaDiscoveryResponse;

constexpr char kPrefix[] = "type.googleapis.com/envoy.config.";
const std::pair<const char*, const char*> kTypes[] = {{"CDS", "cluster.v3.Cluster"},
                                                      {"EDS", "endpoint.v3.ClusterLoadAssignment"},
                                                      {"LDS", "listener.v3.Listener"},
                                                      {"RDS", "route.v3.RouteConfiguration"}};

std::string UrlOf(const std::string& type) {
  for (const auto& [name, url] : kTypes) {
    if (name == type) return absl::StrCat(kPrefix, url);
  }
  return "";
}

std::string TypeOf(const std::string& type_url) {
  for (const auto& [name, url] : kTypes) {
    if (absl::EndsWith(type_url, url)) return name;
  }
  return "";
}

std::set<FakeProxy::Endpoint> EndpointsOf(const ClusterLoadAssignment& assignment) {
  std::set<FakeProxy::Endpoint> endpoints;
  for (const auto& locality : assignment.endpoints()) {
    for (const auto& endpoint : locality.lb_endpoints()) {
      const auto& socket = endpoint.endpoint().address().socket_address();
      endpoints.insert({absl::StrCat(socket.address(), ":", socket.port_value()),
                        envoy::config::core::v3::HealthStatus_Name(endpoint.health_status())});
    }
  }
  return endpoints;
}

std::vector<std::string> HealthyOf(const std::set<FakeProxy::Endpoint>& endpoints) {
  std::vector<std::string> healthy;
  for (const FakeProxy::Endpoint& endpoint : endpoints) {
    if (endpoint.health == "HEALTHY") healthy.push_back(endpoint.address);
  }
  return healthy;
}

}  // namespace

FakeProxy::FakeProxy(Options options) : options_(std::move(options)) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  // Each proxy is a process of its own: it shares no connection with another.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  stub_ = envoy::service::discovery::v3::AggregatedDiscoveryService::NewStub(
      grpc::CreateCustomChannel(options_.address, grpc::InsecureChannelCredentials(), arguments));
  thread_ = std::thread([this] { Run(); });
}

FakeProxy::~FakeProxy() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  thread_.join();
}

void FakeProxy::Run() {
  while (true) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    {
      absl::MutexLock lock(&mutex_);
      if (ending_) return;
      context_ = &context;
    }
    const auto stream = stub_->DeltaAggregatedResources(&context);
    RunStream(*stream);
    context.TryCancel();
    stream->Finish();
    absl::MutexLock lock(&mutex_);
    context_ = nullptr;
  }
}

void FakeProxy::RunStream(Stream& stream) {
  Subscribe(stream, "CDS", {}, /*first=*/true);
  bool listening = false;
  DeltaDiscoveryResponse response;
  bool counted = false;
  while (stream.Read(&response)) {
    {
      absl::MutexLock lock(&mutex_);
      if (!std::exchange(counted, true)) ++streams_;
    }
    const std::vector<std::string> new_clusters = Take(stream, response);
    if (listening && !new_clusters.empty()) Subscribe(stream, "EDS", new_clusters, /*first=*/false);
    if (!std::exchange(listening, true)) {
      std::vector<std::string> clusters;
      {
        absl::MutexLock lock(&mutex_);
        for (const auto& [name, version] : state_.versions) {
          if (absl::StartsWith(name, "CDS ")) clusters.push_back(name.substr(4));
        }
      }
      Subscribe(stream, "EDS", clusters, /*first=*/true);
      Subscribe(stream, "LDS", {}, /*first=*/true);
      Subscribe(stream, "RDS", {"http"}, /*first=*/true);
    }
  }
}

void FakeProxy::Subscribe(Stream& stream, const std::string& type,
                          const std::vector<std::string>& names, bool first) {
  DeltaDiscoveryRequest request;
  request.set_type_url(UrlOf(type));
  for (const std::string& name : names) request.add_resource_names_subscribe(name);
  if (first && type == "CDS") {
    auto& node = *request.mutable_node();
    node.set_id(options_.node_id);
    node.set_user_agent_name("fake");
    auto& fields = *(*node.mutable_metadata()->mutable_fields())["fairlead"]
                        .mutable_struct_value()
                        ->mutable_fields();
    if (!options_.host.empty()) fields["host"].set_string_value(options_.host);
    if (!options_.group.empty()) fields["group"].set_string_value(options_.group);
  }
  if (first) {
    absl::MutexLock lock(&mutex_);
    for (const auto& [name, version] : state_.versions) {
      if (!absl::StartsWith(name, absl::StrCat(type, " "))) continue;
      (*request.mutable_initial_resource_versions())[name.substr(4)] = version;
    }
  }
  stream.Write(request);
}

std::vector<std::string> FakeProxy::Take(Stream& stream, const DeltaDiscoveryResponse& response) {
  const std::string type = TypeOf(response.type_url());
  std::vector<std::string> new_clusters;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& resource : response.resources()) {
      ++resources_;
      if (type == "CDS" && !state_.versions.contains(absl::StrCat("CDS ", resource.name()))) {
        new_clusters.push_back(resource.name());
      }
      Store(type, resource);
    }
    for (const std::string& name : response.removed_resources()) {
      ++removals_;
      Drop(type, name);
    }
  }
  DeltaDiscoveryRequest ack;
  ack.set_type_url(response.type_url());
  ack.set_response_nonce(response.nonce());
  stream.Write(ack);
  return new_clusters;
}

void FakeProxy::Store(const std::string& type,
                      const envoy::service::discovery::v3::Resource& resource) {
  state_.versions[absl::StrCat(type, " ", resource.name())] = resource.version();
  if (type == "EDS") {
    ClusterLoadAssignment assignment;
    resource.resource().UnpackTo(&assignment);
    auto& endpoints = state_.endpoints[resource.name()];
    endpoints = EndpointsOf(assignment);
    const int healthy = static_cast<int>(HealthyOf(endpoints).size());
    const auto least = least_healthy_.find(resource.name());
    if (least != least_healthy_.end()) {
      least->second = std::min(least->second, healthy);
    } else if (healthy > 0) {
      least_healthy_[resource.name()] = healthy;
    }
  } else if (type == "RDS") {
    envoy::config::route::v3::RouteConfiguration routes;
    resource.resource().UnpackTo(&routes);
    auto& domains = state_.domains[resource.name()];
    domains.clear();
    for (const auto& host : routes.virtual_hosts()) {
      domains.insert(domains.end(), host.domains().begin(), host.domains().end());
    }
    std::sort(domains.begin(), domains.end());
  }
}

void FakeProxy::Drop(const std::string& type, const std::string& name) {
  state_.versions.erase(absl::StrCat(type, " ", name));
  if (type == "EDS" || type == "CDS") state_.endpoints.erase(name);
  if (type == "RDS") state_.domains.erase(name);
}

std::vector<std::string> FakeProxy::Healthy(const std::string& cluster) const {
  absl::MutexLock lock(&mutex_);
  const auto found = state_.endpoints.find(cluster);
  return found == state_.endpoints.end() ? std::vector<std::string>() : HealthyOf(found->second);
}

FakeProxy::State FakeProxy::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

bool FakeProxy::Await(const std::function<bool(const State&)>& holds,
                      absl::Duration deadline) const {
  absl::MutexLock lock(&mutex_);
  const auto condition = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return holds(state_); };
  return mutex_.AwaitWithTimeout(absl::Condition(&condition), deadline);
}

bool FakeProxy::AwaitHealthy(const std::string& cluster, std::vector<std::string> addresses,
                             absl::Duration deadline) const {
  std::sort(addresses.begin(), addresses.end());
  return Await(
      [&](const State& state) {
        const auto found = state.endpoints.find(cluster);
        return (found == state.endpoints.end() ? std::vector<std::string>()
                                               : HealthyOf(found->second)) == addresses;
      },
      deadline);
}

int FakeProxy::streams() const {
  absl::MutexLock lock(&mutex_);
  return streams_;
}

int FakeProxy::resources() const {
  absl::MutexLock lock(&mutex_);
  return resources_;
}

int FakeProxy::removals() const {
  absl::MutexLock lock(&mutex_);
  return removals_;
}

int FakeProxy::least_healthy(const std::string& cluster) const {
  absl::MutexLock lock(&mutex_);
  const auto found = least_healthy_.find(cluster);
  return found == least_healthy_.end() ? 0 : found->second;
}

}  // namespace fairlead
