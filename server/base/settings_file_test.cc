#include "server/base/settings_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fairlead {
namespace {

struct Case {
  absl::string_view name;
  std::string text;
  std::string expected;  // "key=value,value@line;...", or the error
};

std::string Read(const std::string& text) {
  const auto settings = ParseSettingsFile(text, "f.yaml");
  if (!settings.ok()) return std::string(settings.status().message());
  return absl::StrJoin(*settings, ";", [](std::string* out, const FileSetting& setting) {
    absl::StrAppend(out, setting.key, "=", absl::StrJoin(setting.values, ","), "@", setting.line);
  });
}

TEST(SettingsFile, IsAMapOfPlainValues) {
  const Case cases[] = {
      {"empty", "", ""},
      {"only a comment", "# nothing\n", ""},
      {"values", "a: 1\n\n# c\nb: 'x y'\n", "a=1@1;b=x y@4"},
      {"list", "a: [x, y]\n", "a=x,y@1"},
      {"no map", "- a\n", "f.yaml, line 1: expected lines of the form 'setting: value'"},
      {"deeper", "a:\n  b: 1\n", "f.yaml, line 1: 'a' takes a value or a list, not a map"},
      {"list of lists", "a:\n - [x]\n", "f.yaml, line 2: an item of 'a' is not a plain value"},
      {"no value", "b: 1\na:\n", "f.yaml, line 2: 'a' has no value; write one or remove the line"},
      {"twice", "a: 1\na: 2\n", "f.yaml, line 2: 'a' is there for the second time"},
      {"no YAML", "a: 1\nb: [x\n",
       "f.yaml, line 3: this is not YAML: end of sequence flow not found"},
      {"too large", std::string((1 << 20) + 1, '#'),
       "f.yaml: 1048577 bytes are too many for settings; the most is 1 MiB"},
  };
  for (const Case& each : cases) EXPECT_EQ(Read(each.text), each.expected) << each.name;
}

TEST(SettingsFile, DeepNestingIsAnErrorAndNoCrash) {
  EXPECT_FALSE(ParseSettingsFile(std::string(500'000, '['), "f.yaml").ok());
  EXPECT_FALSE(ParseSettingsFile(std::string(500'000, '{'), "f.yaml").ok());
}

}  // namespace
}  // namespace fairlead
