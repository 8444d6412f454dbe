#include "deploy/images/drop_in/drop_in_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace fairlead {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// TRUST_DOWNSTREAM_PROXY is false unless it is among them, so that there is nothing to say of it.
absl::StatusOr<DropInSettings> Read(std::map<std::string, std::string> variables,
                                    const std::vector<MountedFile>& mounted = {}) {
  variables.emplace("TRUST_DOWNSTREAM_PROXY", "false");
  return ReadDropInSettings(
      [&variables](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
      },
      mounted);
}

TEST(DropInSettings, WithoutAnyVariable) {
  const auto settings = Read({});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->docker_host, "unix:///tmp/docker.sock");
  EXPECT_EQ(settings->host_id, "local");
  EXPECT_EQ(settings->http_port, 80);
  EXPECT_EQ(settings->https_port, 443);
  EXPECT_EQ(settings->status_listen, "127.0.0.1:18080");
  EXPECT_EQ(settings->status_port, 18080);
  EXPECT_THAT(settings->networks, IsEmpty());
  EXPECT_THAT(settings->notes, IsEmpty());
  EXPECT_THAT(
      settings->server_arguments,
      ElementsAre("--http-listener=0.0.0.0:80", "--https-listener=0.0.0.0:443", "--access-log=text",
                  "--certificates-dir=/etc/nginx/certs", "--htpasswd-dir=/etc/nginx/htpasswd",
                  "--unknown-host-status=503", "--unreachable-status=502"));
  EXPECT_THAT(settings->agent_arguments,
              ElementsAre("--docker-host=unix:///tmp/docker.sock", "--host-id=local"));
}

TEST(DropInSettings, WhatIsHonoured) {
  const auto settings = Read({{"HTTP_PORT", "8080"},
                              {"DEFAULT_HOST", "shop.example"},
                              {"DOCKER_HOST", "tcp://engine:2376"},
                              {"DOCKER_CERT_PATH", "/certs"},
                              {"DOCKER_TLS_VERIFY", "1"},
                              {"FAIRLEAD_HOST_ID", "web1"},
                              {"FAIRLEAD_NETWORKS", "front, back,"}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->docker_host, "tcp://engine:2376");
  EXPECT_EQ(settings->certificate_directory, "/certs");
  EXPECT_EQ(settings->tls_verify, "1");
  EXPECT_EQ(settings->http_port, 8080);
  EXPECT_THAT(settings->networks, ElementsAre("front", "back"));
  EXPECT_THAT(settings->notes, IsEmpty());
  EXPECT_THAT(settings->server_arguments, Contains("--http-listener=0.0.0.0:8080"));
  EXPECT_THAT(settings->server_arguments, Contains("--default-host=shop.example"));
  EXPECT_THAT(settings->agent_arguments,
              ElementsAre("--docker-host=tcp://engine:2376", "--host-id=web1"));
}

TEST(DropInSettings, SwitchesAreTheServers) {
  const struct {
    const char* variable;
    const char* value;
    const char* argument;
  } cases[] = {
      {"ENABLE_IPV6", "true", "--http-listener=[::]:80"},
      {"ENABLE_IPV6", "false", "--http-listener=0.0.0.0:80"},
      {"ENABLE_PROXY_PROTOCOL", "true", "--proxy-protocol"},
      {"TRUST_DOWNSTREAM_PROXY", "true", "--trust-downstream-proxy"},
      {"LOG_JSON", "1", "--access-log=json"},
      {"LOG_JSON", "0", "--access-log=text"},
      {"DISABLE_ACCESS_LOGS", "True", "--access-log=off"},
      {"ENABLE_HTTP2", "false", "--http2=false"},
      {"ENABLE_HTTP2", "0", "--http2=false"},
      {"ENABLE_HTTP3", "true", "--http3"},
      {"ACME_HTTP_CHALLENGE_ACCEPT_UNKNOWN_HOST", "true",
       "--acme-http-challenge-accept-unknown-host"},
      {"HTTPS_PORT", "8443", "--https-listener=0.0.0.0:8443"},
      {"ENABLE_IPV6", "true", "--https-listener=[::]:443"},
      {"HTTPS_METHOD", "noredirect", "--https-method=noredirect"},
      {"NON_GET_REDIRECT", "308", "--non-get-redirect=308"},
      {"HSTS", "max-age=60; preload", "--hsts=max-age=60; preload"},
      {"SSL_POLICY", "Mozilla-Modern", "--ssl-policy=Mozilla-Modern"},
      {"TRUST_DEFAULT_CERT", "false", "--trust-default-cert=false"},
      {"ENABLE_HTTP_ON_MISSING_CERT", "0", "--enable-http-on-missing-cert=false"},
      {"ACME_HTTP_CHALLENGE_LOCATION", "false", "--acme-http-challenge-location=false"},
  };
  for (const auto& c : cases) {
    const auto settings = Read({{c.variable, c.value}});
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_THAT(settings->server_arguments, Contains(c.argument)) << c.variable;
    EXPECT_THAT(settings->notes, IsEmpty()) << c.variable;
  }
  EXPECT_THAT(Read({})->server_arguments, testing::Not(Contains("--proxy-protocol")));
  EXPECT_THAT(Read({})->server_arguments, testing::Not(Contains("--trust-downstream-proxy")));
}

TEST(DropInSettings, WhatTheServerDoesAnywayIsNotSaidToIt) {
  for (const auto& [variable, value] : {std::pair{"TRUST_DEFAULT_CERT", "true"},
                                        {"ENABLE_HTTP_ON_MISSING_CERT", "true"},
                                        {"ENABLE_HTTP2", "true"},
                                        {"ENABLE_HTTP2", ""},
                                        {"ACME_HTTP_CHALLENGE_LOCATION", "true"},
                                        {"ACME_HTTP_CHALLENGE_LOCATION", "legacy"},
                                        {"ACME_HTTP_CHALLENGE_ACCEPT_UNKNOWN_HOST", "false"}}) {
    const auto settings = Read({{variable, value}});
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(settings->server_arguments, Read({})->server_arguments) << variable << "=" << value;
    EXPECT_THAT(settings->notes, IsEmpty()) << variable;
  }
}

TEST(DropInSettings, HttpAndHttpsShareNoPort) {
  const absl::Status status = Read({{"HTTPS_PORT", "80"}}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), StartsWith("HTTP_PORT and HTTPS_PORT are both 80"));
}

