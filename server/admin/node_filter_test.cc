#include "server/admin/node_filter.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace fairlead {
namespace {

using envoy::service::status::v3::ClientStatusRequest;

ClientStatusRequest Request(const std::string& text) {
  ClientStatusRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  return request;
}

std::string Matched(const std::string& text) {
  const absl::StatusOr<NodeFilter> filter = NodeFilter::Of(Request(text));
  if (!filter.ok()) return std::string(filter.status().message());
  std::string matched;
  for (const char* const node : {"edge-1", "edge-12", "Edge-1", "inner"}) {
    if (filter->Matches(node)) matched += std::string(node) + " ";
  }
  return matched;
}

TEST(NodeFilterTest, TakesWhomOneMatcherTakes) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "edge-1 edge-12 Edge-1 inner "},
      {"node_matchers {}", "edge-1 edge-12 Edge-1 inner "},
      {R"(node_matchers { node_id { exact: "edge-1" } })", "edge-1 "},
      {R"(node_matchers { node_id { exact: "edge-1" ignore_case: true } })", "edge-1 Edge-1 "},
      {R"(node_matchers { node_id { prefix: "edge" } })", "edge-1 edge-12 "},
      {R"(node_matchers { node_id { prefix: "EDGE" ignore_case: true } })",
       "edge-1 edge-12 Edge-1 "},
      {R"(node_matchers { node_id { suffix: "2" } })", "edge-12 "},
      {R"(node_matchers { node_id { suffix: "GE-1" ignore_case: true } })", "edge-1 Edge-1 "},
      {R"(node_matchers { node_id { contains: "nn" } })", "inner "},
      {R"(node_matchers { node_id { contains: "DGE" ignore_case: true } })",
       "edge-1 edge-12 Edge-1 "},
      {R"(node_matchers { node_id { safe_regex { regex: "edge-\\d" } } })", "edge-1 "},
      {R"(node_matchers { node_id { exact: "inner" } } node_matchers { node_id { suffix: "2" } })",
       "edge-12 inner "},
  };
  for (const auto& [text, matched] : cases) EXPECT_EQ(Matched(text), matched) << text;
}

TEST(NodeFilterTest, SaysWhatItDoesNotMatchBy) {
  EXPECT_EQ(Matched("node_matchers { node_metadatas {} }"),
            "node_matchers: metadata is not matched here; match by node_id");
  EXPECT_EQ(Matched(R"(node_matchers { node_id { safe_regex { regex: "(" } } })"),
            "node_matchers: safe_regex is none that RE2 takes: missing ): (");
  EXPECT_EQ(Matched(R"(node_matchers { node_id { custom {} } })"),
            "node_matchers: node_id is matched by exact, prefix, suffix, contains or safe_regex");
  ClientStatusRequest request;
  request.add_node_matchers()->mutable_node_id()->mutable_safe_regex()->set_regex(
      std::string(2000, 'a'));
  EXPECT_EQ(NodeFilter::Of(request).status().message(),
            "node_matchers: a regular expression is longer than 1024 bytes");
}

}  // namespace
}  // namespace fairlead
