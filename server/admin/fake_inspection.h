#pragma once

#include <string>

#include "fairlead/v1/admin.pb.h"
#include "server/admin/inspection.h"

namespace fairlead {

// Shows what a test puts in, chosen by name as a server would. Thread-safe once it is filled.
class FakeInspection final : public Inspection {
 public:
  v1::ListHostsResponse hosts;
  v1::ListServicesResponse services;
  v1::ListEndpointsResponse endpoints;
  v1::ListProxiesResponse proxies;
  v1::ListProblemsResponse problems;

  void Hosts(v1::ListHostsResponse& response) override { response = hosts; }
  void Services(const std::string& name, v1::ListServicesResponse& response) override {
    for (const v1::Service& service : services.services()) {
      if (name.empty() || service.name() == name) *response.add_services() = service;
    }
    response.set_self_preservation(services.self_preservation());
  }
  void Endpoints(const std::string& name, v1::ListEndpointsResponse& response) override {
    for (const v1::Endpoint& endpoint : endpoints.endpoints()) {
      if (name.empty() || endpoint.cluster() == name || endpoint.service() == name) {
        *response.add_endpoints() = endpoint;
      }
    }
  }
  void Proxies(v1::ListProxiesResponse& response) override { response = proxies; }
  void Problems(v1::ListProblemsResponse& response) override { response = problems; }

  // A shop: service shop/web with one endpoint on host h1, service shop/api with none, one proxy,
  // one problem.
  void FillShop();
};

}  // namespace fairlead
