#include "server/resources/api_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "envoy/extensions/filters/http/router/v3/router.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace fairlead {
namespace {

using envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager;
using testing::ElementsAre;
using testing::IsEmpty;

// "web:80", "-web:80" for one that goes.
std::vector<PoolChange> Pools(const std::vector<std::string>& names) {
  std::vector<PoolChange> pools;
  for (const std::string& name : names) {
    if (name.front() == '-') {
      pools.push_back({name.substr(1), nullptr});
    } else {
      pools.push_back({name, std::make_shared<const Pool>(Pool{name, {}, {}})});
    }
  }
  return pools;
}

// "LDS web > web:80" (its routes), "RDS web:80", "-LDS web" for one that goes.
std::vector<std::string> Text(const std::vector<ResourceChange>& changes) {
  std::vector<std::string> text;
  for (const ResourceChange& change : changes) {
    text.push_back(
        absl::StrCat(change.after == nullptr ? "-" : "", ShortName(change.type), " ", change.name));
    if (change.after == nullptr) continue;
    EXPECT_TRUE(change.after->on_request_only()) << change.name;
    if (change.type != Type::kListener) continue;
    envoy::config::listener::v3::Listener listener;
    EXPECT_TRUE(listener.ParseFromString(std::string(change.after->body())));
    HttpConnectionManager manager;
    EXPECT_TRUE(listener.api_listener().api_listener().UnpackTo(&manager));
    absl::StrAppend(&text.back(), " > ", manager.rds().route_config_name());
  }
  return text;
}

// xDS rule GR3.
TEST(ApiListener, IsWhatGrpcClientsAccept) {
  const auto listener = ApiListenerOf("shop/web", "shop/web:80");
  EXPECT_EQ(listener.name(), "shop/web");
  EXPECT_FALSE(listener.has_address());
  HttpConnectionManager manager;
  ASSERT_TRUE(listener.api_listener().api_listener().UnpackTo(&manager));
  EXPECT_EQ(manager.rds().route_config_name(), "shop/web:80");
  EXPECT_TRUE(manager.rds().config_source().has_ads());
  ASSERT_EQ(manager.http_filters_size(), 1);
  EXPECT_TRUE(manager.http_filters(0)
                  .typed_config()
                  .Is<envoy::extensions::filters::http::router::v3::Router>());
}

// xDS rule GR5.
TEST(ApiListener, EveryCallGoesToThePoolWhateverTheAuthority) {
  const auto routes = ApiRoutesOf("shop/web:80");
  EXPECT_EQ(routes.name(), "shop/web:80");
  ASSERT_EQ(routes.virtual_hosts_size(), 1);
  EXPECT_THAT(routes.virtual_hosts(0).domains(), ElementsAre("*"));
  ASSERT_EQ(routes.virtual_hosts(0).routes_size(), 1);
  const auto& route = routes.virtual_hosts(0).routes(0);
  EXPECT_TRUE(route.match().has_prefix());
  EXPECT_EQ(route.match().prefix(), "");
  EXPECT_EQ(route.route().cluster(), "shop/web:80");
}

TEST(ApiListeners, AServiceWithOnePortIsFoundByItsNameAlone) {
  ApiListeners listeners({"http"});
  EXPECT_THAT(Text(listeners.Apply(Pools({"shop/web:80"}))),
              ElementsAre("RDS shop/web:80", "LDS shop/web:80 > shop/web:80",
                          "LDS shop/web > shop/web:80"));
  EXPECT_THAT(Text(listeners.Apply(Pools({"shop/web:90"}))),
              ElementsAre("RDS shop/web:90", "LDS shop/web:90 > shop/web:90", "-LDS shop/web"));
  EXPECT_THAT(Text(listeners.Apply(Pools({"-shop/web:80"}))),
              ElementsAre("-LDS shop/web:80", "-RDS shop/web:80", "LDS shop/web > shop/web:90"));
  EXPECT_THAT(Text(listeners.Apply(Pools({"-shop/web:90"}))),
              ElementsAre("-LDS shop/web:90", "-RDS shop/web:90", "-LDS shop/web"));
}

TEST(ApiListeners, APortThatTakesAnothersPlaceMovesTheServiceInOneStep) {
  for (const std::vector<std::string>& order :
       {std::vector<std::string>{"web:90", "-web:80"}, {"-web:80", "web:90"}}) {
    ApiListeners listeners({"http"});
    listeners.Apply(Pools({"web:80"}));
    EXPECT_EQ(Text(listeners.Apply(Pools(order))).back(), "LDS web > web:90") << order[0];
  }
}

TEST(ApiListeners, ContainersThatComeAndGoChangeNone) {
  ApiListeners listeners({"http"});
  listeners.Apply(Pools({"shop/web:80"}));
  EXPECT_THAT(listeners.Apply(Pools({"shop/web:80"})), IsEmpty());
}

TEST(ApiListeners, OneOfSeveralServicesHasNone) {
  ApiListeners listeners({"http"});
  EXPECT_THAT(listeners.Apply(Pools({"shop.example/", "shop.example/a:80", "localhost./:80"})),
              IsEmpty());
  EXPECT_THAT(listeners.Apply(Pools({"-shop.example/", "-never:80"})), IsEmpty());
}

TEST(ApiListeners, AServiceNeverTakesAProxysListener) {
  ApiListeners listeners({"http"});
  EXPECT_THAT(Text(listeners.Apply(Pools({"http:80"}))),
              ElementsAre("RDS http:80", "LDS http:80 > http:80"));
  EXPECT_THAT(Text(listeners.Apply(Pools({"-http:80"}))),
              ElementsAre("-LDS http:80", "-RDS http:80"));
}

}  // namespace
}  // namespace fairlead
