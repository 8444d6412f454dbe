#include "clients/cli/table.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirWidestText) {
  Table table({"NAME", "STATE", "HOSTS"});
  table.Add({Cell("shop/web"), Cell("UP"), Cell("h1,h2")});
  table.Add({Cell("a"), Cell("DRAINING"), Cell("")});
  EXPECT_EQ(table.Text(false),
            "NAME       STATE      HOSTS\n"
            "shop/web   UP         h1,h2\n"
            "a          DRAINING   <none>\n");
}

TEST(Table, WideLettersCountTwice) {
  Table table({"NAME", "N"});
  table.Add({Cell("\u5e97\u5e97\u5e97"), Cell("1")});
  table.Add({Cell("e\u0301"), Cell("2")});
  EXPECT_EQ(table.Text(false),
            "NAME     N\n"
            "\u5e97\u5e97\u5e97   1\n"
            "e\u0301        2\n");
}

TEST(Table, HeadsAlone) { EXPECT_EQ(Table({"A", "B"}).Text(false), "A   B\n"); }

TEST(Table, TextsOfStrangersCannotBreakIt) {
  Table table({"A", "B"});
  table.Add({Cell("x\ny"), Cell("\x1b]0;title\x07")});
  EXPECT_EQ(table.Text(false), "A        B\nx\\x0ay   \\x1b]0;title\\x07\n");
}

TEST(Table, ColourTakesNoColumns) {
  Table table({"A", "B"});
  table.Add({Cell("bad", Tone::kBad), Cell("plain")});
  EXPECT_EQ(table.Text(true), "A     B\n\033[31mbad\033[0m   plain\n");
}

}  // namespace
}  // namespace fairlead
