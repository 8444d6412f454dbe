#include "clients/compose/forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "clients/compose/example_project.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

v1::ComposeCheck Check(const std::string& text,
                       const std::map<std::string, std::string>& variables = {}) {
  const auto project = ExampleProject(text, variables);
  EXPECT_TRUE(project.ok()) << text << project.status();
  if (!project.ok()) return {};
  const auto check = Forecast(*project);
  EXPECT_TRUE(check.ok()) << check.status();
  return check.ok() ? *check : v1::ComposeCheck();
}

// "web: a.example/ http > shop/web:80 80 (the default)".
std::vector<std::string> RoutesOf(const v1::ComposeCheck& check) {
  std::vector<std::string> routes;
  for (const v1::CheckedService& service : check.services()) {
    for (const v1::ForeseenRoute& route : service.routes()) {
      routes.push_back(
          absl::StrCat(service.name(), ": ", route.host(), route.path(), " ", route.protocol(),
                       route.http_port() == 0 ? "" : absl::StrCat(" at ", route.http_port()),
                       route.https_method().empty() ? "" : " ", route.https_method(),
                       route.internal() ? " internal" : "",
                       route.destination().empty() ? "" : " to ", route.destination(), " > ",
                       route.cluster(), " ", route.port(), " (", route.port_reason(), ")"));
    }
  }
  return routes;
}

// "ERROR 4 web VIRTUAL_PORT: what".
std::vector<std::string> ProblemsIn(const v1::ComposeCheck& check) {
  std::vector<std::string> problems;
  for (const v1::ComposeProblem& problem : check.problems()) {
    problems.push_back(
        absl::StrCat(problem.problem().severity() == v1::Problem::ERROR ? "ERROR " : "NOTICE ",
                     problem.line(), " ", problem.problem().service(), " ",
                     problem.problem().word(), ": ", problem.problem().what()));
  }
  return problems;
}

TEST(Forecast, Routes) {
  const struct {
    const char* service;  // behind "web: "
    std::vector<std::string> routes;
  } cases[] = {
      {"{image: x}", {}},
      {"{environment: {VIRTUAL_HOST: a.example}}",
       {"web: a.example/ http > shop/web:80 80 (the default)"}},
      {"{environment: {VIRTUAL_HOST: 'b.example,a.example', VIRTUAL_PORT: 8000}, scale: 3}",
       {"web: a.example/ http > shop/web:8000 8000 (VIRTUAL_PORT)",
        "web: b.example/ http > shop/web:8000 8000 (VIRTUAL_PORT)"}},
      {"{labels: {fairlead.host: a.example, fairlead.port: 8000, fairlead.service: other/name}}",
       {"web: a.example/ http > other/name:8000 8000 (fairlead.port)"}},
      {"{environment: [VIRTUAL_HOST=a.example], expose: [8000]}",
       {"web: a.example/ http > shop/web:8000 8000 (the only exposed port)"}},
      {"{environment: [VIRTUAL_HOST=a.example, VIRTUAL_PATH=/api, VIRTUAL_DEST=/, "
       "VIRTUAL_PROTO=grpc, NETWORK_ACCESS=internal, EXTERNAL_HTTP_PORT=8081, "
       "HTTPS_METHOD=nohttp]}",
       {"web: a.example/api grpc at 8081 nohttp internal to / > shop/web:80 80 (the default)"}},
      {"{environment: {VIRTUAL_HOST_MULTIPORTS: '{a.example: {/: {port: 1}, /b: {}}}'}}",
       {"web: a.example/b http > shop/web:80 80 (the default)",
        "web: a.example/ http > shop/web:1 1 (VIRTUAL_HOST_MULTIPORTS)"}},
      {"{environment: [VIRTUAL_HOST=a.example, VIRTUAL_PORT=8000], network_mode: host}",
       {"web: a.example/ http > shop/web:8000 8000 (VIRTUAL_PORT)"}},
      {"{environment: [VIRTUAL_HOST=a.example], scale: 0}", {}},
  };
  for (const auto& c : cases) {
    const auto check = Check(absl::StrCat("services:\n  web: ", c.service, "\n"));
    EXPECT_EQ(RoutesOf(check), c.routes) << c.service;
    EXPECT_THAT(ProblemsIn(check), IsEmpty()) << c.service;
  }
}

