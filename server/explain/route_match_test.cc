#include "server/explain/route_match.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using envoy::config::route::v3::RouteConfiguration;
using envoy::config::route::v3::RouteMatch;

RouteConfiguration WithDomains(const std::vector<std::string>& domains, bool ignore_port = true) {
  RouteConfiguration configuration;
  configuration.set_ignore_port_in_host_matching(ignore_port);
  for (const std::string& domain : domains) {
    auto& host = *configuration.add_virtual_hosts();
    host.set_name(domain);
    host.add_domains(domain);
  }
  return configuration;
}

TEST(FindVirtualHost, AsEnvoyDoes) {
  const RouteConfiguration configuration =
      WithDomains({"*", "www.*", "www.specific.*", "*.example", "*.specific.example",
                   "*-eu.specific.example", "WWW.Specific.example", "[::1]", "long.*"});
  const struct {
    const char* authority;
    const char* domain;
  } cases[] = {
      {"www.specific.example", "WWW.Specific.example"},
      {"WWW.SPECIFIC.EXAMPLE:8080", "WWW.Specific.example"},
      {"api.specific.example", "*.specific.example"},
      {"a.b.specific.example", "*.specific.example"},
      {"shop-eu.specific.example", "*-eu.specific.example"},
      // A wildcard stands for something.
      {".specific.example", "*.example"},
      {"specific.example", "*.example"},
      {"www.specific.org", "www.specific.*"},
      {"www.other.org", "www.*"},
      // A leading wildcard before a trailing one, however long.
      {"long.x.example", "*.example"},
      {"nobody.test", "*"},
      {"[::1]:80", "[::1]"},
      {"[::1]", "[::1]"},
      {"", "*"},
  };
  for (const auto& [authority, domain] : cases) {
    EXPECT_EQ(FindVirtualHost(configuration, authority).domain, domain) << authority;
  }
}

TEST(FindVirtualHost, AHostThatNobodyHasIsNone) {
  const VirtualHostFound found = FindVirtualHost(WithDomains({"a.example"}), "b.example");
  EXPECT_EQ(found.virtual_host, nullptr);
  EXPECT_EQ(found.rule, VirtualHostFound::Rule::kNone);
}

TEST(FindVirtualHost, PortsCountUnlessTheyAreIgnored) {
  const RouteConfiguration configuration = WithDomains({"a.example", "a.example:8080"}, false);
  EXPECT_EQ(FindVirtualHost(configuration, "a.example:8080").domain, "a.example:8080");
  EXPECT_EQ(FindVirtualHost(configuration, "a.example:81").virtual_host, nullptr);
}

RouteMatch MatchOf(const std::string& text) {
  RouteMatch match;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &match)) << text;
  return match;
}

// Whether a request for `path` fits.
bool Fits(const std::string& match, const std::string& path, const std::string& method = "GET",
          std::vector<std::pair<std::string, std::string>> headers = {}) {
  RouteConfiguration configuration = WithDomains({"a"});
  *configuration.mutable_virtual_hosts(0)->add_routes()->mutable_match() = MatchOf(match);
  const ProxiedRequest request{"http", "a.example:81", path, method, std::move(headers)};
  return FindRoute(configuration, configuration.virtual_hosts(0), request).route != nullptr;
}

