#include "server/explain/path_normalization.h"

#include <gtest/gtest.h>

#include <utility>

namespace fairlead {
namespace {

// What Envoy 1.40 was seen to make of each.
TEST(NormalizedPath, AsEnvoyDoes) {
  const std::pair<const char*, const char*> cases[] = {
      {"/", "/"},
      {"//", "//"},
      {"/.", "/"},
      {"/..", "/"},
      {"/a/..", "/"},
      {"/a/../", "/"},
      {"/a/.", "/a/"},
      {"/a/./b", "/a/b"},
      {"/a//../b", "/a/b"},
      {"/../../x", "/x"},
      {"/a/b/../../..//c", "//c"},
      {"/a/%2e%2E/b", "/b"},
      {"/a/.%2e/b", "/b"},
      {"/%2e", "/"},
      {"/...", "/..."},
      {"/a../b", "/a../b"},
      {"/.a", "/.a"},
      {"/..a/b", "/..a/b"},
      {"/a/..;/b", "/b"},
      {"/a/.;v=1/b", "/a/b"},
      {"/a/..;x\\y/b", "/b"},
      {"/a/%2e%2e;x/b", "/a/..;x/b"},
      {"/a/..%3b/b", "/a/..%3b/b"},
      {"/a/...;/b", "/a/...;/b"},
      {"/x;v=1/../y", "/y"},
      {"/a/..?x=/../y//z", "/?x=/../y//z"},
      {"/a\\b", "/a/b"},
      {"/a/..\\b", "/b"},
      // A slash that is escaped is none.
      {"/a%2f..%2Fb", "/a%2f..%2Fb"},
      {"/a%5c..%5cb", "/a%5c..%5cb"},
      {"/%2e%2e%2fadmin", "/..%2fadmin"},
      // Escapes.
      {"/%41%7e%2d%5F", "/A~-_"},
      {"/%25%32%65", "/%252e"},
      {"/%252e/a", "/%252e/a"},
      {"/%c3%bc%20%2b", "/%c3%bc%20%2b"},
      {"/%", "/%"},
      {"/%2", "/%2"},
      {"/%zz", "/%zz"},
      {"/a/.%2", "/a/.%2"},
      {"/{}^|`<>\"", "/%7B%7D%5E%7C%60%3C%3E%22"},
      {"/!$&'()*+,;=:@[]", "/!$&'()*+,;=:@[]"},
  };
  for (const auto& [path, normalized] : cases) EXPECT_EQ(NormalizedPath(path), normalized) << path;
  EXPECT_EQ(NormalizedPath("/a%00b"), absl::nullopt);
}

TEST(WithMergedSlashes, AsEnvoyDoes) {
  const std::pair<const char*, const char*> cases[] = {
      {"/", "/"},
      {"//", "//"},
      {"//a", "/a"},
      {"/a//", "/a/"},
      {"/a///b//c", "/a/b/c"},
      {"/a/b", "/a/b"},
      {"/a?b//c", "/a?b//c"},
      {"/a//?b//c", "/a/?b//c"},
  };
  for (const auto& [path, merged] : cases) EXPECT_EQ(WithMergedSlashes(path), merged) << path;
}

TEST(HasEscapedSlash, BeforeTheQueryAlone) {
  for (const char* path : {"/a%2fb", "/a%2Fb", "/%5c", "/%5C?q"}) {
    EXPECT_TRUE(HasEscapedSlash(path)) << path;
  }
  for (const char* path : {"/", "/a/b", "/%252f", "/a?b=%2f"}) {
    EXPECT_FALSE(HasEscapedSlash(path)) << path;
  }
}

}  // namespace
}  // namespace fairlead
