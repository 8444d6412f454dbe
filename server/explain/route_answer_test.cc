#include "server/explain/route_answer.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairlead {
namespace {

using envoy::config::route::v3::Route;

Route RouteOf(const std::string& text) {
  Route route;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &route)) << text;
  return route;
}

// "301 LOCATION", "404", or "CLUSTER=WEIGHT ... PATH".
std::string Answer(const std::string& route, const ProxiedRequest& request) {
  const RouteAnswer answer = AnswerOf(RouteOf(route), request);
  if (!answer.unknown.empty()) return absl::StrCat("? ", answer.unknown.front());
  if (!answer.location.empty()) return absl::StrCat(answer.status, " ", answer.location);
  if (answer.status != 0) return absl::StrCat(answer.status);
  return absl::StrCat(absl::StrJoin(answer.clusters, " ",
                                    [](std::string* text, const ClusterShare& share) {
                                      absl::StrAppend(text, share.name, "=", share.weight);
                                    }),
                      " ", answer.path);
}

TEST(AnswerOf, Clusters) {
  const struct {
    const char* route;
    const char* path;
    const char* answer;
  } cases[] = {
      {R"(match { prefix: "/api" } route { cluster: "c" })", "/api/x?q", "c=0 /api/x?q"},
      {R"(match { prefix: "/api" } route { cluster: "c" prefix_rewrite: "/" })", "/api/x?q",
       "c=0 //x?q"},
      {R"(match { prefix: "/api/" } route { cluster: "c" prefix_rewrite: "/v1/" })",
       "/api/x?q=/api/", "c=0 /v1/x?q=/api/"},
      {R"(match { path_separated_prefix: "/api" } route { cluster: "c" prefix_rewrite: "/v" })",
       "/api/x", "c=0 /v/x"},
      {R"(match { path: "/api" } route { cluster: "c" prefix_rewrite: "/v" })", "/api?q",
       "c=0 /v?q"},
      {R"(match { safe_regex { regex: ".*" } } route { cluster: "c" prefix_rewrite: "/v" })",
       "/a/b?q", "c=0 /v?q"},
      {R"(match { prefix: "/" } route { cluster: "c" regex_rewrite {
            pattern { regex: "^/a/(.*)$" } substitution: "/\\1/z" } })",
       "/a/b?a", "c=0 /b/z?a"},
      {R"(match { prefix: "/" } route { weighted_clusters { clusters { name: "a" weight { value: 1 } }
            clusters { name: "b" weight { value: 3 } } clusters { name: "c" weight { value: 0 } } } })",
       "/", "a=1 b=3 /"},
      {R"(match { prefix: "/" } route { cluster_header: "X-C" })", "/", "of-header=0 /"},
      {R"(match { prefix: "/" } route { cluster_header: "X-D" })", "/", "503"},
      {R"(match { prefix: "/" } route { cluster_specifier_plugin: "p" })", "/",
       "? the plugin that names the cluster"},
      {R"(match { prefix: "/" } direct_response { status: 421 })", "/", "421"},
      {R"(match { prefix: "/" } non_forwarding_action {})", "/",
       "? what a filter answers where the route itself does nothing"},
  };
  for (const auto& [route, path, answer] : cases) {
    EXPECT_EQ(Answer(route, {"http", "a", path, "GET", {{"x-c", "of-header"}}}), answer) << route;
  }
}

TEST(AnswerOf, Redirects) {
  const struct {
    const char* redirect;
    const char* url;
    const char* answer;
  } cases[] = {
      {"https_redirect: true", "http://A.example/x?q", "301 https://A.example/x?q"},
      {"https_redirect: true", "http://a.example:80/", "301 https://a.example/"},
      {"https_redirect: true", "http://a.example:8080/", "301 https://a.example:8080/"},
      {"https_redirect: true port_redirect: 8443", "http://a.example:8080/",
       "301 https://a.example:8443/"},
      {"https_redirect: true response_code: PERMANENT_REDIRECT", "http://[::1]:80/",
       "308 https://[::1]/"},
      {R"(scheme_redirect: "http" response_code: FOUND)", "https://a.example:443/",
       "302 http://a.example/"},
      {R"(host_redirect: "b.example" response_code: SEE_OTHER)", "http://a.example:81/x",
       "303 http://b.example/x"},
      {R"(path_redirect: "/y" response_code: TEMPORARY_REDIRECT)", "http://a.example/x?q",
       "307 http://a.example/y?q"},
      {R"(path_redirect: "/y?z")", "http://a.example/x?q", "301 http://a.example/y?z"},
      {R"(path_redirect: "/y" strip_query: true)", "http://a.example/x?q",
       "301 http://a.example/y"},
      {R"(prefix_rewrite: "/new")", "http://a.example/old/x?q", "301 http://a.example/new/x?q"},
      {R"(regex_rewrite { pattern { regex: "o." } substitution: "n" })", "http://a.example/old",
       "301 http://a.example/nd"},
  };
  for (const auto& [redirect, url, answer] : cases) {
    const std::string route =
        absl::StrCat(R"(match { prefix: "/old" } redirect { )", redirect, " }");
    EXPECT_EQ(Answer(route, ParseUrl(url)->request), answer) << redirect << " " << url;
  }
  EXPECT_EQ(RedirectToTls(ParseUrl("http://a.example/x")->request).location, "https://a.example/x");
}

TEST(ParseUrl, TakesUrlsApart) {
  const struct {
    const char* url;
    const char* parts;  // "SCHEME AUTHORITY PATH PORT"; empty: it is none
  } cases[] = {
      {"http://Shop.example", "http Shop.example / 0"},
      {"HTTPS://shop.example:8443/A?b#c", "https shop.example:8443 /A?b 8443"},
      {"http://shop.example?q", "http shop.example /?q 0"},
      {"http://[::1]:80/", "http [::1]:80 / 80"},
      {"http://[::1]/", "http [::1] / 0"},
      {"shop.example/", ""},
      {"ftp://shop.example/", ""},
      {"http:///x", ""},
      {"http://:80/x", ""},
      {"http://a.example:0/", ""},
      {"http://a.example:65536/", ""},
      {"http://a.example:x/", ""},
      {"http://a.example:/", ""},
      {"http://user@a.example/", ""},
      {"http://a.example/a b", ""},
      {"http://a.example/\n", ""},
      {"http://\xc3\xa4.example/", ""},
  };
  for (const auto& [url, parts] : cases) {
    const absl::StatusOr<RequestUrl> parsed = ParseUrl(url);
    const std::string text =
        parsed.ok() ? absl::StrCat(parsed->request.scheme, " ", parsed->request.authority, " ",
                                   parsed->request.path, " ", parsed->port)
                    : "";
    EXPECT_EQ(text, parts) << url << parsed.status();
  }
  EXPECT_FALSE(ParseUrl(absl::StrCat("http://a/", std::string(kLongestUrl, 'x'))).ok());
}

}  // namespace
}  // namespace fairlead