TEST(DropInSettings, ThatAProxyInFrontIsNotBelievedIsSaid) {
  const auto settings = Read({{"TRUST_DOWNSTREAM_PROXY", ""}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  ASSERT_EQ(settings->notes.size(), 1);
  EXPECT_FALSE(settings->notes[0].warning);
  EXPECT_THAT(settings->notes[0].text, StartsWith("TRUST_DOWNSTREAM_PROXY is not set: "));
}

TEST(DropInSettings, WhatNoProxyCouldStartWithIsRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {"HTTP_PORT", "0"},
      {"HTTP_PORT", "65536"},
      {"HTTP_PORT", "http"},
      {"HTTP_PORT", "80x"},
      {"ENABLE_IPV6", "yes"},
      {"LOG_JSON", "on"},
      {"HTTPS_PORT", "https"},
      {"TRUST_DEFAULT_CERT", "yes"},
      {"FAIRLEAD_HTTP_LISTEN", "192.0.2.1:18080"},
      {"FAIRLEAD_HTTP_LISTEN", "0.0.0.0"},
      {"FAIRLEAD_HTTP_LISTEN", "0.0.0.0:0"},
      {"FAIRLEAD_HTTP_LISTEN", "0.0.0.0:65536"},
      {"FAIRLEAD_HTTP_LISTEN", ":18080"},
      {"ACME_HTTP_CHALLENGE_ACCEPT_UNKNOWN_HOST", "yes"},
      {"ENABLE_HTTP2", "off"},
      {"ACME_HTTP_CHALLENGE_LOCATION", "on"},
  };
  for (const auto& [variable, value] : cases) {
    const absl::Status status = Read({{variable, value}}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << variable << "=" << value;
    EXPECT_THAT(std::string(status.message()), StartsWith(std::string(variable) + "="));
  }
}

TEST(DropInSettings, TheStatusPageIsServedWhereItIsAskedFor) {
  const auto settings = Read({{"FAIRLEAD_HTTP_LISTEN", "0.0.0.0:9090"}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->status_listen, "0.0.0.0:9090");
  EXPECT_EQ(settings->status_port, 9090);
}

TEST(OverruledVariables, AreNamed) {
  const std::map<std::string, std::string> variables = {{"FAIRLEAD_XDS_LISTEN", "0.0.0.0:18000"},
                                                        {"FAIRLEAD_HTTP3", "true"},
                                                        {"FAIRLEAD_HOST_ID", "web1"},
                                                        {"FAIRLEAD_ZONE", "a"},
                                                        {"FAIRLEAD_HTTP_LISTEN", ""}};
  const auto notes = OverruledVariables(
      [&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
      },
      {"/bin/server", "--xds-listen=127.0.0.1:18000", "--http3=false", "--host-id=web1",
       "--http-listen=127.0.0.1:18080"});
  ASSERT_EQ(notes.size(), 2);
  EXPECT_EQ(notes[0].about, "FAIRLEAD_XDS_LISTEN");
  EXPECT_THAT(notes[0].text, StartsWith("FAIRLEAD_XDS_LISTEN=0.0.0.0:18000 has no effect: this "
                                        "image sets --xds-listen=127.0.0.1:18000 itself"));
  EXPECT_EQ(notes[1].about, "FAIRLEAD_HTTP3");
}

TEST(DropInSettings, AnEmptyVariableIsNotSet) {
  const auto settings = Read({{"HTTP_PORT", ""}, {"DEFAULT_HOST", ""}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->http_port, 80);
  EXPECT_THAT(settings->notes, IsEmpty());
}

TEST(DropInSettings, WhatIsNotSupportedIsNamed) {
  for (const char* variable : {"DEFAULT_ROOT", "PREFER_IPV6_NETWORK", "LOG_FORMAT",
                               "LOG_FORMAT_ESCAPE", "DEBUG_ENDPOINT", "DOCKER_CONTAINER_FILTERS"}) {
    const auto settings = Read({{variable, "other"}});
    ASSERT_TRUE(settings.ok()) << settings.status();
    ASSERT_EQ(settings->notes.size(), 1) << variable;
    EXPECT_TRUE(settings->notes[0].warning) << variable;
    EXPECT_EQ(settings->notes[0].about, variable);
    EXPECT_THAT(settings->notes[0].text,
                StartsWith(std::string(variable) + "=other is not supported: "));
  }
}

TEST(DropInSettings, WhatNobodyMissesIsNamedWithoutAWarning) {
  for (const char* variable : {"SHA1_UPSTREAM_NAME", "RESOLVERS", "NO_COLOR", "DHPARAM_BITS",
                               "DHPARAM_SKIP", "DHPARAM_GENERATION", "NGINX_CONTAINER_LABEL"}) {
    const auto settings = Read({{variable, "other"}});
    ASSERT_TRUE(settings.ok()) << settings.status();
    ASSERT_EQ(settings->notes.size(), 1) << variable;
    EXPECT_FALSE(settings->notes[0].warning) << variable;
    EXPECT_EQ(settings->notes[0].about, variable);
    EXPECT_THAT(settings->notes[0].text, StartsWith(std::string(variable) + "=other has no"));
  }
}

TEST(DropInSettings, AValueThatAsksForWhatHappensAnywayIsNoNews) {
  const auto settings = Read({{"DEFAULT_ROOT", "404"}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_THAT(settings->notes, IsEmpty());
}

TEST(DropInSettings, FilesThatAreNotReadAreNamed) {
  const auto settings =
      Read({}, {{"/etc/nginx/vhost.d", {"default", "shop.example"}}, {"/app/nginx.tmpl", {}}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  ASSERT_EQ(settings->notes.size(), 2);
  EXPECT_THAT(settings->notes[0].text, StartsWith("/etc/nginx/vhost.d is not read: "));
  EXPECT_THAT(settings->notes[0].text, HasSubstr("(there: default, shop.example)"));
  EXPECT_THAT(settings->notes[1].text, StartsWith("/app/nginx.tmpl is not read: "));
}

TEST(DropInSettings, AnErrorPageThatIsMountedIsTheServers) {
  const auto settings = Read({}, {{"/usr/share/nginx/html/errors/50x.html", {}}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_THAT(settings->server_arguments,
              Contains("--error-page=/usr/share/nginx/html/errors/50x.html"));
  EXPECT_THAT(settings->notes, IsEmpty());
}

TEST(DropInSettings, StrangeValuesDoNotBreakTheLog) {
  const auto settings = Read({{"LOG_FORMAT", std::string("a\nb") + std::string(1000, 'c')}});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_THAT(settings->notes[0].text, StartsWith("LOG_FORMAT=a?bccc"));
  EXPECT_LT(settings->notes[0].text.size(), 500);
}

}  // namespace
}  // namespace fairlead
