#include "server/base/begin_of.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

TEST(BeginOf, CutsBetweenCharacters) {
  EXPECT_EQ(BeginOf("", 3), "");
  EXPECT_EQ(BeginOf("abc", 3), "abc");
  EXPECT_EQ(BeginOf("abcd", 3), "abc");
  EXPECT_EQ(BeginOf("abcd", 0), "");
  EXPECT_EQ(BeginOf("\u00fc\u00fc", 3), "\u00fc");
  EXPECT_EQ(BeginOf("\u00fc\u00fc", 1), "");
  EXPECT_EQ(BeginOf("a\U0001f600b", 4), "a");
  EXPECT_EQ(BeginOf("a\U0001f600b", 5), "a\U0001f600");
}

}  // namespace
}  // namespace fairlead
