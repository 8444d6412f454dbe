#include "server/vocabulary/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/vocabulary/ignored.h"
#include "server/vocabulary/multiports.h"
#include "server/vocabulary/path.h"
#include "server/vocabulary/service.h"
#include "server/vocabulary/words.h"

namespace fairlead {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

using Words = std::map<std::string, std::string>;

v1::Container Container(const Words& environment, const Words& labels,
                        const std::vector<std::pair<int, std::string>>& ports = {{8000, "tcp"}}) {
  v1::Container container;
  container.set_id("4f5a");
  container.set_name("shop-web-1");
  container.set_network_mode("shop_default");
  for (const auto& [name, value] : environment) (*container.mutable_environment())[name] = value;
  for (const auto& [name, value] : labels) (*container.mutable_labels())[name] = value;
  for (const auto& [number, protocol] : ports) {
    v1::Port& port = *container.add_ports();
    port.set_container_port(number);
    port.set_protocol(protocol);
  }
  return container;
}

// "PATH PORT", and what differs from the default.
std::string Goal(const RouteRequest& route) {
  return absl::StrCat(
      route.path, " ", route.port,
      route.protocol == Protocol::kHttp ? "" : absl::StrCat(" ", ProtocolName(route.protocol)),
      route.destination.has_value() ? absl::StrCat(" as ", *route.destination) : "");
}

// "HOSTS GOAL" or "-"; several of these if goals differ.
std::string Asked(const RoutingRequest& request) {
  if (!request.published()) return "-";
  std::vector<std::string> parts;
  std::vector<std::string> hosts;
  for (size_t i = 0; i < request.routes.size(); ++i) {
    hosts.push_back(request.routes[i].host);
    const std::string goal = Goal(request.routes[i]);
    if (i + 1 < request.routes.size() && Goal(request.routes[i + 1]) == goal) continue;
    parts.push_back(absl::StrCat(absl::StrJoin(hosts, ","), " ", goal));
    hosts.clear();
  }
  return absl::StrCat(absl::StrJoin(parts, "; "), request.internal ? " internal" : "");
}

struct Case {
  std::string name;
  Words environment;
  Words labels;
  std::vector<std::pair<int, std::string>> ports;
  std::string asked;
  // One for each problem, in order: a part of "WORD: WHAT (CURE)", after '!' for an error and '?'
  // for a notice.
  std::vector<std::string> problems;
};

std::string Shape(const Problem& problem) {
  return absl::StrCat(problem.severity == Problem::Severity::kError ? "!" : "?", problem.place.word,
                      ": ", problem.what, " (", problem.cure, ")");
}

void Check(const Case& c) {
  SCOPED_TRACE(c.name);
  Problems problems;
  EXPECT_EQ(Asked(ParseRequest(Container(c.environment, c.labels, c.ports), "h1", problems)),
            c.asked);
  ASSERT_EQ(problems.size(), c.problems.size())
      << (problems.empty() ? "" : Shape(problems.front()));
  for (size_t i = 0; i < problems.size(); ++i) {
    EXPECT_THAT(Shape(problems[i]), HasSubstr(c.problems[i].substr(1)));
    EXPECT_EQ(Shape(problems[i])[0], c.problems[i][0]);
    EXPECT_EQ(problems[i].place.host, "h1");
    EXPECT_EQ(problems[i].place.container, "shop-web-1");
    EXPECT_FALSE(problems[i].cure.empty());
  }
}

const std::vector<std::pair<int, std::string>> kOne = {{8000, "tcp"}};
const std::vector<std::pair<int, std::string>> kTwo = {{3000, "tcp"}, {8000, "tcp"}};
const Words kHost = {{"VIRTUAL_HOST", "a.example"}};

Words WithHost(const std::string& word, const std::string& value) {
  return {{"VIRTUAL_HOST", "a.example"}, {word, value}};
}

TEST(ParseRequest, ReadsHosts) {
  for (const Case& c : std::vector<Case>{
           {"nothing", {}, {}, kOne, "-", {}},
           {"variable", kHost, {}, kOne, "a.example / 8000", {}},
           {"label", {}, {{"fairlead.host", "a.example"}}, kOne, "a.example / 8000", {}},
           {"label wins", kHost, {{"fairlead.host", "b.example"}}, kOne, "b.example / 8000", {}},
           {"empty label", kHost, {{"fairlead.host", ""}}, kOne, "a.example / 8000", {}},
           {"empty variable", {{"VIRTUAL_HOST", ""}}, {}, kOne, "-", {}},
           {"only commas", {{"VIRTUAL_HOST", " , "}}, {}, kOne, "-", {}},
           {"one of two malformed",
            {{"VIRTUAL_HOST", "a.example,:"}},
            {},
            kOne,
            "a.example / 8000",
            {"!VIRTUAL_HOST: ':' has a port"}},
           {"malformed", {{"VIRTUAL_HOST", "a..example"}}, {}, kOne, "-", {"!VIRTUAL_HOST: "}},
           {"Host is another label",
            {},
            {{"fairlead.Host", "a.example"}},
            kOne,
            "-",
            {"!fairlead.Host: there is no label 'fairlead.Host', so it is ignored (did you mean "
             "fairlead.host?)"}},
       }) {
    Check(c);
  }
}

TEST(ParseRequest, ReadsPortsWithNginxProxysPrecedence) {
  for (const Case& c : std::vector<Case>{
           {"asked", WithHost("VIRTUAL_PORT", "3000"), {}, kTwo, "a.example / 3000", {}},
           {"label wins",
            WithHost("VIRTUAL_PORT", "3000"),
            {{"fairlead.port", "8000"}},
            kTwo,
            "a.example / 8000",
            {}},
           {"sole", kHost, {}, kOne, "a.example / 8000", {}},
           {"none exposed", kHost, {}, {}, "a.example / 80", {}},
           {"several with 80", kHost, {}, {{80, "tcp"}, {443, "tcp"}}, "a.example / 80", {}},
           {"several without 80",
            kHost,
            {},
            kTwo,
            "a.example / 80",
            {"?VIRTUAL_PORT: no port is asked for, so requests go to port 80, which the container "
             "does not expose (it exposes 3000/tcp, 8000/tcp)"}},
           {"tcp and udp are two",
            kHost,
            {},
            {{443, "tcp"}, {443, "udp"}},
            "a.example / 80",
            {"?VIRTUAL_PORT: no port is asked for"}},
           {"sole is udp", kHost, {}, {{53, "udp"}}, "a.example / 53", {"?VIRTUAL_PORT: no port"}},
           {"empty",
            WithHost("VIRTUAL_PORT", ""),
            {},
            kOne,
            "a.example / 8000",
            {"?VIRTUAL_PORT: VIRTUAL_PORT is empty, so it counts as not set: port 8000"}},
           {"not exposed",
            WithHost("VIRTUAL_PORT", "9000"),
            {},
            kOne,
            "a.example / 9000",
            {"?VIRTUAL_PORT: port 9000 is not exposed by the container, which exposes 8000/tcp"}},
           {"nothing exposed at all",
            WithHost("VIRTUAL_PORT", "9000"),
            {},
            {},
            "a.example / 9000",
            {}},
           {"space", WithHost("VIRTUAL_PORT", " 8000 "), {}, kOne, "a.example / 8000", {}},
           {"lowest", WithHost("VIRTUAL_PORT", "1"), {}, {}, "a.example / 1", {}},
           {"highest", WithHost("VIRTUAL_PORT", "65535"), {}, {}, "a.example / 65535", {}},
       }) {
    Check(c);
  }
  for (const char* port : {"0", "65536", "80a", "-1", "+80", "0x50", "080", "8 0", "80,81",
                           "99999999999", "80.0", "http", "8\n0", "\xd9\xa8\xd9\xa0"}) {
    Check({port, WithHost("VIRTUAL_PORT", port), {}, kOne, "-", {"!VIRTUAL_PORT: '"}});
  }
}

TEST(ParseRequest, ReadsPaths) {
  for (const Case& c : std::vector<Case>{
           {"asked", WithHost("VIRTUAL_PATH", "/api"), {}, kOne, "a.example /api 8000", {}},
           {"label wins",
            WithHost("VIRTUAL_PATH", "/api"),
            {{"fairlead.path", "/b/"}},
            kOne,
            "a.example /b/ 8000",
            {}},
           {"empty",
            WithHost("VIRTUAL_PATH", ""),
            {},
            kOne,
            "a.example / 8000",
            {"?VIRTUAL_PATH: VIRTUAL_PATH is empty"}},
           {"escaped", WithHost("VIRTUAL_PATH", "/a%20b"), {}, kOne, "a.example /a%20b 8000", {}},
           {"all characters",
            WithHost("VIRTUAL_PATH", "/-._~!$&'()*+,;=:@"),
            {},
            kOne,
            "a.example /-._~!$&'()*+,;=:@ 8000",
            {}},
           {"three dots",
            WithHost("VIRTUAL_PATH", "/.../x"),
            {},
            kOne,
            "a.example /.../x 8000",
            {}},
           {"longest",
            WithHost("VIRTUAL_PATH", "/" + std::string(kLongestPath - 1, 'a')),
            {},
            kOne,
            "a.example /" + std::string(kLongestPath - 1, 'a') + " 8000",
            {}},
           {"too long",
            WithHost("VIRTUAL_PATH", "/" + std::string(kLongestPath, 'a')),
            {},
            kOne,
            "-",
            {"!VIRTUAL_PATH: "}},
           {"regex",
            WithHost("VIRTUAL_PATH", "~^/(a|b)/"),
            {},
            kOne,
            "a.example ~^/(a|b)/ 8000",
            {}},
           {"regex of Perl",
            WithHost("VIRTUAL_PATH", "~^/(?!admin)"),
            {},
            kOne,
            "-",
            {"!VIRTUAL_PATH: '~^/(?!admin)' is no regular expression of RE2"}},
           {"regex bomb",
            WithHost("VIRTUAL_PATH", "~(a{100}){100}"),
            {},
            kOne,
            "-",
            {"!VIRTUAL_PATH: '~(a{100}){100}' is larger than a proxy takes"}},
       }) {
    Check(c);
  }
  for (const char* path :
       {"api",   "//\x01", "/a b", "/a?b",      "/a#b",    "/a{b}",     "/a\"b",
        "/a\\b", "/%",     "/%2",  "/%zz",      "/a\nb",   "/\xc3\xbc", "/a/../b",
        "/..",   "/./a",   "*",    "http://x/", "/a/%7Eb", "/%2e"}) {
    Check({path, WithHost("VIRTUAL_PATH", path), {}, kOne, "-", {"!VIRTUAL_PATH: '"}});
  }
}

TEST(ParseRequest, WithoutAHostNothingIsPublishedAndAWordThatExpectsOneSaysSo) {
  for (const Case& c : std::vector<Case>{
           {"port",
            {{"VIRTUAL_PORT", "8000"}},
            {},
            kOne,
            "-",
            {"?VIRTUAL_PORT: VIRTUAL_PORT is set but no host is asked for"}},
           {"path", {}, {{"fairlead.path", "/api"}}, kOne, "-", {"?fairlead.path: "}},
           {"service", {}, {{"fairlead.service", "web"}}, kOne, "-", {"?fairlead.service: "}},
           {"an application's own words", {{"HSTS", "off"}, {"CERT_NAME", "x"}}, {}, kOne, "-", {}},
       }) {
    Check(c);
  }
}

TEST(ParseRequest, ReadsProtocolsDestinationsAndAccess) {
  for (const Case& c : std::vector<Case>{
           {"dest", WithHost("VIRTUAL_DEST", "/"), {}, kOne, "a.example / 8000 as /", {}},
           {"dest of any spelling",
            WithHost("VIRTUAL_DEST", "/a//%7Eb"),
            {},
            kOne,
            "a.example / 8000 as /a//%7Eb",
            {}},
           {"dest empty", WithHost("VIRTUAL_DEST", ""), {}, kOne, "a.example / 8000", {}},
           {"dest without a slash",
            WithHost("VIRTUAL_DEST", "app"),
            {},
            kOne,
            "-",
            {"!VIRTUAL_DEST: 'app' does not start with '/', so the container gets no traffic"}},
           {"dest with what would end a line of nginx.conf",
            WithHost("VIRTUAL_DEST", "/;}\nevil"),
            {},
            kOne,
            "-",
            {"!VIRTUAL_DEST: "}},
           {"dest of a regex",
            {{"VIRTUAL_HOST", "a.example"}, {"VIRTUAL_PATH", "~^/a"}, {"VIRTUAL_DEST", "/"}},
            {},
            kOne,
            "-",
            {"!VIRTUAL_DEST: VIRTUAL_DEST cannot replace what a regular expression matched"}},
           {"proto", WithHost("VIRTUAL_PROTO", "https"), {}, kOne, "a.example / 8000 https", {}},
           {"proto in capitals",
            WithHost("VIRTUAL_PROTO", "GRPC"),
            {},
            kOne,
            "a.example / 8000 grpc",
            {}},
           {"proto http", WithHost("VIRTUAL_PROTO", "http"), {}, kOne, "a.example / 8000", {}},
           {"proto empty", WithHost("VIRTUAL_PROTO", ""), {}, kOne, "a.example / 8000", {}},
           {"https needs no port of its own",
            WithHost("VIRTUAL_PROTO", "https"),
            {},
            {{80, "tcp"}, {443, "tcp"}},
            "a.example / 80 https",
            {}},
           {"fastcgi",
            WithHost("VIRTUAL_PROTO", "fastcgi"),
            {},
            kOne,
            "-",
            {"!VIRTUAL_PROTO: 'fastcgi' is spoken by nginx but not by Envoy"}},
           {"uwsgi", WithHost("VIRTUAL_PROTO", "uwsgi"), {}, kOne, "-", {"!VIRTUAL_PROTO: "}},
           {"proto misspelt",
            WithHost("VIRTUAL_PROTO", "htpps"),
            {},
            kOne,
            "-",
            {"!VIRTUAL_PROTO: 'htpps' is no protocol that a proxy speaks to containers, so the "
             "container gets no traffic (did you mean https?"}},
           {"external", WithHost("NETWORK_ACCESS", "external"), {}, kOne, "a.example / 8000", {}},
           {"internal",
            WithHost("NETWORK_ACCESS", "internal"),
            {},
            kOne,
            "a.example / 8000 internal",
            {}},
           {"access misspelt is not opened to everyone",
            WithHost("NETWORK_ACCESS", "intern"),
            {},
            kOne,
            "-",
            {"!NETWORK_ACCESS: 'intern' is neither internal nor external; so that nobody gets in"}},
           {"regular expressions",
            {{"VIRTUAL_HOST", "a.example,~^\\D+[0-9]\\.example$"}},
            {},
            kOne,
            "a.example,~^\\D+[0-9]\\.example$ / 8000",
            {}},
           {"regular expression of Perl",
            {{"VIRTUAL_HOST", "a.example,~^(?=x)"}},
            {},
            kOne,
            "a.example / 8000",
            {"!VIRTUAL_HOST: '~^(?=x)' is no regular expression of RE2"}},
       }) {
    Check(c);
  }
}

TEST(ParseRequest, ReadsMultiports) {
  const std::string word = "VIRTUAL_HOST_MULTIPORTS";
  for (const Case& c : std::vector<Case>{
           {"YAML",
            {{word,
              "b.example:\n  /: {port: 3000}\n  /api: {port: 8000, proto: grpc, dest: /v1}\n"
              "a.example:\n"}},
            {},
            kTwo,
            "a.example / 80; b.example / 3000; b.example /api 8000 grpc as /v1",
            {}},
           {"JSON",
            {{word, R"({"a.example": {"/": {"port": 3000}}})"}},
            {},
            kTwo,
            "a.example / 3000",
            {}},
           {"label", {}, {{"fairlead.multiports", "{a.example: }"}}, kOne, "a.example / 8000", {}},
           {"outranks the others",
            {{word, "{a.example: }"},
             {"VIRTUAL_HOST", "b.example"},
             {"VIRTUAL_PORT", "3000"},
             {"VIRTUAL_PATH", "/x"},
             {"VIRTUAL_PROTO", "https"}},
            {},
            kOne,
            "a.example / 8000",
            {}},
           {"host without paths but with ports",
            {{word, "{a.example: {external_http_port: 8081}}"}},
            {},
            kOne,
            "a.example / 8000",
            {}},
           {"no YAML",
            {{word, "{a: "}},
            {},
            kOne,
            "-",
            {"!" + word + ": " + word + " is neither YAML nor JSON (line "}},
           {"a list",
            {{word, "[a.example]"}},
            {},
            kOne,
            "-",
            {"!" + word + ": " + word + " is no map of hosts"}},
           {"one malformed host costs only itself",
            {{word, "{a.example: , b..example: }"}},
            {},
            kOne,
            "a.example / 8000",
            {"!" + word + ": 'b..example' has two dots"}},
           {"one malformed path costs only itself",
            {{word, "{a.example: {/: {port: 80a}, /b: }}"}},
            {},
            kOne,
            "a.example /b 8000",
            {"!" + word + ": " + word + " has '80a' as the port of 'a.example/'"}},
           {"neither path nor port",
            {{word, "{a.example: {api: {port: 1}, /: }}"}},
            {},
            kOne,
            "a.example / 8000",
            {"!" + word + ": " + word + " has 'api' below 'a.example', which is neither"}},
           {"a regular expression among paths",
            {{word, "{a.example: {'~^/x': {port: 1}, /: }}"}},
            {},
            kOne,
            "a.example / 8000",
            {"!" + word + ": " + word +
             " has '~^/x' below 'a.example', where regular expressions "
             "are not taken, so it is left out (write a prefix"}},
           {"a regular expression alone",
            {{word, "{a.example: {'~^/x': {port: 1}}}"}},
            {},
            kOne,
            "a.example / 8000",
            {"!" + word + ": " + word +
             " has '~^/x' below 'a.example', where regular expressions "
             "are not taken, so it is left out; without any path the host is served at / (write"}},
           {"no setting",
            {{word, "{a.example: {/: {prot: grpc}}}"}},
            {},
            kOne,
            "a.example / 8000",
            {"!" + word + ": " + word + " has 'prot' below 'a.example/', which is no setting"}},
           {"uwsgi",
            {{word, "{a.example: {/: {proto: uwsgi}}, b.example: }"}},
            {},
            kOne,
            "b.example / 8000",
            {"!" + word + ": 'uwsgi' is spoken by nginx but not by Envoy"}},
       }) {
    Check(c);
  }
  Problems problems;
  std::string many = "a.example:\n";
  for (int i = 0; i < 300; ++i) absl::StrAppend(&many, "  /", i, ":\n");
  const RoutingRequest request = ParseRequest(Container({{word, many}}, {}), "h1", problems);
  EXPECT_THAT(request.routes, SizeIs(kMostRoutes));
  EXPECT_THAT(problems, SizeIs(1));
  const RoutingRequest ports = ParseRequest(
      Container({{word, "{a.example: {external_http_port: 8081, external_https_port: 8444}}"},
                 {"EXTERNAL_HTTP_PORT", "9"},
                 {"HSTS", "off"}},
                {}),
      "h1", problems);
  EXPECT_EQ(ports.domains.at(0).settings.http_port, 8081);
  EXPECT_EQ(ports.domains.at(0).settings.https_port, 8444);
  EXPECT_EQ(ports.domains.at(0).settings.hsts, "");
}

// What a domain is asked, by the word that asks for it, in brackets.
std::string Domain(const Words& environment, const Words& labels, Problems& problems) {
  Words words = environment;
  words["VIRTUAL_HOST"] = "a.example";
  const RoutingRequest request = ParseRequest(Container(words, labels), "h1", problems);
  if (!request.published()) return "-";
  const DomainSettings& settings = request.domains.at(0).settings;
  const auto number = [](const char* name, const auto& value) {
    return value.has_value() ? absl::StrCat(name, "=", static_cast<int>(*value), " ") : "";
  };
  return absl::StrCat(
      number("http", settings.http_port), number("https", settings.https_port),
      settings.certificate.empty() ? "" : absl::StrCat("cert=", settings.certificate, " "),
      number("method", settings.https_method),
      settings.hsts.has_value() ? absl::StrCat("hsts=", *settings.hsts, " ") : "",
      settings.ssl_policy.empty() ? "" : absl::StrCat("policy=", settings.ssl_policy, " "),
      number("missing", settings.http_without_certificate), number("acme", settings.acme_challenge),
      number("redirect", settings.non_get_redirect), number("client", settings.client_certificates),
      number("default", settings.trust_default_certificate), number("http2", settings.http2),
      number("http3", settings.http3));
}

TEST(ParseRequest, ReadsWhatIsAskedOfADomain) {
  const std::string prefix = "com.github.nginx-proxy.nginx-proxy.";
  struct DomainCase {
    Words environment;
    Words labels;
    std::string asked;
    std::string problem;  // empty: none
  };
  for (const DomainCase& c : std::vector<DomainCase>{
           {{}, {}, "", ""},
           {{{"EXTERNAL_HTTP_PORT", "8081"}}, {}, "http=8081 ", ""},
           {{}, {{"fairlead.external-https-port", "8444"}}, "https=8444 ", ""},
           {{{"EXTERNAL_HTTP_PORT", "x"}}, {}, "", "'x' is not a port, so it counts as not set"},
           {{{"EXTERNAL_HTTP_PORT", ""}}, {}, "", ""},
           {{{"CERT_NAME", "shared"}}, {}, "cert=shared ", ""},
           {{{"CERT_NAME", "../key"}}, {}, "", "'../key' is no name"},
           {{{"HTTPS_METHOD", "noredirect"}}, {}, "method=1 ", ""},
           {{{"HTTPS_METHOD", "nohtttps"}}, {}, "", "is none of redirect, noredirect"},
           {{{"HSTS", "max-age=1; preload"}}, {}, "hsts=max-age=1; preload ", ""},
           {{{"HSTS", "off"}}, {}, "hsts= ", ""},
           {{{"HSTS", "max-age=1\r\nX: y"}}, {}, "", "is no value of a Strict-Transport"},
           {{{"SSL_POLICY", "Mozilla-Modern"}}, {}, "policy=Mozilla-Modern ", ""},
           {{{"SSL_POLICY", "AWS-TLS-1-2-2017-01"}}, {}, "policy=AWS-TLS-1-2-2017-01 ", ""},
           {{{"SSL_POLICY", "Mozilla-Old"}},
            {{"fairlead.ssl-policy", "Mozilla-Modern"}},
            "policy=Mozilla-Modern ",
            ""},
           {{{"SSL_POLICY", "Bogus-Policy"}},
            {},
            "",
            "'Bogus-Policy' is no policy of TLS, so it counts as not set (write one of"},
           {{{"SSL_POLICY", "mozilla-modern"}}, {}, "", "(did you mean Mozilla-Modern?)"},
           {{{"SSL_POLICY", "Modern"}}, {}, "", "(did you mean Mozilla-Modern?)"},
           {{{"SSL_POLICY", "AWS-TLS-1-2-2018-01"}}, {}, "", "(did you mean AWS-TLS-1-2-2017-01?)"},
           {{}, {{"fairlead.ssl-policy", "a/b; }"}}, "", "'a/b; }' is no policy of TLS"},
           {{{"ENABLE_HTTP_ON_MISSING_CERT", "false"}}, {}, "missing=0 ", ""},
           {{{"ENABLE_HTTP_ON_MISSING_CERT", "yes"}}, {}, "", "is neither true nor false"},
           {{{"ACME_HTTP_CHALLENGE_LOCATION", "legacy"}}, {}, "acme=0 ", ""},
           {{{"ACME_HTTP_CHALLENGE_LOCATION", "false"}}, {}, "acme=1 ", ""},
           {{}, {{prefix + "non-get-redirect", "308"}}, "redirect=308 ", ""},
           {{}, {{prefix + "non-get-redirect", "302"}}, "", "is no redirect that keeps"},
           {{}, {{prefix + "ssl_verify_client", "on"}}, "client=0 ", ""},
           {{}, {{prefix + "ssl_verify_client", "optional"}}, "client=1 ", ""},
           {{}, {{prefix + "ssl_verify_client", "optional_no_ca"}}, "client=2 ", ""},
           {{}, {{"fairlead.ssl-verify-client", "off"}}, "client=3 ", ""},
           {{}, {{prefix + "ssl_verify_client", "no"}}, "client=0 ", "is none of on, optional"},
           {{}, {{prefix + "ssl_verify_client", "on; evil"}}, "client=0 ", "is none of on, opt"},
           {{}, {{prefix + "trust-default-cert", "false"}}, "default=0 ", ""},
           {{}, {{prefix + "http2.enable", "false"}}, "http2=0 ", ""},
           {{}, {{prefix + "http2.enable", "yes"}}, "", "is neither true nor false"},
           {{}, {{prefix + "http3.enable", "false"}, {"fairlead.http3", "true"}}, "http3=1 ", ""},
       }) {
    Problems problems;
    EXPECT_EQ(Domain(c.environment, c.labels, problems), c.asked);
    ASSERT_EQ(problems.size(), c.problem.empty() ? 0u : 1u)
        << (problems.empty() ? c.problem : Shape(problems.front()));
    for (const Problem& problem : problems) EXPECT_THAT(Shape(problem), HasSubstr(c.problem));
  }
}

TEST(ParseRequest, ReadsNginxsWaysToBalance) {
  using Policy = LoadBalancing::Policy;
  using Key = LoadBalancing::Key;
  struct BalanceCase {
    const char* said;
    std::optional<LoadBalancing> balancing;
  };
  for (const BalanceCase& c : std::vector<BalanceCase>{
           {"round_robin;", LoadBalancing{}},
           {"least_conn;", LoadBalancing{Policy::kLeastRequest, {}, {}}},
           {"least_conn", LoadBalancing{Policy::kLeastRequest, {}, {}}},
           {"random two least_conn;", LoadBalancing{Policy::kLeastRequest, {}, {}}},
           {"random two;", LoadBalancing{Policy::kRandom, {}, {}}},
           {"ip_hash;", LoadBalancing{Policy::kHash, Key::kClientAddress, ""}},
           {"hash $remote_addr;", LoadBalancing{Policy::kHash, Key::kClientAddress, ""}},
           {"hash $request_uri consistent;", LoadBalancing{Policy::kHash, Key::kHeader, ":path"}},
           {"hash $http_x_user_id;", LoadBalancing{Policy::kHash, Key::kHeader, "x-user-id"}},
           {"hash ${cookie_Session}", LoadBalancing{Policy::kHash, Key::kCookie, "Session"}},
           {"hash $arg_user", LoadBalancing{Policy::kHash, Key::kQueryParameter, "user"}},
           {"hash $remote_addr$request_uri;", std::nullopt},
           {"hash;", std::nullopt},
           {"hash $cookie_;", std::nullopt},
           {"least_con;", std::nullopt},
           {"least_conn; } evil {", std::nullopt},
       }) {
    Problems problems;
    const RoutingRequest request =
        ParseRequest(Container(kHost, {{"com.github.nginx-proxy.nginx-proxy.loadbalance", c.said}}),
                     "h1", problems);
    EXPECT_TRUE(request.load_balancing == c.balancing.value_or(LoadBalancing())) << c.said;
    EXPECT_THAT(problems, SizeIs(c.balancing.has_value() ? 0 : 1)) << c.said;
  }
}

TEST(ParseRequest, ReadsWhetherConnectionsAreUsedAgain) {
  const std::string label = "fairlead.keepalive";
  const std::string nginx_proxys = "com.github.nginx-proxy.nginx-proxy.keepalive";
  struct KeepAliveCase {
    Words labels;
    bool keep_alive;
    std::string problem;  // empty: none
  };
  for (const KeepAliveCase& c : std::vector<KeepAliveCase>{
           {{}, true, ""},
           {{{label, ""}}, true, ""},
           {{{label, "auto"}}, true, ""},
           {{{label, "disabled"}}, false, ""},
           {{{label, "DISABLED"}}, false, ""},
           {{{nginx_proxys, "disabled"}}, false, ""},
           {{{label, "32"}}, true, ""},
           {{{label, "0"}}, true, ""},
           {{{label, "auto"}, {nginx_proxys, "disabled"}}, true, ""},
           {{{label, "disabled"}, {nginx_proxys, "32"}}, false, ""},
           {{{label, ""}, {nginx_proxys, "disabled"}}, false, ""},
           {{{label, "off"}}, true, "'off' is none of auto, disabled and a number"},
           {{{label, "-1"}}, true, "'-1' is none of"},
           {{{label, "4294967296"}}, true, "'4294967296' is none of"},
           {{{nginx_proxys, "disabled;"}}, true, "'disabled;' is none of"},
       }) {
    Problems problems;
    EXPECT_EQ(ParseRequest(Container(kHost, c.labels), "h1", problems).keep_alive, c.keep_alive);
    ASSERT_THAT(problems, SizeIs(c.problem.empty() ? 0 : 1)) << c.problem;
    for (const Problem& problem : problems) EXPECT_THAT(problem.what, HasSubstr(c.problem));
  }
}

// A word of the vocabulary in all of its spellings.
struct SpeltWord {
  std::string variable;           // empty: it has none
  std::string label;              // without "fairlead."
  std::string nginx_proxy_label;  // without its prefix; empty: it has none
  std::string value;              // asks for something that is no default
  std::string malformed;          // empty: any value will do
};

// VIRTUAL_ROOT and SERVER_TOKENS are known, and nothing follows from them.
bool IsHonoured(const SpeltWord& word) { return !word.malformed.empty(); }

const std::vector<SpeltWord>& Vocabulary() {
  static const auto* const words = new std::vector<SpeltWord>{
      {"VIRTUAL_HOST", "host", "", "b.example", "a..example"},
      {"VIRTUAL_PORT", "port", "", "9000", "80a"},
      {"VIRTUAL_PATH", "path", "", "/api", "api"},
      {"VIRTUAL_DEST", "dest", "", "/app", "app"},
      {"VIRTUAL_PROTO", "proto", "", "https", "fastcgi"},
      {"VIRTUAL_HOST_MULTIPORTS", "multiports", "", "{b.example: {/: {port: 9000}}}",
       "[b.example]"},
      {"EXTERNAL_HTTP_PORT", "external-http-port", "", "8081", "0"},
      {"EXTERNAL_HTTPS_PORT", "external-https-port", "", "8444", "0"},
      {"CERT_NAME", "cert-name", "", "shared", "../key"},
      {"HTTPS_METHOD", "https-method", "", "noredirect", "no"},
      {"NON_GET_REDIRECT", "non-get-redirect", "non-get-redirect", "308", "302"},
      {"HSTS", "hsts", "", "off", "60"},
      {"SSL_POLICY", "ssl-policy", "", "Mozilla-Modern", "../key"},
      {"ENABLE_HTTP_ON_MISSING_CERT", "enable-http-on-missing-cert", "", "false", "no"},
      {"ACME_HTTP_CHALLENGE_LOCATION", "acme-http-challenge-location", "", "false", "no"},
      {"NETWORK_ACCESS", "network-access", "", "internal", "intern"},
      {"", "ssl-verify-client", "ssl_verify_client", "optional", "no"},
      {"", "trust-default-cert", "trust-default-cert", "false", "no"},
      {"", "http2", "http2.enable", "false", "no"},
      {"", "http3", "http3.enable", "true", "yes"},
      {"", "loadbalance", "loadbalance", "least_conn", "least_con"},
      {"", "keepalive", "keepalive", "disabled", "off"},
      {"", "service", "", "other", "a b"},
      {"VIRTUAL_ROOT", "root", "", "/srv", ""},
      {"SERVER_TOKENS", "server-tokens", "", "on", ""},
  };
  return *words;
}

// The variable, our label, nginx-proxy's label: those that there are.
std::vector<std::string> SpellingsOf(const SpeltWord& word) {
  std::vector<std::string> spellings = {"fairlead." + word.label};
  if (!word.variable.empty()) spellings.push_back(word.variable);
  if (!word.nginx_proxy_label.empty()) {
    spellings.push_back("com.github.nginx-proxy.nginx-proxy." + word.nginx_proxy_label);
  }
  return spellings;
}

// What a container asks for that says these words, and a host by its variable.
RoutingRequest AskedWith(const Words& said, Problems& problems) {
  Words environment = kHost;
  Words labels;
  for (const auto& [word, value] : said) {
    (absl::StrContains(word, '.') ? labels : environment)[word] = value;
  }
  return ParseRequest(Container(environment, labels, {{8000, "tcp"}, {9000, "tcp"}}), "h1",
                      problems);
}

RoutingRequest AskedWith(const Words& said) {
  Problems problems;
  RoutingRequest request = AskedWith(said, problems);
  return request;
}

TEST(Vocabulary, EachSpellingOfAWordAsksForTheSame) {
  for (const SpeltWord& word : Vocabulary()) {
    const std::vector<std::string> spellings = SpellingsOf(word);
    const RoutingRequest asked = AskedWith({{spellings[0], word.value}});
    EXPECT_EQ(asked == AskedWith({}), !IsHonoured(word)) << word.label;
    for (const std::string& spelling : spellings) {
      Problems problems;
      EXPECT_TRUE(AskedWith({{spelling, word.value}}, problems) == asked) << spelling;
      std::erase_if(problems, [](const Problem& problem) {
        return problem.place.word == "VIRTUAL_PORT";  // none is asked for, of two
      });
      ASSERT_THAT(problems, SizeIs(IsHonoured(word) ? 0 : 1)) << spelling;
      for (const Problem& problem : problems) EXPECT_EQ(problem.place.word, spelling);
    }
  }
}

TEST(Vocabulary, EachSpellingOfAWordIsRefusedAlike) {
  for (const SpeltWord& word : Vocabulary()) {
    if (!IsHonoured(word)) continue;
    const std::vector<std::string> spellings = SpellingsOf(word);
    const RoutingRequest asked = AskedWith({{spellings[0], word.malformed}});
    for (const std::string& spelling : spellings) {
      Problems problems;
      EXPECT_TRUE(AskedWith({{spelling, word.malformed}}, problems) == asked) << spelling;
      std::erase_if(problems,
                    [&](const Problem& problem) { return problem.place.word != spelling; });
      ASSERT_THAT(problems, SizeIs(1)) << spelling;
      EXPECT_EQ(problems[0].severity, Problem::Severity::kError) << spelling;
    }
  }
}

TEST(Vocabulary, OurLabelWinsOverEveryOtherSpelling) {
  for (const SpeltWord& word : Vocabulary()) {
    const std::vector<std::string> spellings = SpellingsOf(word);
    for (const std::string& other : spellings) {
      if (other == spellings[0] || !IsHonoured(word)) continue;
      const RoutingRequest asked = AskedWith({{spellings[0], word.value}});
      EXPECT_TRUE(AskedWith({{spellings[0], word.value}, {other, word.malformed}}) == asked)
          << other;
      // One without a value counts as not set.
      EXPECT_TRUE(AskedWith({{spellings[0], ""}, {other, word.value}}) == asked) << other;
    }
  }
}

TEST(Vocabulary, NoWordIsLeftOut) {
  std::vector<std::string> variables;
  std::vector<std::string> labels;
  for (const SpeltWord& word : Vocabulary()) {
    if (!word.variable.empty()) variables.push_back(word.variable);
    labels.push_back(word.label);
  }
  EXPECT_THAT(variables, UnorderedElementsAreArray(kEnvironmentNames));
  EXPECT_THAT(labels, UnorderedElementsAreArray(LabelNames()));
}

TEST(ParseRequest, NamesWhatIsNotHonoured) {
  for (const Case& c : std::vector<Case>{
           {"nginx-proxy's labels",
            kHost,
            {{"com.github.nginx-proxy.nginx-proxy.keepalive", "auto"},
             {"com.github.nginx-proxy.nginx-proxy.debug-endpoint", "true"},
             {"com.github.nginx-proxy.nginx-proxy.keepalives", "4"},
             {"com.github.nginx-proxy.nginx-proxy.nginx", "yes"},
             {"com.github.nginx-proxy.nginx-proxy.x", ""}},
            kOne,
            "a.example / 8000",
            {"?com.github.nginx-proxy.nginx-proxy.debug-endpoint: "
             "com.github.nginx-proxy.nginx-proxy.debug-endpoint is ignored: there is no "
             "/nginx-proxy-debug (leave it out; `fairlead explain`",
             "?com.github.nginx-proxy.nginx-proxy.nginx: com.github.nginx-proxy.nginx-proxy.nginx "
             "is ignored: nothing needs to be told",
             "?com.github.nginx-proxy.nginx-proxy.keepalives: there is no label "
             "'com.github.nginx-proxy.nginx-proxy.keepalives', so it is ignored (did you mean "
             "com.github.nginx-proxy.nginx-proxy.keepalive?)",
             "?com.github.nginx-proxy.nginx-proxy.x: there is no label "
             "'com.github.nginx-proxy.nginx-proxy.x', so it is ignored (leave it out"}},
           {"what happens anyway",
            WithHost("SERVER_TOKENS", "off"),
            {{"com.github.nginx-proxy.nginx-proxy.debug-endpoint", "false"},
             {"com.github.nginx-proxy.nginx-proxy.nginx", ""}},
            kOne,
            "a.example / 8000",
            {}},
           {"unknown labels",
            kHost,
            {{"fairlead.prot", "8"},
             {"fairlead.", ""},
             {"fairlead.weight", "3"},
             {"fairlead.x\ny", ""},
             {"fairleads", ""}},
            kOne,
            "a.example / 8000",
            {"!fairlead.: there is no label 'fairlead.'",
             "!fairlead.prot: there is no label 'fairlead.prot', so it is ignored (did you mean "
             "fairlead.port?)",
             "!fairlead.weight: there is no label 'fairlead.weight', so it is ignored "
             "(docs/labels.md lists",
             "!fairlead.x?y: there is no label 'fairlead.x?y'"}},
       }) {
    Check(c);
  }
}

TEST(ParseRequest, EveryVariableOfTheVocabularyIsHonouredOrNamed) {
  for (const absl::string_view word : kEnvironmentNames) {
    if (word == "VIRTUAL_HOST" || word == "VIRTUAL_PORT" || word == "VIRTUAL_PATH") continue;
    Problems problems;
    ParseRequest(Container(WithHost(std::string(word), "x y"), {}), "h1", problems);
    EXPECT_THAT(problems, ElementsAre(Field(&Problem::place, Field(&Place::word, word))));
  }
}

TEST(ParseRequest, ReportsTenUnknownLabelsAndCountsTheRest) {
  Words labels;
  for (int i = 0; i < 1000; ++i) labels[absl::StrCat("fairlead.", i)] = "";
  Problems problems;
  ParseRequest(Container({}, labels), "h1", problems);
  ASSERT_THAT(problems, SizeIs(11));
  EXPECT_THAT(problems.back().what, HasSubstr("990 more labels"));
}

TEST(ParseRequest, NeverPublishesAOneOffContainer) {
  const Words one_off = {{"com.docker.compose.oneoff", "True"}, {"fairlead.hots", ""}};
  Problems problems;
  EXPECT_FALSE(ParseRequest(Container(kHost, one_off), "h1", problems).published());
  EXPECT_THAT(problems, ElementsAre(AllOf(Field(&Problem::what, HasSubstr("one-off")),
                                          Field(&Problem::severity, Problem::Severity::kNotice))));
  problems.clear();
  EXPECT_FALSE(ParseRequest(Container({}, one_off), "h1", problems).published());
  EXPECT_THAT(problems, IsEmpty());

  EXPECT_TRUE(
      ParseRequest(Container(kHost, {{"com.docker.compose.oneoff", "False"}}), "h1", problems)
          .published());
}

TEST(ParseRequest, SaysThatAnImagePublishesItsContainers) {
  const Words multiports = {{"VIRTUAL_HOST_MULTIPORTS", "{a.example: {}}"}};
  for (const auto& [words, labels, of_image, noted] :
       std::vector<std::tuple<Words, Words, std::vector<std::string>, std::string>>{
           {kHost, {}, {}, ""},
           {kHost, {}, {"VIRTUAL_HOST"}, "VIRTUAL_HOST"},
           {multiports, {}, {"VIRTUAL_HOST_MULTIPORTS"}, "VIRTUAL_HOST_MULTIPORTS"},
           {{}, {{"fairlead.host", "a.example"}}, {"fairlead.host"}, "fairlead.host"},
           // What wins is the container's own.
           {kHost, {{"fairlead.host", "b.example"}}, {"VIRTUAL_HOST"}, ""},
           {{{"VIRTUAL_HOST", ""}}, {}, {"VIRTUAL_HOST"}, ""},
       }) {
    v1::Container container = Container(words, labels);
    container.set_image("shop:1");
    for (const std::string& word : of_image) container.add_image_words(word);
    Problems problems;
    const bool published = ParseRequest(container, "h1", problems).published();
    if (noted.empty()) {
      EXPECT_THAT(problems, IsEmpty());
      continue;
    }
    EXPECT_TRUE(published);
    ASSERT_THAT(problems, SizeIs(1));
    EXPECT_EQ(problems[0].place.word, noted);
    EXPECT_EQ(problems[0].severity, Problem::Severity::kNotice);
    EXPECT_THAT(problems[0].what, HasSubstr(absl::StrCat("'shop:1', which itself sets ", noted)));
    EXPECT_THAT(problems[0].cure, HasSubstr(absl::StrCat(noted, ": \"\"")));
  }
}

TEST(ParseRequest, HostNetworkAndSharedNetworkSayNothingAboutExposedPorts) {
  for (const char* mode : {"host", "container:abc"}) {
    v1::Container container = Container(WithHost("VIRTUAL_PORT", "9000"), {});
    container.set_network_mode(mode);
    Problems problems;
    EXPECT_EQ(Asked(ParseRequest(container, "h1", problems)), "a.example / 9000");
    EXPECT_THAT(problems, IsEmpty());
  }
}

struct ServiceCase {
  const char* name;
  Words labels;
  std::string service;
  int problems;
};

TEST(ServiceName, IsTheLabelElseComposesElseTheContainers) {
  const std::string project = "com.docker.compose.project";
  const std::string service = "com.docker.compose.service";
  const ServiceCase cases[] = {
      {"label", {{"fairlead.service", "web"}, {project, "shop"}, {service, "w"}}, "web", 0},
      {"label with project", {{"fairlead.service", "shop/web"}}, "shop/web", 0},
      {"Compose", {{project, "shop"}, {service, "web"}}, "shop/web", 0},
      {"Compose v1 keeps odd names",
       {{project, "_shop-1"}, {service, "web.a_b-c"}},
       "_shop-1/web.a_b-c",
       0},
      {"only a project", {{project, "shop"}}, "shop-web-1", 0},
      {"neither", {}, "shop-web-1", 0},
      {"a label that is none",
       {{"fairlead.service", "a b"}, {project, "shop"}, {service, "web"}},
       "shop/web",
       1},
      {"two slashes", {{"fairlead.service", "a/b/c"}}, "shop-web-1", 1},
      {"a port", {{"fairlead.service", "web:80"}}, "shop-web-1", 1},
      {"a dot before the slash", {{"fairlead.service", "shop.example/api"}}, "shop-web-1", 1},
      {"a project with a dot", {{project, "shop.example"}, {service, "api"}}, "shop-web-1", 1},
      {"a service with a slash", {{project, "shop"}, {service, "a/b"}}, "shop-web-1", 1},
      {"too long", {{"fairlead.service", std::string(254, 'a')}}, "shop-web-1", 1},
      {"control characters", {{"fairlead.service", "a\x1b[1m"}}, "shop-web-1", 1},
  };
  for (const ServiceCase& c : cases) {
    Problems problems;
    EXPECT_EQ(ServiceName(Container({}, c.labels), Place{}, problems), c.service) << c.name;
    EXPECT_THAT(problems, SizeIs(c.problems)) << c.name;
  }
}

TEST(ServiceName, IsTheIdWhileThereIsNoName) {
  v1::Container container = Container({}, {});
  Problems problems;
  container.set_name("");
  EXPECT_EQ(ServiceName(container, Place{}, problems), "4f5a");
  container.set_name("a/b");
  EXPECT_EQ(ServiceName(container, Place{}, problems), "4f5a");
  container.set_id("a/b");
  EXPECT_EQ(ServiceName(container, Place{}, problems), "unnamed");
}

}  // namespace
}  // namespace fairlead