TEST(Forecast, WhatIsWrongAndWhere) {
  const struct {
    const char* text;
    const char* problem;
  } cases[] = {
      {"services:\n  web:\n    environment:\n      VIRTUAL_HOST: a.example\n      VIRTUAL_PORT: "
       "80a\n",
       "ERROR 5 web VIRTUAL_PORT: '80a' is not a port, so the container gets no traffic"},
      {"services:\n  web:\n    environment:\n    - VIRTUAL_HOST=a.example\n    - "
       "VIRTUAL_PORT=${PORT:-}\n",
       "NOTICE 5 web VIRTUAL_PORT: VIRTUAL_PORT is empty, so it counts as not set"},
      {"services:\n  web:\n    labels:\n      fairlead.host: a.example\n      fairlead.prot: 80\n",
       "ERROR 5 web fairlead.prot: there is no label 'fairlead.prot'"},
      {"services:\n  web:\n    environment: ['VIRTUAL_HOST=~^(a{1000}){1000}$$']\n",
       "ERROR 3 web VIRTUAL_HOST: "},
      {"services:\n  web:\n    environment: ['VIRTUAL_HOST=~(?!a)']\n",
       "ERROR 3 web VIRTUAL_HOST: "},
      {"services:\n  web:\n    environment: [VIRTUAL_HOST=a.example, VIRTUAL_PROTO=fastcgi]\n",
       "ERROR 3 web VIRTUAL_PROTO: "},
      {"services:\n  web:\n    environment: [VIRTUAL_HOST=a.example, VIRTUAL_PATH=api]\n",
       "ERROR 3 web VIRTUAL_PATH: "},
      {"services:\n  web:\n    environment: [VIRTUAL_PORT=80]\n",
       "NOTICE 3 web VIRTUAL_PORT: VIRTUAL_PORT is set but no host is asked for"},
      {"services:\n  web:\n    environment: [VIRTUAL_HOST=a.example]\n    network_mode: none\n",
       "ERROR 2 web : no reachable address: it has no network"},
      {"services:\n  web:\n    environment: [VIRTUAL_HOST=a.example]\n    ports: ['81', '82']\n",
       "NOTICE 2 web VIRTUAL_PORT: no port is asked for, so requests go to port 80"},
      {"services:\n  a:\n    environment: [VIRTUAL_HOST=a.example]\n  b:\n    environment:\n    - "
       "VIRTUAL_HOST=a.example\n",
       "NOTICE 3 a VIRTUAL_HOST: 2 services share this host and path, and requests are spread "
       "over all: shop/a, shop/b"},
      {"services:\n  a: {environment: [VIRTUAL_HOST=a.example, CERT_NAME=x]}\n  b:\n"
       "    environment:\n    - VIRTUAL_HOST=a.example\n    - VIRTUAL_PATH=/b\n    - CERT_NAME=y\n",
       "ERROR 5 b VIRTUAL_HOST: it asks for something else of the host 'a.example' than shop/a"},
      {"services:\n  web:\n    enviroment: [VIRTUAL_HOST=a.example]\n",
       "ERROR 3 web enviroment: there is no key 'enviroment' of a service"},
      {"services:\n  web:\n    image: $TAG\n", "NOTICE 3  TAG: the variable TAG is not set"},
  };
  for (const auto& c : cases) {
    const auto check = Check(c.text);
    EXPECT_THAT(ProblemsIn(check), ElementsAre(StartsWith(c.problem))) << c.text;
    for (const v1::ComposeProblem& problem : check.problems()) {
      EXPECT_EQ(problem.file(), "/shop/compose.yaml");
      EXPECT_NE(problem.problem().cure(), "");
    }
  }
}

// As the server: one wrong service changes nothing for another, and one wrong word nothing more
// than it says.
TEST(Forecast, OneProblemForAllReplicasAndNoneForOthers) {
  const auto check = Check(
      "services:\n  bad: {environment: [VIRTUAL_HOST=b.example, VIRTUAL_PORT=x], scale: 3}\n"
      "  good: {environment: [VIRTUAL_HOST=a.example, VIRTUAL_PORT=8000]}\n");
  EXPECT_THAT(RoutesOf(check),
              ElementsAre("good: a.example/ http > shop/good:8000 8000 (VIRTUAL_PORT)"));
  EXPECT_THAT(ProblemsIn(check), ElementsAre(StartsWith("ERROR 2 bad VIRTUAL_PORT: ")));
}

TEST(Forecast, PooledServices) {
  const auto check = Check(
      "services:\n  a: {environment: [VIRTUAL_HOST=a.example]}\n"
      "  b: {environment: [VIRTUAL_HOST=a.example, VIRTUAL_PORT=81]}\n");
  EXPECT_THAT(RoutesOf(check), ElementsAre("a: a.example/ http > a.example/ 80 (the default)",
                                           "b: a.example/ http > a.example/ 81 (VIRTUAL_PORT)"));
}

TEST(Forecast, WhatCannotBeKnown) {
  const struct {
    const char* service;
    const char* says;  // empty: nothing is unknown
  } cases[] = {
      {"{}", ""},
      {"{environment: [VIRTUAL_HOST=a.example, VIRTUAL_PORT=80]}", ""},
      {"{environment: [VIRTUAL_HOST=a.example]}", "the image's exposed port if that is the only"},
      {"{environment: [VIRTUAL_HOST=a.example], expose: [90]}", "exposes another one"},
      {"{environment: [VIRTUAL_HOST=a.example]}", "name it, as in VIRTUAL_PORT=8000"},
      {"{environment: [VIRTUAL_HOST=a.example, VIRTUAL_PORT=80, LETSENCRYPT_HOST=a.example]}",
       "the certificate: LETSENCRYPT_HOST is a word of acme-companion"},
      {"{environment: [LETSENCRYPT_HOST=a.example]}", ""},
      {"{environment: {VIRTUAL_HOST_MULTIPORTS: '{a.example: {}}', VIRTUAL_PORT: 80}}",
       "name it by 'port' of each path in VIRTUAL_HOST_MULTIPORTS"},
      {"{environment: [VIRTUAL_HOST=a.example], expose: [80, 81]}", ""},
      {"{environment: [VIRTUAL_HOST=a.example, VIRTUAL_PORT=80], network_mode: 'container:x'}",
       "a container which these files do not start"},
  };
  for (const auto& c : cases) {
    const auto check = Check(absl::StrCat("services:\n  web: ", c.service, "\n"));
    ASSERT_EQ(check.services_size(), 1);
    const auto& unknown = check.services(0).unknown();
    if (*c.says == '\0') {
      EXPECT_THAT(unknown, IsEmpty()) << c.service;
    } else {
      EXPECT_THAT(unknown, ElementsAre(HasSubstr(c.says))) << c.service;
    }
    EXPECT_THAT(ProblemsIn(check), IsEmpty()) << c.service;
  }
}

