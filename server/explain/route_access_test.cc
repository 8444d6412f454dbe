#include "server/explain/route_access.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "envoy/extensions/filters/http/rbac/v3/rbac.pb.h"

namespace fairlead {
namespace {

using envoy::config::route::v3::Route;
using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::VirtualHost;
using envoy::extensions::filters::http::rbac::v3::RBACPerRoute;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kFilter[] = "envoy.filters.http.rbac";
constexpr char kInternal[] = R"pb(
  rbac {
    rules {
      policies {
        key: "internal"
        value {
          permissions { any: true }
          principals {
            remote_ip {
              address_prefix: "172.16.0.0"
              prefix_len { value: 12 }
            }
          }
          principals {
            remote_ip {
              address_prefix: "fc00::"
              prefix_len { value: 7 }
            }
          }
        }
      }
    }
  }
)pb";

google::protobuf::Any Rule(const std::string& text) {
  RBACPerRoute rule;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &rule)) << text;
  google::protobuf::Any any;
  any.PackFrom(rule);
  return any;
}

TEST(AccessOf, AClientIsLetInByItsNetwork) {
  Route route;
  (*route.mutable_typed_per_filter_config())[kFilter] = Rule(kInternal);
  std::vector<std::string> unknown;
  const struct {
    const char* client;
    bool admits;
  } cases[] = {{"172.16.0.1", true}, {"172.31.255.255", true}, {"172.32.0.1", false},
               {"8.8.8.8", false},   {"fd00::1", true},        {"fe00::1", false},
               {"nonsense", false}};
  for (const auto& [client, admits] : cases) {
    EXPECT_EQ(AccessOf({}, {}, route, client, unknown).admits, admits) << client;
  }
  const RouteAccess access = AccessOf({}, {}, route, "", unknown);
  EXPECT_FALSE(access.admits.has_value());
  EXPECT_THAT(access.only, ElementsAre("172.16.0.0/12", "fc00::/7"));
  EXPECT_THAT(unknown, IsEmpty());
}

TEST(AccessOf, TheMostSpecificRuleCounts) {
  Route route;
  VirtualHost virtual_host;
  RouteConfiguration configuration;
  std::vector<std::string> unknown;
  EXPECT_EQ(AccessOf(configuration, virtual_host, route, "", unknown).admits, true);
  (*configuration.mutable_typed_per_filter_config())[kFilter] = Rule(kInternal);
  EXPECT_EQ(AccessOf(configuration, virtual_host, route, "8.8.8.8", unknown).admits, false);
  // Without rules the filter is off.
  (*virtual_host.mutable_typed_per_filter_config())[kFilter] = Rule("");
  EXPECT_EQ(AccessOf(configuration, virtual_host, route, "8.8.8.8", unknown).admits, true);
  (*route.mutable_typed_per_filter_config())[kFilter] = Rule(kInternal);
  EXPECT_EQ(AccessOf(configuration, virtual_host, route, "8.8.8.8", unknown).admits, false);
  EXPECT_THAT(unknown, IsEmpty());
}

TEST(AccessOf, OtherRulesAreNotEvaluated) {
  for (const char* rules :
       {"rbac { rules { action: DENY } }",
        R"(rbac { rules { policies { key: "a" value { permissions { any: true }
             principals { any: true } } } } })",
        R"(rbac { rules { policies { key: "a" value { permissions { destination_port: 1 }
             principals { remote_ip {} } } } } })"}) {
    Route route;
    (*route.mutable_typed_per_filter_config())[kFilter] = Rule(rules);
    std::vector<std::string> unknown;
    EXPECT_FALSE(AccessOf({}, {}, route, "8.8.8.8", unknown).admits.has_value()) << rules;
    EXPECT_THAT(unknown, ElementsAre("whom the route's RBAC rules let in"));
  }
}

}  // namespace
}  // namespace fairlead