TEST(FindRoute, Paths) {
  const struct {
    const char* match;
    const char* path;
    bool fits;
  } cases[] = {
      {R"(prefix: "/api")", "/api", true},
      {R"(prefix: "/api")", "/apis?x=/", true},
      {R"(prefix: "/api")", "/Api", false},
      {R"(prefix: "/api" case_sensitive { value: false })", "/aPi/x", true},
      {R"(prefix: "/a?")", "/a?b", false},
      {R"(path: "/api")", "/api?q", true},
      {R"(path: "/api")", "/api#f", true},
      {R"(path: "/api")", "/api/", false},
      {R"(path_separated_prefix: "/api")", "/api", true},
      {R"(path_separated_prefix: "/api")", "/api/x", true},
      {R"(path_separated_prefix: "/api")", "/apis", false},
      {R"(safe_regex { regex: "/(a|b)/.*" })", "/a/x?y", true},
      // The whole path, without the query.
      {R"(safe_regex { regex: "/(a|b)/" })", "/a/x", false},
      {R"(safe_regex { regex: "/x" })", "/x?/y", true},
      {R"(safe_regex { regex: "(?i)/X" })", "/x", true},
      {R"(safe_regex { regex: "(" })", "/", false},
      {R"(connect_matcher {})", "/", false},
      {R"(prefix: "/" runtime_fraction { default_value {} })", "/", false},
      {R"(prefix: "/" runtime_fraction { default_value { numerator: 1 } })", "/", true},
  };
  for (const auto& [match, path, fits] : cases) {
    EXPECT_EQ(Fits(match, path), fits) << match << " " << path;
  }
}

TEST(FindRoute, PathParametersCanBeIgnored) {
  RouteConfiguration configuration = WithDomains({"a"});
  configuration.set_ignore_path_parameters_in_path_matching(true);
  configuration.mutable_virtual_hosts(0)->add_routes()->mutable_match()->set_path("/x");
  ProxiedRequest request;
  request.path = "/x;v=1?q";
  EXPECT_NE(FindRoute(configuration, configuration.virtual_hosts(0), request).route, nullptr);
}

TEST(FindRoute, HeadersMethodsAndParameters) {
  const struct {
    const char* match;
    bool fits;
  } cases[] = {
      {R"(headers { name: ":method" string_match { exact: "POST" } })", true},
      {R"(headers { name: ":method" string_match { safe_regex { regex: "GET|POST" } } })", true},
      {R"(headers { name: ":method" string_match { safe_regex { regex: "P" } } })", false},
      {R"(headers { name: ":authority" string_match { prefix: "A.ex" ignore_case: true } })", true},
      {R"(headers { name: ":authority" string_match { suffix: ":81" } })", true},
      {R"(headers { name: "X-A" string_match { contains: "2" } })", true},
      // Several of one name are one with commas.
      {R"(headers { name: "x-a" string_match { exact: "1,2" } })", true},
      {R"(headers { name: "x-a" exact_match: "1,2" })", true},
      {R"(headers { name: "x-n" range_match { start: 5 end: 7 } })", true},
      {R"(headers { name: "x-n" range_match { start: 5 end: 6 } })", false},
      {R"(headers { name: "x-n" })", true},
      {R"(headers { name: "x-none" })", false},
      {R"(headers { name: "x-none" present_match: false })", true},
      {R"(headers { name: "x-none" present_match: true invert_match: true })", true},
      {R"(headers { name: "x-n" string_match { exact: "7" } invert_match: true })", true},
      // A header that is not there fits neither way.
      {R"(headers { name: "x-none" string_match { exact: "7" } invert_match: true })", false},
      {R"(headers { name: "x-none" string_match { exact: "7" } invert_match: true
                    treat_missing_header_as_empty: true })",
       true},
      {R"(query_parameters { name: "q" string_match { exact: "1" } })", true},
      {R"(query_parameters { name: "q" present_match: true })", true},
      {R"(query_parameters { name: "p" present_match: true })", false},
      {R"(query_parameters { name: "p" present_match: false })", true},
      {R"(query_parameters { name: "e" string_match { exact: "" } })", true},
      {R"(grpc {})", false},
  };
  for (const auto& [match, fits] : cases) {
    EXPECT_EQ(Fits(absl::StrCat(R"(prefix: "/" )", match), "/x?q=1&q=2&e", "POST",
                   {{"x-a", "1"}, {"x-n", "6"}, {"x-a", "2"}}),
              fits)
        << match;
  }
  EXPECT_TRUE(Fits(R"(prefix: "/" grpc {})", "/", "POST", {{"content-type", "application/grpc"}}));
}

TEST(FindRoute, TheFirstOneWins) {
  RouteConfiguration configuration = WithDomains({"a"});
  auto& host = *configuration.mutable_virtual_hosts(0);
  host.add_routes()->mutable_match()->set_prefix("/b");
  host.add_routes()->mutable_match()->set_prefix("/");
  host.add_routes()->mutable_match()->set_prefix("/a");
  ProxiedRequest request;
  request.path = "/a";
  EXPECT_EQ(FindRoute(configuration, host, request).index, 1);
}

TEST(FindRoute, WhatOnlyAProxyKnowsIsPassedOverAndSaid) {
  RouteConfiguration configuration = WithDomains({"a"});
  auto& host = *configuration.mutable_virtual_hosts(0);
  *host.add_routes()->mutable_match() = MatchOf(R"(prefix: "/" tls_context {})");
  *host.add_routes()->mutable_match() = MatchOf(R"(path_match_policy { name: "uri" })");
  *host.add_routes()->mutable_match() = MatchOf(R"(prefix: "/x" tls_context {})");
  host.add_routes()->mutable_match()->set_prefix("/");
  const RouteFound found = FindRoute(configuration, host, {});
  EXPECT_EQ(found.index, 3);
  EXPECT_EQ(found.unknown, (std::vector<std::string>{"the client's certificate", "a path by uri"}));
}

TEST(DescribeMatch, ForPeople) {
  EXPECT_EQ(DescribeMatch(MatchOf(R"(prefix: "/api" headers { name: ":method" string_match {
                                     safe_regex { regex: "GET|HEAD" } } })")),
            "prefix /api, :method matches GET|HEAD");
  EXPECT_EQ(DescribeMatch(MatchOf(R"(path: "/" case_sensitive { value: false } headers { name: "a"
                                     invert_match: true } query_parameters { name: "q" })")),
            "path /, whatever the case, not: a is there, parameter q");
}

}  // namespace
}  // namespace fairlead
