#include "clients/compose/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "clients/compose/example_project.h"

namespace fairlead {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Folders = std::map<std::string, std::vector<std::string>>;

using Texts = std::map<std::string, std::string>;

v1::ComposeImport Import(const std::string& text, const Folders& folders = {},
                         const Texts& texts = {}) {
  const auto project = ExampleProject(text);
  EXPECT_TRUE(project.ok()) << text << project.status();
  if (!project.ok()) return {};
  LocalFiles files;
  files.names_in = [&folders](const std::string& path) -> std::optional<std::vector<std::string>> {
    const auto found = folders.find(path);
    return found == folders.end() ? std::nullopt : std::optional(found->second);
  };
  files.content_of = [&texts](const std::string& path) -> std::optional<std::string> {
    const auto found = texts.find(path);
    return found == texts.end() ? std::nullopt : std::optional(found->second);
  };
  const auto import = ForeseeImport(*project, "/shop", files);
  EXPECT_TRUE(import.ok()) << import.status();
  return import.ok() ? *import : v1::ComposeImport();
}

// "SAME 3 proxy HTTP_PORT: honoured".
std::vector<std::string> FindingsOf(const v1::ComposeImport& import) {
  std::vector<std::string> findings;
  for (const v1::ImportFinding& finding : import.findings()) {
    findings.push_back(absl::StrCat(v1::ImportFinding::Kind_Name(finding.kind()), " ",
                                    finding.line(), " ", finding.service(), " ", finding.word(),
                                    ": ", finding.what()));
  }
  return findings;
}

constexpr char kLeast[] =
    "services:\n"
    "  proxy:\n"
    "    image: nginxproxy/nginx-proxy:1.6\n"
    "    volumes: ['/var/run/docker.sock:/tmp/docker.sock:ro']\n"
    "    environment: [TRUST_DOWNSTREAM_PROXY=false]\n"
    "  web:\n"
    "    image: my/web\n"
    "    environment: [VIRTUAL_HOST=web.example, VIRTUAL_PORT=8000, PASSWORD=x]\n";

TEST(Import, WhereOnlyTheImageChanges) {
  const auto import = Import(kLeast);
  EXPECT_EQ(import.verdict(), v1::ComposeImport::SAME);
  EXPECT_THAT(FindingsOf(import),
              ElementsAre("CHANGE 3 proxy nginxproxy/nginx-proxy:1.6: image: fairlead-drop-in",
                          "SAME 5 proxy TRUST_DOWNSTREAM_PROXY: honoured",
                          "SAME 4 proxy /tmp/docker.sock: read",
                          "SAME 6 web VIRTUAL_HOST, VIRTUAL_PORT: honoured"));
}

TEST(Import, WithoutAProxy) {
  const auto import = Import("services: {web: {image: nginx, environment: [VIRTUAL_HOST=a]}}");
  EXPECT_EQ(import.verdict(), v1::ComposeImport::NO_PROXY);
  EXPECT_THAT(import.findings(), IsEmpty());
}

// Beside the socket's mount, so that nothing is to be changed but the image.
std::string ProxyWith(const std::string& more) {
  return absl::StrCat(
      "services:\n  proxy:\n    image: jwilder/nginx-proxy\n"
      "    environment: {DOCKER_HOST: 'tcp://engine', TRUST_DOWNSTREAM_PROXY: 'false'}\n",
      more);
}

TEST(Import, Variables) {
  const struct {
    const char* variable;
    const char* finding;
  } cases[] = {
      {"HTTP_PORT: 8080", "SAME 3 proxy HTTP_PORT: honoured"},
      {"HTTP_PORT: none",
       "NOT_SUPPORTED 3 proxy HTTP_PORT: the container ends at its start: HTTP_PORT=none is no"},
      {"DEFAULT_HOST: a.example", "SAME 3 proxy DEFAULT_HOST: honoured"},
      {"ENABLE_HTTP3: 'true'", "SAME 3 proxy ENABLE_HTTP3: honoured"},
      {"PREFER_IPV6_NETWORK: 'true'",
       "NOT_SUPPORTED 3 proxy PREFER_IPV6_NETWORK: PREFER_IPV6_NETWORK=true is not supported: "},
      {"ENABLE_HTTP3: 'false'", "SAME 3 proxy ENABLE_HTTP3: honoured"},
      {"SHA1_UPSTREAM_NAME: 'true'",
       "SAME 3 proxy SHA1_UPSTREAM_NAME: SHA1_UPSTREAM_NAME=true has no effect: "},
      {"LOG_FORMAT: x", "NOT_SUPPORTED 3 proxy LOG_FORMAT: "},
      {"LOG_JSON: ", ""},
      {"LOG_JSON: ''", "SAME 3 proxy LOG_JSON: empty, so it counts as not set"},
      {"TZ: Europe/Rome", "SAME 3 proxy TZ: no variable of nginx-proxy's: nothing reads it"},
      {"FAIRLEAD_HOST_ID: a", "SAME 3 proxy FAIRLEAD_HOST_ID: a setting of Fairlead's"},
      {"TRUST_DOWNSTREAM_PROXY: ''",
       "CHANGE 2 proxy TRUST_DOWNSTREAM_PROXY: TRUST_DOWNSTREAM_PROXY is not set: "},
      {"HTTP_PORT: 443",
       "NOT_SUPPORTED 3 proxy HTTP_PORT: the container ends at its start: HTTP_PORT and HTTPS_PORT "
       "are both 443"},
      {"HTTP_PORT: 443, HTTPS_PORT: 80", "SAME 3 proxy HTTP_PORT: honoured"},
      {"HTTP_PORT: 81, HTTPS_PORT: 81", "NOT_SUPPORTED 2 proxy environment: the container ends"},
      {"SSL_POLICY: Mozilla-Modern", "SAME 3 proxy SSL_POLICY: honoured"},
      {"SSL_POLICY: Modern",
       "NOT_SUPPORTED 3 proxy SSL_POLICY: SSL_POLICY=Modern is refused, so "
       "the container ends at its start"},
      {"HSTS: nonsense", "NOT_SUPPORTED 3 proxy HSTS: HSTS=nonsense is refused, so the container"},
      {"HTTPS_METHOD: x", "NOT_SUPPORTED 3 proxy HTTPS_METHOD: HTTPS_METHOD=x is refused, so the"},
      {"NON_GET_REDIRECT: 302",
       "NOT_SUPPORTED 3 proxy NON_GET_REDIRECT: NON_GET_REDIRECT=302 is refused, so the"},
      {"DOCKER_HOST: 'ftp://x'",
       "NOT_SUPPORTED 3 proxy DOCKER_HOST: DOCKER_HOST=ftp://x is refused, so the container ends"},
      {"DOCKER_HOST: 'tcp://engine:2375'", "SAME 3 proxy DOCKER_HOST: honoured"},
      {"DEFAULT_HOST: 'a b{'",
       "NOT_SUPPORTED 3 proxy DEFAULT_HOST: DEFAULT_HOST=a b{ is refused, so the"},
      {"CERT_NAME: ../x", "SAME 3 proxy CERT_NAME: no variable of nginx-proxy's"},
  };
  for (const auto& c : cases) {
    const auto findings = FindingsOf(Import(absl::StrCat(
        "services:\n  proxy:\n    environment: {", c.variable, "}\n    image: nginx-proxy\n")));
    if (*c.finding == '\0') {
      EXPECT_THAT(findings, Not(Contains(HasSubstr("LOG_JSON")))) << c.variable;
    } else {
      EXPECT_THAT(findings, Contains(StartsWith(c.finding))) << c.variable;
    }
  }
}

TEST(Import, Mounts) {
  const Folders folders = {{"/shop/./vhost.d", {"a.example", "default"}},
                           {"/shop/./empty", {}},
                           {"/shop/./html/errors/50x.html", {}}};
  const struct {
    const char* mount;
    const char* finding;
  } cases[] = {
      {"./vhost.d:/etc/nginx/vhost.d:ro",
       "NOT_SUPPORTED 5 proxy /etc/nginx/vhost.d: /etc/nginx/vhost.d is not read: "},
      {"./vhost.d:/etc/nginx/vhost.d:ro", "(there: a.example, default)"},
      {"./empty:/etc/nginx/vhost.d", "SAME 5 proxy /etc/nginx/vhost.d: there is nothing in it"},
      {"vhost:/etc/nginx/vhost.d",
       "CHANGE 5 proxy /etc/nginx/vhost.d: look for files of your own in the volume: "},
      {"dh:/etc/nginx/dhparam", "SAME 5 proxy /etc/nginx/dhparam: "},
      {"./dh:/etc/nginx/dhparam", "SAME 5 proxy /etc/nginx/dhparam: "},
      {"./my.conf:/etc/nginx/conf.d/my.conf",
       "NOT_SUPPORTED 5 proxy /etc/nginx/conf.d/my.conf: /etc/nginx/conf.d is not read: "},
      {"./my.conf:/etc/nginx/conf.d/my.conf", "(there: my.conf)"},
      {"./nginx.tmpl:/app/nginx.tmpl", "NOT_SUPPORTED 5 proxy /app/nginx.tmpl: "},
      {"html:/usr/share/nginx/html",
       "SAME 5 proxy /usr/share/nginx/html/errors/50x.html: if the volume has it: read"},
      {"html:/usr/share/nginx/html",
       "SAME 5 proxy /usr/share/nginx/html/.well-known: if the volume has it: read"},
      {"./htpasswd:/etc/nginx/htpasswd:ro", "SAME 5 proxy /etc/nginx/htpasswd: read"},
      {"logs:/var/log/nginx", "DIFFERENT 5 proxy /var/log/nginx: no log is written to files"},
      {"./x.conf:/etc/nginx/x.conf", "DIFFERENT 5 proxy /etc/nginx/x.conf: nothing reads it"},
      {"/etc/localtime:/etc/localtime:ro",
       "SAME 5 proxy /etc/localtime: nothing of nginx-proxy's: nothing reads it"},
  };
  for (const auto& c : cases) {
    const auto findings =
        FindingsOf(Import(ProxyWith(absl::StrCat("    volumes: ['", c.mount, "']\n")), folders));
    EXPECT_THAT(findings, Contains(HasSubstr(c.finding))) << c.mount;
  }
  EXPECT_THAT(FindingsOf(Import(ProxyWith("    volumes: ['./html:/usr/share/nginx/html']\n"))),
              Not(Contains(HasSubstr("50x"))));
}

TEST(Import, WhatIsInNginxsFiles) {
  const Folders folders = {{"/shop/./vhost.d", {"a.example", "default"}},
                           {"/shop/./big", {"one", "two"}}};
  const Texts texts = {
      {"/shop/./vhost.d/a.example", "client_max_body_size 1g;\n"},
      {"/shop/./vhost.d/default", "# none\n"},
      {"/shop/./big/one", "client_max_body_size 1g;\n"},
      {"/shop/./my.conf", "client_max_body_size 0;\nproxy_read_timeout 1h;\nmap $x $y { a b; }\n"},
      {"/shop/./certs", "key_that_nobody_reads 1;"}};
  const struct {
    const char* mount;
    const char* finding;
    const char* instead;
  } cases[] = {
      {"./vhost.d:/etc/nginx/vhost.d",
       "SAME 5 proxy /etc/nginx/vhost.d: not needed: client_max_body_size (bodies of requests", ""},
      {"./big:/etc/nginx/vhost.d",
       "NOT_SUPPORTED 5 proxy /etc/nginx/vhost.d: ", "; without effect: what cannot be read here"},
      {"./my.conf:/etc/nginx/conf.d/my.conf:ro",
       "NOT_SUPPORTED 5 proxy /etc/nginx/conf.d/my.conf: ",
       "not needed: client_max_body_size (bodies of requests have no limit); without effect: a, "
       "map, proxy_read_timeout (an answer may take"},
      {"./certs:/etc/nginx/certs", "SAME 5 proxy /etc/nginx/certs: read", ""},
  };
  for (const auto& c : cases) {
    const auto import =
        Import(ProxyWith(absl::StrCat("    volumes: ['", c.mount, "']\n")), folders, texts);
    const auto findings = FindingsOf(import);
    const auto found = std::find_if(
        findings.begin(), findings.end(),
        [&](const std::string& finding) { return absl::StartsWith(finding, c.finding); });
    ASSERT_NE(found, findings.end()) << c.mount;
    EXPECT_THAT(import.findings(static_cast<int>(found - findings.begin())).instead(),
                HasSubstr(c.instead))
        << c.mount;
  }
}

TEST(Import, WhatHasToBeAdded) {
  const auto findings =
      FindingsOf(Import("services:\n  proxy:\n    image: nginx-proxy\n    read_only: true\n"));
  EXPECT_THAT(findings,
              Contains("CHANGE 2 proxy volumes: add - /var/run/docker.sock:/tmp/docker.sock:ro, by "
                       "which it sees the containers"));
  EXPECT_THAT(findings, Contains("CHANGE 2 proxy read_only: add tmpfs: [/run, "
                                 "/var/lib/fairlead], where it writes"));
}

TEST(Import, WhatHasToBeTakenOut) {
  const auto findings = FindingsOf(
      Import("services:\n  proxy:\n    image: nginx-proxy\n    build: .\n    user: nginx\n"
             "    entrypoint: [sh]\n    command: forego start\n"
             "    healthcheck: {test: [CMD, /usr/bin/curl, '-f', localhost]}\n"));
  for (const char* finding :
       {"CHANGE 4 proxy build: take it out: ", "CHANGE 5 proxy user: take it out: ",
        "CHANGE 6 proxy entrypoint: take it out: ", "CHANGE 7 proxy command: take it out: ",
        "CHANGE 8 proxy healthcheck: write another one: the image has no /usr/bin/curl, nor"}) {
    EXPECT_THAT(findings, Contains(StartsWith(finding)));
  }
  const std::pair<const char*, const char*> checks[] = {
      {"{test: 'curl localhost'}", "the image has no sh, nor"},
      {"{test: [CMD-SHELL, 'curl localhost']}", "the image has no sh, nor"},
      {"{test: [NONE]}", ""},
      {"{disable: true, test: [CMD, curl]}", ""},
      {"{interval: 1s}", ""},
      {"{test: [CMD, fairlead, hosts]}", ""},
      {"{test: [CMD, /usr/local/bin/fairlead, hosts]}", ""},
  };
  for (const auto& [check, finding] : checks) {
    const auto found = FindingsOf(Import(
        absl::StrCat("services:\n  proxy: {image: nginx-proxy, healthcheck: ", check, "}\n")));
    if (*finding == '\0') {
      EXPECT_THAT(found, Not(Contains(HasSubstr("healthcheck")))) << check;
    } else {
      EXPECT_THAT(found, Contains(HasSubstr(finding))) << check;
    }
  }
}

TEST(Import, WhereContainersAreTreatedOtherwise) {
  const auto differences = [](const std::string& proxy, const std::string& web) {
    std::vector<std::string> found;
    for (const std::string& finding : FindingsOf(Import(
             absl::StrCat("services:\n  proxy: {image: nginx-proxy", proxy, "}\n  web: {image: x",
                          web, "}\nnetworks: {front: , back: }\n")))) {
      if (!absl::StartsWith(finding, "SAME") && !absl::StartsWith(finding, "CHANGE")) {
        found.push_back(finding);
      }
    }
    return found;
  };
  const std::string host = ", environment: [VIRTUAL_HOST=a.example, VIRTUAL_PORT=80]";
  const std::string check = ", healthcheck: {test: [CMD, x]}";
  const std::string on_host = ", network_mode: host";
  EXPECT_THAT(differences("", host), IsEmpty());
  EXPECT_THAT(differences("", check), IsEmpty());
  EXPECT_THAT(differences("", host + check),
              ElementsAre(StartsWith("DIFFERENT 3 web healthcheck: until it passes")));
  EXPECT_THAT(differences("", host + on_host), IsEmpty());
  EXPECT_THAT(differences(on_host, host), IsEmpty());
  EXPECT_THAT(differences(on_host, host + on_host),
              ElementsAre(StartsWith("DIFFERENT 3 web network_mode: it is asked at an address")));
  EXPECT_THAT(differences(", networks: [front]", host + ", networks: [back]"),
              ElementsAre(StartsWith("NOT_SUPPORTED 3 web networks: it shares no network with")));
}

TEST(Import, LabelsThatAreNotKnownAreNotHonoured) {
  const auto findings = FindingsOf(
      Import(absl::StrCat(kLeast,
                          "    labels:\n"
                          "      com.github.nginx-proxy.nginx-proxy.keepalive: auto\n"
                          "      com.github.nginx-proxy.nginx-proxy.keepalives: 3\n"
                          "      com.github.nginx-proxy.nginx-proxy.debug-endpoint: 'true'\n"
                          "      fairlead.hots: a\n")));
  EXPECT_THAT(findings, Contains("SAME 6 web VIRTUAL_HOST, VIRTUAL_PORT, "
                                 "com.github.nginx-proxy.nginx-proxy.keepalive: honoured"));
  for (const char* finding :
       {"DIFFERENT 11 web com.github.nginx-proxy.nginx-proxy.keepalives: there is no label",
        "DIFFERENT 12 web com.github.nginx-proxy.nginx-proxy.debug-endpoint: ",
        "NOT_SUPPORTED 13 web fairlead.hots: there is no label"}) {
    EXPECT_THAT(findings, Contains(StartsWith(finding)));
  }
}

TEST(Import, DockerGenInAContainerOfItsOwn) {
  const auto import = Import(
      "services:\n"
      "  nginx: {image: 'nginx:1', volumes: ['conf:/etc/nginx/conf.d']}\n"
      "  gen: {image: nginxproxy/docker-gen, volumes_from: [nginx]}\n"
      "  page: {image: nginx}\n");
  const auto findings = FindingsOf(import);
  EXPECT_THAT(findings, Contains("CHANGE 2 nginx nginx:1: image: fairlead-drop-in"));
  EXPECT_THAT(findings, Contains(StartsWith("CHANGE 3 gen nginxproxy/docker-gen: take this service "
                                            "out")));
  EXPECT_THAT(findings, Not(Contains(HasSubstr(" page "))));
}

TEST(Import, TheCompanion) {
  const auto import = Import(absl::StrCat(
      kLeast,
      "  acme: {image: nginxproxy/acme-companion, environment: [DEFAULT_EMAIL=a@b, X=y]}\n"
      "  shop: {image: x, environment: [VIRTUAL_HOST=s.example, LETSENCRYPT_HOST=s.example, "
      "ACMESH_DNS_API_CONFIG=x, DEFAULT_EMAIL=x]}\n"));
  EXPECT_EQ(import.verdict(), v1::ComposeImport::SAME);
  const auto findings = FindingsOf(import);
  for (const char* finding :
       {"SAME 9 acme nginxproxy/acme-companion: goes on as before: ",
        "SAME 9 acme DEFAULT_EMAIL: acme-companion reads it: whom the authority writes to",
        "SAME 10 shop LETSENCRYPT_HOST: acme-companion reads it: which hosts it gets a",
        "SAME 10 shop ACMESH_DNS_API_CONFIG: acme-companion reads it: how it writes DNS-01"}) {
    EXPECT_THAT(findings, Contains(StartsWith(finding)));
  }
  EXPECT_THAT(findings, Not(Contains(HasSubstr("shop DEFAULT_EMAIL"))));
  EXPECT_THAT(findings, Not(Contains(HasSubstr("acme X"))));
}

// The companion may be in another file.
TEST(Import, ACertificateThatHasToBeStapled) {
  const auto with = [](const char* value) {
    return FindingsOf(Import(absl::StrCat(
        kLeast, "  shop: {image: x, environment: {VIRTUAL_HOST: s.example, ACME_OCSP: '", value,
        "'}}\n")));
  };
  EXPECT_THAT(with("true"), Contains(AllOf(StartsWith("NOT_SUPPORTED 9 shop ACME_OCSP: "),
                                           HasSubstr("are not stapled"))));
  EXPECT_THAT(with("false"), Contains(StartsWith("SAME 9 shop ACME_OCSP: ")));
}

TEST(Import, TheCompanionWithoutDockerGen) {
  const auto findings = FindingsOf(
      Import("services:\n"
             "  nginx: {image: 'nginx:1', volumes: ['conf:/etc/nginx/conf.d'], labels: "
             "[com.github.jrcs.letsencrypt_nginx_proxy_companion.nginx_proxy]}\n"
             "  gen: {image: docker-gen, labels: "
             "[com.github.jrcs.letsencrypt_nginx_proxy_companion.docker_gen]}\n"
             "  acme: {image: acme-companion, environment: [NGINX_DOCKER_GEN_CONTAINER=gen]}\n"));
  EXPECT_THAT(
      findings,
      Contains("SAME 2 nginx com.github.jrcs.letsencrypt_nginx_proxy_companion.nginx_proxy: "
               "acme-companion finds the proxy by it"));
  EXPECT_THAT(findings, Contains("CHANGE 4 acme NGINX_DOCKER_GEN_CONTAINER: write the name of the "
                                 "container of nginx: that of docker-gen is taken out"));
  const auto import = Import(
      "services:\n  gen: {image: docker-gen, labels: [a.docker_gen]}\n"
      "  proxy: {image: nginx-proxy}\n");
  EXPECT_THAT(import.findings(0).instead(),
              "give its label a.docker_gen, by which acme-companion finds it, to proxy");
}

TEST(Import, TheContainersWords) {
  const auto import = Import(
      absl::StrCat(kLeast,
                   "  old: {image: x, environment: [VIRTUAL_HOST=o.example, VIRTUAL_PROTO=uwsgi]}\n"
                   "  root: {image: x, environment: [VIRTUAL_HOST=r.example, VIRTUAL_ROOT=/x]}\n"));
  EXPECT_EQ(import.verdict(), v1::ComposeImport::READ_FIRST);
  const auto findings = FindingsOf(import);
  EXPECT_THAT(findings, Contains(StartsWith("NOT_SUPPORTED 9 old VIRTUAL_PROTO: ")));
  EXPECT_THAT(findings, Contains("SAME 9 old VIRTUAL_HOST: honoured"));
  EXPECT_THAT(findings, Contains(StartsWith("DIFFERENT 10 root VIRTUAL_ROOT: ")));
}

}  // namespace
}  // namespace fairlead
