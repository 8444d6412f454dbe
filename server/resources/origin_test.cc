#include "server/resources/origin.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/resources/assignment.h"
#include "server/resources/route.h"

namespace fairlead {
namespace {

// "HOST CONTAINER WORD"
std::string Text(const Place& place) {
  return absl::StrCat(place.host, " ", place.container, " ", place.word);
}

std::shared_ptr<const Endpoint> EndpointOf(const std::string& container, const std::string& ip,
                                           int started) {
  auto endpoint = std::make_shared<Endpoint>();
  endpoint->container_id = endpoint->container_name = container;
  endpoint->host_id = absl::StrCat("host-", container);
  endpoint->started_at = absl::FromUnixSeconds(started);
  endpoint->port = 8000;
  endpoint->addresses = {{Address::From::kPublished, "", ip, 8000}};
  return endpoint;
}

Pool PoolOf(std::vector<std::shared_ptr<const Endpoint>> endpoints) {
  Pool pool;
  pool.name = "shop/web:8000";
  pool.endpoints = std::move(endpoints);
  return pool;
}

TEST(Origin, OfAClusterIsTheNewestContainerAndTheWordOfTheField) {
  const Pool pool = PoolOf({EndpointOf("a", "192.0.2.1", 1), EndpointOf("b", "192.0.2.2", 3),
                            EndpointOf("c", "192.0.2.3", 2)});
  EXPECT_EQ(Text(OriginInCluster(pool, "")), "host-b b ");
  EXPECT_EQ(Text(OriginInCluster(pool, "lb_policy")), "host-b b fairlead.loadbalance");
  EXPECT_EQ(Text(OriginInCluster(pool, "transport_socket.name")), "host-b b VIRTUAL_PROTO");
  EXPECT_EQ(Text(OriginInCluster(PoolOf({}), "lb_policy")), "  fairlead.loadbalance");
}

TEST(Origin, OfAnEndpointIsTheContainerThatHasTheAddress) {
  const Pool pool = PoolOf({EndpointOf("a", "192.0.2.1", 1), EndpointOf("b", "192.0.2.2", 3)});
  google::protobuf::Arena arena;
  const auto& assignment = AssignmentOf(pool, {}, arena);
  EXPECT_EQ(Text(OriginInAssignment(pool, assignment, "endpoints[0].lb_endpoints[0].endpoint")),
            "host-a a VIRTUAL_PORT");
  EXPECT_EQ(Text(OriginInAssignment(pool, assignment, "endpoints[0].lb_endpoints[1].endpoint")),
            "host-b b VIRTUAL_PORT");
  for (const char* field : {"", "cluster_name", "endpoints[0]", "endpoints[x].lb_endpoints[0]",
                            "endpoints[0].lb_endpoints[2]", "endpoints[1].lb_endpoints[0]",
                            "endpoints[0", "endpoints[99999999999999999999].lb_endpoints[0]"}) {
    EXPECT_EQ(Text(OriginInAssignment(pool, assignment, field)), "host-b b ") << field;
  }
}

TEST(Origin, OfAVirtualHostIsTheContainerBehindTheRoute) {
  VirtualHost host;
  host.domain = "shop.example";
  for (const char* path : {"/api", "/web/", "/gone"}) {
    Route& route = host.routes.emplace_back();
    route.path = path;
    route.pool = std::string(absl::StripSuffix(absl::StripPrefix(path, "/"), "/"));
  }
  const Pool api = PoolOf({EndpointOf("api", "192.0.2.1", 1)});
  const Pool web = PoolOf({EndpointOf("web", "192.0.2.2", 1)});
  const auto find = [&](const std::string& name) -> const Pool* {
    return name == "api" ? &api : name == "web" ? &web : nullptr;
  };
  const struct {
    const char* field;
    const char* origin;
  } cases[] = {
      {"domains[0]", "host-api api VIRTUAL_HOST"},
      {"", "host-api api VIRTUAL_HOST"},
      {"routes[0].match.prefix", "host-api api VIRTUAL_PATH"},
      {"routes[1].match.safe_regex.regex", "host-api api VIRTUAL_PATH"},
      // "/web", which is redirected to "/web/".
      {"routes[2].redirect.path_redirect", "host-web web VIRTUAL_PATH"},
      {"routes[3].match.headers[0].string_match", "host-web web VIRTUAL_HOST"},
      {"routes[4].route.prefix_rewrite", "host-web web VIRTUAL_DEST"},
      {"routes[4].route.hash_policy[0].header", "host-web web fairlead.loadbalance"},
      {"routes[3].response_headers_to_add[0].header.value", "host-web web HSTS"},
      {"routes[3].typed_per_filter_config[x]", "host-web web NETWORK_ACCESS"},
      {"routes[5].match.prefix", "  VIRTUAL_PATH"},
      {"routes[7].match.prefix", "host-api api VIRTUAL_PATH"},
  };
  const auto as_served = VirtualHostOf(host);
  for (const auto& of : cases) {
    EXPECT_EQ(Text(OriginInVirtualHost(host, as_served, of.field, find)), of.origin) << of.field;
  }
  // Routes that are nobody's stand before those of the containers.
  Serving serving;
  serving.has_open_challenges = true;
  serving.passwords.paths["/web/"] = std::make_shared<PasswordFile>(PasswordFile{"f", {}});
  const auto with_passwords = VirtualHostOf(host, serving);
  EXPECT_EQ(Text(OriginInVirtualHost(host, with_passwords, "routes[0].direct_response", find)),
            "host-api api VIRTUAL_HOST");
  EXPECT_EQ(Text(OriginInVirtualHost(host, with_passwords,
                                     "routes[4].typed_per_filter_config[0].value.users", find)),
            "host-web web htpasswd");
}

TEST(Origin, CountsTheRouteThatRefusesOtherSpellings) {
  VirtualHost host;
  host.domain = "shop.example";
  for (const char* pool : {"api", "web"}) host.routes.emplace_back().pool = pool;
  host.routes[0].internal = true;
  const Pool api = PoolOf({EndpointOf("api", "192.0.2.1", 1)});
  const Pool web = PoolOf({EndpointOf("web", "192.0.2.2", 1)});
  const auto find = [&](const std::string& name) { return name == "api" ? &api : &web; };
  const auto as_served = VirtualHostOf(host);
  const char* const containers[] = {"api", "api", "api", "web", "web", "api"};
  for (int i = 0; i < 6; ++i) {
    const std::string field = absl::StrCat("routes[", i, "].match.prefix");
    EXPECT_EQ(OriginInVirtualHost(host, as_served, field, find).container, containers[i]) << i;
  }
}

TEST(Origin, OfAPublicPortIsTheServiceThatAsksForIt) {
  const auto endpoint = [](const std::string& service, const std::string& container, int started) {
    auto copy = std::make_shared<Endpoint>(*EndpointOf(container, "192.0.2.1", started));
    copy->service = service;
    return copy;
  };
  VirtualHost host;
  host.domain = "shop.example";
  for (const char* pool : {"gone", "api", "web"}) host.routes.emplace_back().pool = pool;
  host.http_port_by = "shop/web";
  host.https_port_by = "shop/gone";
  const Pool api = PoolOf({endpoint("shop/api", "api", 9)});
  const Pool web = PoolOf(
      {endpoint("shop/web", "old", 1), endpoint("shop/web", "new", 2), endpoint("blog", "b", 3)});
  const auto find = [&](const std::string& name) -> const Pool* {
    return name == "api" ? &api : name == "web" ? &web : nullptr;
  };
  const Place http = OriginOfPublicPort(host, false, find);
  EXPECT_EQ(Text(http), "host-new new EXTERNAL_HTTP_PORT");
  EXPECT_EQ(http.service, "shop/web");
  const Place https = OriginOfPublicPort(host, true, find);
  EXPECT_EQ(Text(https), "  EXTERNAL_HTTPS_PORT");
  EXPECT_EQ(https.service, "shop/gone");
}

}  // namespace
}  // namespace fairlead
