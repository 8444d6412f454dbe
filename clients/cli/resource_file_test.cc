#include "clients/cli/resource_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairlead {
namespace {

using ::testing::HasSubstr;

constexpr char kFile[] = R"(- "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
  name: web
  connect_timeout: 1s
  type: EDS
  eds_cluster_config: {eds_config: {ads: {}, resource_api_version: V3}}

- "@type": type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment
  cluster_name: web
  endpoints:
    - lb_endpoints:
        - endpoint:
            address: {socket_address: {address: 10.0.0.1, port_value: 80}}
)";

TEST(ResourceFile, WhatGetPrintsIsWhatPutTakes) {
  const auto resources = ParseResources(kFile, "f.yaml");
  ASSERT_TRUE(resources.ok()) << resources.status();
  ASSERT_EQ(resources->size(), 2u);
  EXPECT_EQ(resources->at(1).line, 7);
  v1::ListResourcesResponse listed;
  for (const ResourceInFile& of : *resources) {
    *listed.add_resources()->mutable_resource() = of.resource;
  }
  for (const auto& text : {ResourcesAsYaml(listed), ResourcesAsJson(listed)}) {
    ASSERT_TRUE(text.ok()) << text.status();
    const auto again = ParseResources(*text, "again");
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(again->size(), 2u);
    for (size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(again->at(i).resource.SerializeAsString(),
                resources->at(i).resource.SerializeAsString());
    }
  }
}

TEST(ResourceFile, WhatIsWrongIsNamedWithFilePlaceAndCure) {
  const struct {
    const char* text;
    const char* words;
  } cases[] = {
      {"[", "f, line 1: this is neither YAML nor JSON"},
      {"- name: a\n", "f, line 1: resource 1 ('a'): it has no \"@type\"; write"},
      {"- {\"@type\": type.googleapis.com/envoy.config.cluster.v3.Cluster}\n- word\n",
       "f, line 2: resource 2: it is no map of fields"},
      {"- \"@type\": type.googleapis.com/no.such.Type\n", "is no message of Envoy's v3 API"},
      {"- \"@type\": envoy.config.cluster.v3.Cluster\n", "type.googleapis.com/"},
      {"\n- \"@type\": type.googleapis.com/envoy.config.cluster.v3.Cluster\n  name: a\n"
       "  load_assignment: {endpoints: [{lb_endpoints: [{endpont: {}}]}]}\n",
       "f, line 2: resource 1 ('a'): (load_assignment.endpoints[0].lb_endpoints[0]) endpont: "
       "Cannot "
       "find field; see in Envoy's v3 API what envoy.config.cluster.v3.Cluster has"},
      {R"([{"@type": "type.googleapis.com/envoy.config.cluster.v3.Cluster", "type": "X"}])",
       "f: resource 1: (type): invalid value \"X\""},
  };
  for (const auto& test : cases) {
    const absl::Status status = ParseResources(test.text, "f").status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << test.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.words));
  }
}

TEST(ResourceFile, TheServersWordsGetTheirPlace) {
  const std::vector<ResourceInFile> resources = {{{}, 1}, {{}, 5}};
  const auto place = [&](const absl::Status& status) {
    return std::string(WithPlace(status, resources, "f").message());
  };
  EXPECT_EQ(place(absl::InvalidArgumentError("resource 2: it has no name")),
            "f, line 5: resource 2: it has no name");
  EXPECT_EQ(place(absl::InvalidArgumentError("resource 9: odd")), "f: resource 9: odd");
  EXPECT_EQ(place(absl::UnavailableError("gone")), "gone");
}

}  // namespace
}  // namespace fairlead
