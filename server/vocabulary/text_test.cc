#include "server/vocabulary/text.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

TEST(Shown, ReplacesWhatDeceivesOnATerminalAndCutsWhatIsLong) {
  EXPECT_EQ(Shown("shop.example"), "'shop.example'");
  EXPECT_EQ(Shown(""), "''");
  EXPECT_EQ(Shown("a\x1b[31mb\n"), "'a?[31mb?'");
  EXPECT_EQ(Shown("a\xe2\x80\xae"),
            "'a?"
            "?"
            "?'");
  EXPECT_EQ(Shown(std::string(81, 'x')), "'" + std::string(80, 'x') + "...'");
}

struct NearestCase {
  const char* text;
  const char* nearest;
};

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> words = {"host", "port", "path", "service", "network-access"};
  const NearestCase cases[] = {
      {"hosst", "host"},
      {"HOST", "host"},
      {"hots", "host"},
      {"prot", "port"},
      {"servcie", "service"},
      {"services", "service"},
      {"networkaccess", "network-access"},
      {"weight", ""},
      {"", ""},
      {"zzzz", ""},
  };
  for (const NearestCase& c : cases) EXPECT_EQ(Nearest(c.text, words), c.nearest) << c.text;
  EXPECT_EQ(Nearest("mozilla-odl", {"Mozilla-Old"}), "Mozilla-Old");
  EXPECT_EQ(Nearest(std::string(65, 'h'), words), "");
}

}  // namespace
}  // namespace fairlead
