#include "clients/compose/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/compose/example_project.h"

namespace fairlead {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

using Folders = std::map<std::string, std::vector<std::string>>;

v1::ComposeImport Import(const std::string& text, const Folders& folders = {}) {
  const auto project = ExampleProject(text);
  EXPECT_TRUE(project.ok()) << text << project.status();
  if (!project.ok()) return {};
  const auto import =
      ForeseeImport(*project, "/shop",
                    [&folders](const std::string& path) -> std::optional<std::vector<std::string>> {
                      const auto found = folders.find(path);
                      return found == folders.end() ? std::nullopt : std::optional(found->second);
                    });
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

TEST(Import, RolesOfImages) {
  const std::pair<const char*, ProxyRole> cases[] = {
      {"nginxproxy/nginx-proxy", ProxyRole::kProxy},
      {"nginxproxy/nginx-proxy:alpine", ProxyRole::kProxy},
      {"jwilder/nginx-proxy@sha256:0", ProxyRole::kProxy},
      {"ghcr.io/nginx-proxy/nginx-proxy:1.6", ProxyRole::kProxy},
      {"registry:5000/nginx-proxy", ProxyRole::kProxy},
      {"nginxproxy/docker-gen", ProxyRole::kGenerator},
      {"jwilder/docker-gen:0.10", ProxyRole::kGenerator},
      {"nginxproxy/acme-companion", ProxyRole::kCompanion},
      {"jrcs/letsencrypt-nginx-proxy-companion", ProxyRole::kCompanion},
      {"nginx", ProxyRole::kNone},
      {"my/nginx-proxy-fork", ProxyRole::kNone},
      {"", ProxyRole::kNone},
  };
  for (const auto& [image, role] : cases) EXPECT_EQ(RoleOfImage(image), role) << image;
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
      {"HTTP_PORT: none", "NOT_SUPPORTED 3 proxy HTTP_PORT: HTTP_PORT=none is no port; write"},
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
      {"TZ: Europe/Rome", "DIFFERENT 3 proxy TZ: no variable of nginx-proxy's"},
      {"TRUST_DOWNSTREAM_PROXY: ''",
       "DIFFERENT 2 proxy TRUST_DOWNSTREAM_PROXY: TRUST_DOWNSTREAM_PROXY is not set: "},
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
       "DIFFERENT 5 proxy /etc/nginx/vhost.d: if the volume has any files: "},
      {"./my.conf:/etc/nginx/conf.d/my.conf",
       "NOT_SUPPORTED 5 proxy /etc/nginx/conf.d/my.conf: /etc/nginx/conf.d is not read: "},
      {"./my.conf:/etc/nginx/conf.d/my.conf", "(there: my.conf)"},
      {"./nginx.tmpl:/app/nginx.tmpl", "NOT_SUPPORTED 5 proxy /app/nginx.tmpl: "},
      {"html:/usr/share/nginx/html",
       "SAME 5 proxy /usr/share/nginx/html/errors/50x.html: if the volume has it: read"},
      {"html:/usr/share/nginx/html",
       "SAME 5 proxy /usr/share/nginx/html/.well-known: if the volume has it: "},
      {"./htpasswd:/etc/nginx/htpasswd:ro", "SAME 5 proxy /etc/nginx/htpasswd: read"},
      {"logs:/var/log/nginx", "DIFFERENT 5 proxy /var/log/nginx: nothing reads it"},
  };
  for (const auto& c : cases) {
    const auto findings =
        FindingsOf(Import(ProxyWith(absl::StrCat("    volumes: ['", c.mount, "']\n")), folders));
    EXPECT_THAT(findings, Contains(HasSubstr(c.finding))) << c.mount;
  }
  EXPECT_THAT(FindingsOf(Import(ProxyWith("    volumes: ['./html:/usr/share/nginx/html']\n"))),
              Not(Contains(HasSubstr("50x"))));
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
      "  acme: {image: nginxproxy/acme-companion}\n"
      "  shop: {image: x, environment: [VIRTUAL_HOST=s.example, LETSENCRYPT_HOST=s.example]}\n"));
  EXPECT_EQ(import.verdict(), v1::ComposeImport::READ_FIRST);
  const auto findings = FindingsOf(import);
  EXPECT_THAT(findings, Contains(StartsWith("SAME 9 acme nginxproxy/acme-companion: ")));
  EXPECT_THAT(findings, Contains(StartsWith("DIFFERENT 10 shop LETSENCRYPT_HOST: ")));
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
