#include "clients/cli/display_text.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

struct TextCase {
  const char* name;
  const char* text;
  const char* printable;
  size_t width;
};

constexpr TextCase kCases[] = {
    {"plain", "shop/web", "shop/web", 8},
    {"empty", "", "", 0},
    {"accents", "caf\u00e9", "caf\u00e9", 4},
    {"a combining mark takes no column", "e\u0301", "e\u0301", 1},
    {"East Asian letters take two", "\u5e97", "\u5e97", 2},
    {"an escape sequence", "a\x1b[2Jb", "a\\x1b[2Jb", 9},
    {"a line break", "a\nb\tc", "a\\x0ab\\x09c", 11},
    {"one byte of controls in UTF-8", "\u009b", "\\x9b", 4},
    {"turned direction", "a\u202eb", "a\\u202eb", 8},
    {"invisible", "a\u200bb", "a\\u200bb", 8},
    {"no UTF-8", "a\xff\xc3", "a\\xff\\xc3", 9},
    {"line separator", "\u2028", "\\u2028", 6},
};

TEST(DisplayText, WhatATerminalWouldObeyIsWrittenOut) {
  for (const TextCase& test : kCases) {
    SCOPED_TRACE(test.name);
    EXPECT_EQ(Printable(test.text), test.printable);
    EXPECT_EQ(DisplayWidth(Printable(test.text)), test.width);
  }
}

}  // namespace
}  // namespace fairlead
