#include "server/base/log.h"

#include <gtest/gtest.h>

#include <string>

namespace fairlead {
namespace {

TEST(Quoted, LeavesShortTextAsItIs) {
  EXPECT_EQ(Quoted(""), "");
  EXPECT_EQ(Quoted("shop/wéb"), "shop/wéb");
  EXPECT_EQ(Quoted(std::string(256, 'x')), std::string(256, 'x'));
}

TEST(Quoted, ReplacesControlCharacters) { EXPECT_EQ(Quoted("a\nb\x1b[31m\x7f"), "a?b?[31m?"); }

TEST(Quoted, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(Quoted(std::string(257, 'x')), std::string(256, 'x') + "...");
  EXPECT_EQ(Quoted(std::string(255, 'x') + "é"), std::string(255, 'x') + "...");
  EXPECT_EQ(Quoted(std::string(254, 'x') + "éé"), std::string(254, 'x') + "é...");
  EXPECT_EQ(Quoted(std::string(254, 'x') + "漢"), std::string(254, 'x') + "...");
}

TEST(Quoted, OutlivesTextThatIsNoUtf8) { EXPECT_EQ(Quoted(std::string(300, '\x80')), "..."); }

}  // namespace
}  // namespace fairlead
