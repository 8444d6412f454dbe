#include "server/static_resources/redaction.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "server/base/envoy_types.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKey[] = "-----BEGIN PRIVATE KEY-----\\nTOPSECRET\\n-----END PRIVATE KEY-----\\n";
constexpr char kType[] = "type.googleapis.com/envoy.";

// "TOPSECRET" in base64, as JSON has bytes.
constexpr char kBytes[] = "VE9QU0VDUkVU";

std::string Tls(const std::string& direction, const std::string& certificate) {
  return absl::StrCat(R"({"name": "tls", "typed_config": {"@type": ")", kType,
                      "extensions.transport_sockets.tls.v3.", direction, R"(TlsContext",
      "common_tls_context": {"tls_certificates": [)",
                      certificate, "]}}}");
}

struct RedactionCase {
  const char* name;
  std::string json;
  const char* stays;  // in what is shown
};

std::vector<RedactionCase> Cases() {
  const std::string inline_key = absl::StrCat(
      R"({"certificate_chain": {"inline_string": "CHAIN"}, "private_key": {"inline_bytes": ")",
      kBytes, R"("}, "password": {"inline_string": "TOPSECRET"}})");
  return {
      {"secret",
       absl::StrCat(R"({"@type": ")", kType,
                    R"(extensions.transport_sockets.tls.v3.Secret", "name": "s",
           "tls_certificate": )",
                    inline_key, "}"),
       "CHAIN"},
      {"generic secret",
       absl::StrCat(R"({"@type": ")", kType,
                    R"(extensions.transport_sockets.tls.v3.Secret", "name": "s",
           "generic_secret": {"secret": {"inline_string": "TOPSECRET"}}})"),
       "\"s\""},
      {"session tickets",
       absl::StrCat(R"({"@type": ")", kType,
                    R"(extensions.transport_sockets.tls.v3.Secret", "name": "s",
           "session_ticket_keys": {"keys": [{"inline_bytes": ")",
                    kBytes, R"("}]}})"),
       "session_ticket_keys"},
      {"cluster's transport socket",
       absl::StrCat(R"({"@type": ")", kType,
                    R"(config.cluster.v3.Cluster", "name": "c", "transport_socket": )",
                    Tls("Upstream", inline_key), "}"),
       "CHAIN"},
      {"listener's filter chain",
       absl::StrCat(R"({"@type": ")", kType, R"(config.listener.v3.Listener", "name": "l",
           "filter_chains": [{"transport_socket": )",
                    Tls("Downstream", inline_key), "}]}"),
       "CHAIN"},
      {"a file's name is no secret",
       absl::StrCat(R"({"@type": ")", kType,
                    R"(config.cluster.v3.Cluster", "name": "c", "transport_socket": )",
                    Tls("Upstream", R"({"private_key": {"filename": "/etc/key.pem"}})"), "}"),
       "/etc/key.pem"},
      {"a key where none is expected",
       absl::StrCat(R"({"@type": ")", kType,
                    R"(config.cluster.v3.Cluster", "name": "c", "alt_stat_name": ")", kKey, "\"}"),
       "\"c\""},
      {"untyped configuration",
       absl::StrCat(R"({"@type": ")", kType, R"(config.cluster.v3.Cluster", "name": "c",
           "metadata": {"filter_metadata": {"x": {"private_key": {"inline_string": "TOPSECRET"},
                                                  "list": [{"password": "TOPSECRET"}],
                                                  "zone": "z1"}}}})"),
       "z1"},
      {"a token that is not marked",
       absl::StrCat(R"({"@type": ")", kType, R"(config.listener.v3.Listener", "name": "l",
           "access_log": [{"name": "als", "typed_config": {"@type": ")",
                    kType, R"(extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig",
             "common_config": {"log_name": "x", "grpc_service": {"google_grpc": {
               "target_uri": "t", "stat_prefix": "p",
               "call_credentials": [{"access_token": "TOPSECRET"}]}}}}}]})"),
       "log_name"},
  };
}

TEST(Redacted, NoSecretIsShownAndEverythingElseIs) {
  for (const RedactionCase& test : Cases()) {
    SCOPED_TRACE(test.name);
    const auto resource = AnyOf(test.json);
    ASSERT_TRUE(resource.ok()) << resource.status();
    const google::protobuf::Any shown = Redacted(*resource);
    EXPECT_THAT(shown.SerializeAsString(), Not(HasSubstr("TOPSECRET")));
    const std::string json = JsonOf(shown).value();
    EXPECT_THAT(json, Not(HasSubstr(kBytes)));
    EXPECT_THAT(json, HasSubstr(test.stays));
    EXPECT_TRUE(CheckNotRedacted(*resource).ok());
    if (test.stays == std::string("/etc/key.pem")) continue;
    EXPECT_TRUE(absl::IsInvalidArgument(CheckNotRedacted(shown)));
  }
}

TEST(Redacted, WithoutSecretsAResourceIsAsItWas) {
  const auto cluster =
      AnyOf(
          R"({"@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", "name": "secret-api",
                "type": "EDS", "eds_cluster_config": {"eds_config": {"ads": {}}},
                "connect_timeout": "5s"})")
          .value();
  EXPECT_EQ(JsonOf(Redacted(cluster)).value(), JsonOf(cluster).value());
}

TEST(Redacted, OfUnknownTypesNothingIsShown) {
  google::protobuf::Any custom;
  custom.set_type_url("type.googleapis.com/our.own.Filter");
  custom.set_value("TOPSECRET");
  auto listener = AnyOf(R"({"@type": "type.googleapis.com/envoy.config.listener.v3.Listener",
                            "name": "l", "filter_chains": [{"filters": [{"name": "f",
                            "typed_config": {"@type":
                            "type.googleapis.com/google.protobuf.Empty"}}]}]})");
  ASSERT_TRUE(listener.ok()) << listener.status();
  EXPECT_THAT(JsonOf(Redacted(custom)).value(), HasSubstr(kRedacted));
  EXPECT_THAT(JsonOf(Redacted(*listener)).value(), Not(HasSubstr(kRedacted)));
}

}  // namespace
}  // namespace fairlead
