#include "clients/compose/yaml_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// {a: x@2, b: [y@4]}, with the line of each text.
std::string Written(const YamlTree& tree) {
  switch (tree.kind) {
    case YamlTree::Kind::kNothing:
      return "-";
    case YamlTree::Kind::kText:
      return absl::StrCat(tree.text, "@", tree.place.line);
    case YamlTree::Kind::kList:
      return absl::StrCat("[",
                          absl::StrJoin(tree.items, ", ",
                                        [](std::string* out, const YamlTree& item) {
                                          absl::StrAppend(out, Written(item));
                                        }),
                          "]");
    default:
      return absl::StrCat("{",
                          absl::StrJoin(tree.entries, ", ",
                                        [](std::string* out, const YamlEntry& entry) {
                                          absl::StrAppend(out, entry.key, ": ",
                                                          Written(entry.value));
                                        }),
                          "}");
  }
}

TEST(YamlTree, WhatIsRead) {
  const struct {
    const char* text;
    const char* tree;
  } cases[] = {
      {"", "-"},
      {"a: x\nb:\n  - y\n  - 1.0\n", "{a: x@1, b: [y@3, 1.0@4]}"},
      {"{\"a\": true, \"b\": null}", "{a: true@1, b: -}"},
      {"a: ~\nb: ''\n", "{a: -, b: @2}"},
      {"a: &x {p: 1}\nb: *x\n", "{a: {p: 1@1}, b: {p: 1@1}}"},
      {"a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n", "{a: {p: 1@1, q: 2@1}, b: {q: 3@4, p: 1@1}}"},
      {"a: &x {p: 1}\nb: &y {p: 2, q: 3}\nc:\n  <<: [*x, *y]\n",
       "{a: {p: 1@1}, b: {p: 2@2, q: 3@2}, c: {p: 1@1, q: 3@2}}"},
      {"a: |\n  two\n  lines\n", "{a: two\nlines\n@1}"},
  };
  for (const auto& c : cases) {
    const auto tree = ParseYamlTree(c.text, "f");
    ASSERT_TRUE(tree.ok()) << c.text << ": " << tree.status();
    EXPECT_EQ(Written(*tree), c.tree);
  }
}

TEST(YamlTree, WhatIsRefused) {
  const struct {
    const char* text;
    const char* says;
  } cases[] = {
      {"a: [", "f:1: this is no YAML: "},
      {"a: x\n b: y\n", "f:2: this is no YAML: "},
      {"a: x\na: y\n", "f:2: 'a' is there for the second time; put"},
      {"? [a]\n: b\n", "f:1: a key is no text; write"},
      {"a:\n  <<: x\n", "f:2: '<<' merges maps, and this is none; write"},
      {"a:\n  <<: [{p: 1}, x]\n", "f:2: '<<' merges maps"},
      {"a: *x\n", "f:1: this is no YAML: "},
  };
  for (const auto& c : cases) {
    const auto tree = ParseYamlTree(c.text, "f");
    EXPECT_EQ(tree.status().code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(std::string(tree.status().message()), HasSubstr(c.says)) << c.text;
  }
}

TEST(YamlTree, SmallFilesThatWouldBeLarge) {
  // Each level has the one before ten times.
  std::string laughs = "a0: &a0 [x]\n";
  for (int i = 1; i < 10; ++i) {
    absl::StrAppend(&laughs, "a", i, ": &a", i, " [",
                    absl::StrJoin(std::vector<std::string>(10, absl::StrCat("*a", i - 1)), ", "),
                    "]\n");
  }
  EXPECT_THAT(std::string(ParseYamlTree(laughs, "f").status().message()),
              HasSubstr("more than 100000 values"));
  const std::string text =
      absl::StrCat("a: &a ", std::string(1 << 20, 'x'), "\nb: [",
                   absl::StrJoin(std::vector<std::string>(20, "*a"), ", "), "]\n");
  EXPECT_THAT(std::string(ParseYamlTree(text, "f").status().message()), HasSubstr("8388608 bytes"));
  const std::string deep = absl::StrCat(std::string(60, '['), std::string(60, ']'));
  EXPECT_THAT(std::string(ParseYamlTree(deep, "f").status().message()),
              StartsWith("f:1: this is nested deeper than 50 levels"));
  EXPECT_FALSE(ParseYamlTree(std::string(100'000, '['), "f").ok());
  EXPECT_FALSE(ParseYamlTree("a: &a [*a]\n", "f").ok());
}

}  // namespace
}  // namespace fairlead
