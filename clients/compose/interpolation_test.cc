#include "clients/compose/interpolation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::optional<std::string> Variable(const std::string& name) {
  if (name == "SET") return "value";
  if (name == "EMPTY") return "";
  if (name == "DOLLARS") return "$SET";
  return std::nullopt;
}

TEST(Interpolation, WhatComesOut) {
  const struct {
    const char* text;
    const char* result;
  } cases[] = {
      {"", ""},
      {"plain {text}", "plain {text}"},
      {"$SET", "value"},
      {"a${SET}b", "avalueb"},
      {"$SET.example", "value.example"},
      {"${EMPTY}", ""},
      {"$$SET $${SET}", "$SET ${SET}"},
      {"~^shop\\.example$$", "~^shop\\.example$"},
      {"${SET:-other}${SET-other}", "valuevalue"},
      {"${EMPTY:-other}|${EMPTY-other}", "other|"},
      {"${UNSET:-other}|${UNSET-other}", "other|other"},
      {"${UNSET:-}", ""},
      {"${UNSET:-a:b-c?d}", "a:b-c?d"},
      {"${UNSET:-${SET}}", "value"},
      {"${UNSET:-${UNSET2:-x}}y", "xy"},
      {"${SET:?needed}", "value"},
      {"${EMPTY?needed}", ""},
      {"${SET:+other}|${EMPTY:+other}|${EMPTY+other}|${UNSET+other}", "other||other|"},
      {"${SET:-$UNSET}", "value"},
      // What a variable holds is text.
      {"$DOLLARS", "$SET"},
  };
  for (const auto& c : cases) {
    const auto result = Interpolate(c.text, Variable);
    ASSERT_TRUE(result.ok()) << c.text << ": " << result.status();
    EXPECT_EQ(result->text, c.result) << c.text;
    EXPECT_THAT(result->unset, IsEmpty()) << c.text;
  }
}

TEST(Interpolation, WhatIsNotSet) {
  const auto result = Interpolate("$UNSET ${OTHER} $UNSET ${SET:+$THIRD}", Variable);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->text, "   ");
  EXPECT_THAT(result->unset, ElementsAre("UNSET", "OTHER", "THIRD"));
}

TEST(Interpolation, WhatIsRefused) {
  const struct {
    const char* text;
    const char* says;
  } cases[] = {
      {"$", "write $$ for a dollar sign"},
      {"~^a\\.b$", "write $$ for a dollar sign"},
      {"$1", "write $$"},
      {"${}", "write $$"},
      {"${1A}", "write $$"},
      {"${SET", "goes on with something unknown"},
      {"${SET:-a", "no '}' that closes it"},
      {"${SET:=a}", "goes on with something unknown; write ${NAME}"},
      {"${SET!}", "goes on with something unknown"},
      {"${UNSET:?give a port}", "the variable UNSET is needed (give a port); set it"},
      {"${EMPTY:?}", "the variable EMPTY is needed; set it"},
  };
  for (const auto& c : cases) {
    const auto result = Interpolate(c.text, Variable);
    EXPECT_THAT(std::string(result.status().message()), HasSubstr(c.says)) << c.text;
  }
}

TEST(Interpolation, Bounds) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "${UNSET:-";
  EXPECT_THAT(std::string(Interpolate(deep, Variable).status().message()),
              HasSubstr("nested deeper than 20"));
  const std::string long_value(50 << 10, 'x');
  const auto result = Interpolate("$A$A", [&](const std::string&) { return long_value; });
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("more than 65536 bytes"));
}

}  // namespace
}  // namespace fairlead
