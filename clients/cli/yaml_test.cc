#include "clients/cli/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairlead {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

TEST(Yaml, IsWrittenInBlocks) {
  const Json value = Json::parse(R"([
    {"@type": "a/b", "name": "x", "port": 80, "on": true, "empty": {}, "none": [],
     "list": [{"a": 1, "b": [1, "2"]}, "plain"]},
    {"name": "no"}])");
  EXPECT_EQ(YamlOf(value),
            "- \"@type\": a/b\n"
            "  name: x\n"
            "  port: 80\n"
            "  \"on\": true\n"
            "  empty: {}\n"
            "  none: []\n"
            "  list:\n"
            "    - a: 1\n"
            "      b:\n"
            "        - 1\n"
            "        - \"2\"\n"
            "    - plain\n"
            "- name: \"no\"\n");
  EXPECT_EQ(YamlOf(Json::array()), "[]\n");
}

TEST(Yaml, WhatIsWrittenReadsBackAsTheSame) {
  const Json values = Json::parse(R"([
    "", "a", "1", "1.5", "~", "null", "true", "Yes", "- a", "a: b", "a #b", "'", "\"", " a ",
    "line\nline", "\u0001", "ü", "\ud83d\ude00", "@type", "*a", "&a", "!a", "0x10", "010", "1e3",
    "5s", "2001-01-01", 1, -1, 1.5, true, false, null, [], {}, [[1, [2]], {"a": {"b": [{}]}}],
    {"1": 1, "a b": 2, "": 3, "x": null}])");
  const auto items = ParseYamlList(YamlOf(values), "f");
  ASSERT_TRUE(items.ok()) << items.status();
  Json read = Json::array();
  for (const YamlItem& item : *items) read.push_back(item.value);
  EXPECT_EQ(read, values);
}

TEST(Yaml, PlainWordsAreTextsUnlessTheyAreJson) {
  const auto items =
      ParseYamlList("- 5s\n- 80\n- yes\n- true\n- '80'\n- 010\n- ~\n- &a {x: 1}\n- *a", "f");
  ASSERT_TRUE(items.ok()) << items.status();
  Json read = Json::array();
  for (const YamlItem& item : *items) read.push_back(item.value);
  EXPECT_EQ(read, Json::parse(R"(["5s", 80, "yes", true, "80", "010", null, {"x":1}, {"x":1}])"));
  EXPECT_EQ(items->at(2).line, 3);
}

TEST(Yaml, WhatIsWrongIsNamedWithItsLine) {
  std::string bomb = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 8; ++i) {
    bomb += "- &a" + std::to_string(i) + " [";
    for (int n = 0; n < 10; ++n) bomb += "*a" + std::to_string(i - 1) + ", ";
    bomb += "]\n";
  }
  const struct {
    std::string text;
    const char* words;
  } cases[] = {
      {"", "f: this is no list"},
      {"a: b", "f: this is no list"},
      {"{\"a\": 1}", "f: this is no list"},
      {"- a: 1\n- [", "f, line "},
      {"- a: 1\n  a: 2\n", "f, line 2: 'a' is there for the second time"},
      {"- ? [a]\n  : b\n", "f, line 1: a key must be plain text"},
      {"- a: \"\xff\"\n", "f, line 1: a text in it is not UTF-8"},
      {"- b: 1\n  \xffm: 2\n", "f, line 2: a text in it is not UTF-8"},
      {"[\"\xff\"]", "f, line 1: a text in it is not UTF-8"},
      {bomb, "its anchors repeat too much"},
      {"- " + std::string(200, '[') + std::string(200, ']'), "too deep"},
  };
  for (const auto& test : cases) {
    const absl::Status status = ParseYamlList(test.text, "f").status();
    EXPECT_FALSE(status.ok()) << test.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.words));
  }
}

}  // namespace
}  // namespace fairlead