TEST(Forecast, WhatTheProxyOfTheFilesDoesNotReach) {
  const std::string lost = "ERROR 4 web networks: it shares no network with the proxy edge (";
  const struct {
    const char* proxy;
    const char* web;
    std::string problem;  // empty: none
  } cases[] = {
      {"", "", ""},
      {", networks: [front]", ", networks: [front, back]", ""},
      {", networks: [front]", ", networks: [back]", lost + "back here, front there)"},
      {", networks: [front, third]", ", networks: {back: }", lost + "back here, front, third"},
      {"", ", networks: [back]", lost + "back here, default there)"},
      {", networks: [front]", "",
       "ERROR 4 web networks: it shares no network with the proxy edge "
       "(default here, front there), so requests for it get 503"},
      {", network_mode: bridge", "",
       "ERROR 4 web networks: it shares no network with the proxy edge (default here, bridge"},
      {", network_mode: bridge", ", network_mode: bridge", ""},
      {"", ", network_mode: bridge", "ERROR 4 web network_mode: it shares no network with the"},
      // Reached through the host.
      {", networks: [front]", ", networks: [back], ports: ['8080:80']", lost},
      {", networks: [front], environment: {FAIRLEAD_PUBLISHED_PORTS: 'true'}",
       ", networks: [back], ports: ['8080:80']", ""},
      {", networks: [front], environment: {FAIRLEAD_PUBLISHED_PORTS: 'true'}",
       ", networks: [back], ports: ['127.0.0.1:8080:80']", lost},
      {", networks: [front], environment: {FAIRLEAD_PUBLISHED_PORTS: 'true'}",
       ", networks: [back], ports: ['8081:81']", lost},
      {", networks: [front]", ", network_mode: host", ""},
      {", network_mode: host", ", networks: [back]", ""},
      // Another container's network.
      {", networks: [front]", ", network_mode: 'service:edge'", ""},
      {", networks: [front]", ", network_mode: 'service:other'", "ERROR 4 web network_mode: it"},
      {", networks: [front]", ", network_mode: 'container:x'", ""},
      {", network_mode: 'service:other'", ", networks: [back]", ""},
      {", networks: [front], environment: [FAIRLEAD_NETWORKS=shop_back]", ", networks: [back]", ""},
  };
  for (const char* image : {"nginxproxy/nginx-proxy", "fairlead-drop-in", "other"}) {
    for (const auto& c : cases) {
      const auto check = Check(
          absl::StrCat("services:\n  other: {networks: [back]}\n  edge: {image: ", image, c.proxy,
                       "}\n  web: {environment: [VIRTUAL_HOST=a.example, VIRTUAL_PORT=80]", c.web,
                       "}\nnetworks: {front: , back: , third: }\n"));
      if (c.problem.empty() || std::string(image) == "other") {
        EXPECT_THAT(ProblemsIn(check), IsEmpty()) << image << c.proxy << c.web;
      } else {
        EXPECT_THAT(ProblemsIn(check), ElementsAre(StartsWith(c.problem))) << c.proxy << c.web;
      }
    }
  }
}

TEST(Forecast, WhereTheCompanionIsInTheFilesNothingIsSaidOfCertificates) {
  const auto check = Check(
      "services:\n  acme: {image: nginxproxy/acme-companion}\n"
      "  web: {environment: [VIRTUAL_HOST=a.example, VIRTUAL_PORT=80, ACME_HOST=a.example]}\n");
  ASSERT_EQ(check.services_size(), 2);
  EXPECT_THAT(check.services(1).unknown(), IsEmpty());
}

// Compose files rarely repeat what the image exposes.
TEST(Forecast, ANamedPortNeedNotBeExposedByTheFile) {
  const auto check = Check(
      "services:\n  web:\n    environment: [VIRTUAL_HOST=a.example, VIRTUAL_PORT=80]\n"
      "    ports: ['9000:9000']\n");
  EXPECT_THAT(RoutesOf(check), ElementsAre("web: a.example/ http > shop/web:80 80 (VIRTUAL_PORT)"));
  EXPECT_THAT(ProblemsIn(check), IsEmpty());
}

}  // namespace
}  // namespace fairlead
