#include "clients/compose/env_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;

TEST(EnvFile, WhatIsRead) {
  const struct {
    const char* text;
    const char* lines;  // NAME=VALUE@LINE, or NAME@LINE without a value
  } cases[] = {
      {"", ""},
      {"\n# comment\n  # another\n", ""},
      {"A=1\nB=two words\n", "A=1@1;B=two words@2;"},
      {"A=1", "A=1@1;"},
      {"A=1\r\nB=2\r\n", "A=1@1;B=2@2;"},
      {"A=\nB\n", "A=@1;B@2;"},
      {"  export A = 1 \n", "A=1@1;"},
      {"A=x # comment\nB=x#y\nC=#z\n", "A=x@1;B=x#y@2;C=@3;"},
      {"A='single $X \\n'\n", "A=single $X \\n@1;"},
      {"A=\"double \\\" \\$X \\t\" # comment\n", "A=double \" $X \t@1;"},
      {"A=\"two\nlines\"\nB=1\n", "A=two\nlines@1;B=1@3;"},
      {"A=b=c\n", "A=b=c@1;"},
      {"A=~^shop$\n", "A=~^shop$@1;"},
  };
  for (const auto& c : cases) {
    const auto lines = ParseEnvFile(c.text, "f");
    ASSERT_TRUE(lines.ok()) << c.text << ": " << lines.status();
    std::string written;
    for (const EnvironmentLine& line : *lines) {
      absl::StrAppend(&written, line.name, line.value.has_value() ? "=" : "",
                      line.value.value_or(""), "@", line.place.line, ";");
    }
    EXPECT_EQ(written, c.lines) << c.text;
  }
}

TEST(EnvFile, WhatIsRefused) {
  const struct {
    const char* text;
    const char* says;
  } cases[] = {
      {"A=1\nnot a name=2\n", "f:2: 'not a name' is no name of a variable; write NAME=VALUE"},
      {"=1\n", "f:1: '' is no name"},
      {"A=1\nB=\"open\n", "f:2: a quote is not closed; end"},
      {"A='\n", "f:1: a quote is not closed"},
  };
  for (const auto& c : cases) {
    const auto lines = ParseEnvFile(c.text, "f");
    EXPECT_THAT(std::string(lines.status().message()), HasSubstr(c.says)) << c.text;
  }
  std::string many;
  for (int i = 0; i <= 10'000; ++i) absl::StrAppend(&many, "A=1\n");
  EXPECT_THAT(std::string(ParseEnvFile(many, "f").status().message()),
              HasSubstr("more than 10000 values"));
}

}  // namespace
}  // namespace fairlead
