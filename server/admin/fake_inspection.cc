#include "server/admin/fake_inspection.h"

namespace fairlead {

void FakeInspection::FillShop() {
  v1::Host& host = *hosts.add_hosts();
  host.set_id("h1");
  host.set_state(v1::Host::CONNECTED);
  host.add_addresses("192.0.2.1");

  v1::Service& api = *services.add_services();
  api.set_name("shop/api");
  api.add_clusters("shop/api:9000");
  v1::Service& web = *services.add_services();
  web.set_name("shop/web");
  web.add_routes("shop.example/");
  web.add_clusters("shop/web:8000");
  web.set_healthy(1);

  v1::Endpoint& endpoint = *endpoints.add_endpoints();
  endpoint.set_cluster("shop/web:8000");
  endpoint.set_service("shop/web");
  endpoint.set_container_name("shop-web-1");
  endpoint.set_host_id("h1");
  endpoint.set_health(v1::Endpoint::HEALTHY);
  v1::Endpoint::Address& address = *endpoint.add_addresses();
  address.set_from("host");
  address.set_ip("172.20.0.2");
  address.set_port(8000);

  v1::Proxy& proxy = *proxies.add_proxies();
  proxy.set_node_id("edge-1");
  v1::TypeSync& sync = *proxy.add_types();
  sync.set_type("CDS");
  sync.set_state(v1::TypeSync::NACKED);
  sync.set_error("no such field");

  v1::Problem& problem = *problems.add_problems();
  problem.set_host("h1");
  problem.set_container("shop-web-2");
  problem.set_word("VIRTUAL_PORT");
  problem.set_severity(v1::Problem::ERROR);
  problem.set_what("'80a' is not a port");
  problem.set_cure("write a number");
}

}  // namespace fairlead
