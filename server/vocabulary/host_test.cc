#include "server/vocabulary/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> Parse(const std::string& value, Problems& problems) {
  return ParseHosts({"VIRTUAL_HOST", value}, Place{}, problems);
}

struct GoodCase {
  const char* name;
  const char* text;
  std::vector<std::string> hosts;
};

TEST(ParseHosts, TakesWhatNginxProxyTakes) {
  const GoodCase cases[] = {
      {"one", "shop.example", {"shop.example"}},
      {"several", "b.example,a.example", {"a.example", "b.example"}},
      {"space around items", " a.example ,\tb.example\n", {"a.example", "b.example"}},
      {"empty items", ",a.example,, ,", {"a.example"}},
      {"only empty items", " , ,", {}},
      {"twice", "a.example,a.example", {"a.example"}},
      {"case", "Shop.Example,shop.example", {"shop.example"}},
      {"leading wildcard", "*.shop.example", {"*.shop.example"}},
      {"trailing wildcard", "shop.*", {"shop.*"}},
      {"no dot", "localhost", {"localhost"}},
      {"digits, hyphen, underscore", "a-1_b.example", {"a-1_b.example"}},
      {"an IPv4 address", "192.0.2.7", {"192.0.2.7"}},
      {"punycode", "xn--bcher-kva.example", {"xn--bcher-kva.example"}},
  };
  for (const GoodCase& c : cases) {
    Problems problems;
    EXPECT_EQ(Parse(c.text, problems), c.hosts) << c.name;
    EXPECT_THAT(problems, IsEmpty()) << c.name;
  }
}

struct BadCase {
  const char* text;
  const char* why;
  const char* cure;
};

TEST(ParseHosts, RefusesWholeWhatIsNoHostAndSaysWhatToDo) {
  const std::string long_label = std::string(64, 'a') + ".example";
  std::string long_host;
  while (long_host.size() < 254) long_host += "abcdefg.";
  long_host += "x";
  const BadCase cases[] = {
      {"~^shop(?!x)", "no regular expression of RE2", "look-around"},
      {"~^(shop{1000}){1000}$", "larger than a proxy takes", "wildcard"},
      {"~^shop/$", "has a '/'", "VIRTUAL_PATH"},
      {"~\xc3\xbc", "a character that no host has", "ASCII"},
      {"http://shop.example", "is a URL", "host alone"},
      {"shop.example/api", "has a path", "VIRTUAL_PATH"},
      {"shop.example:8080", "has a port", "VIRTUAL_PORT"},
      {"[::1]", "IPv6", "host alone"},
      {"a.example b.example", "has a space", "commas"},
      {"a.example\nb.example", "has a space", "commas"},
      {"b\xc3\xbc"
       "cher.example",
       "beyond ASCII", "xn--"},
      {"shop\xe2\x80\xae.example", "beyond ASCII", "xn--"},
      {"*", "every host", "*.shop.example"},
      {"*.*", "wildcard where none can be", "*.shop.example"},
      {"*.shop.*", "wildcard where none can be", "*.shop.example"},
      {"w*.example", "wildcard where none can be", "*.shop.example"},
      {"a.*.example", "wildcard where none can be", "*.shop.example"},
      {"shop.example.", "ends with a dot", "without the final dot"},
      {"shop..example", "two dots", "take it out"},
      {".shop.example", "two dots in a row or starts with one", "take it out"},
      {"*.", "two dots", "take it out"},
      {"shop;return.example", "a character that no host has", "letters"},
      {"shop{}.example", "a character that no host has", "letters"},
      {"$host", "a character that no host has", "letters"},
      {"a#b", "a character that no host has", "letters"},
      {"a\x01"
       "b",
       "a character that no host has", "letters"},
      {long_label.c_str(), "more than 63", "shorten"},
      {long_host.c_str(), "longer than 253", "shorten"},
  };
  for (const BadCase& c : cases) {
    Problems problems;
    EXPECT_THAT(Parse(c.text, problems), IsEmpty()) << c.text;
    ASSERT_THAT(problems, SizeIs(1)) << c.text;
    EXPECT_THAT(problems[0].what, HasSubstr(c.why)) << c.text;
    EXPECT_THAT(problems[0].what, HasSubstr("not routed")) << c.text;
    EXPECT_THAT(problems[0].cure, HasSubstr(c.cure)) << c.text;
    EXPECT_EQ(problems[0].place.word, "VIRTUAL_HOST");
    EXPECT_EQ(problems[0].severity, Problem::Severity::kError);
  }
}

TEST(ReadHost, IsOneHostOrSaysWhyNot) {
  const struct {
    const char* text;
    const char* read;  // null: refused
    const char* why;
  } cases[] = {
      {"Shop.Example", "shop.example", ""},
      {" *.shop.example ", "*.shop.example", ""},
      {"shop.*", "shop.*", ""},
      {"~^Shop[0-9]+$", "~^Shop[0-9]+$", ""},
      {"", nullptr, "is empty; name a host"},
      {"a b{", nullptr, "has a space in it"},
      {"http://x/", nullptr, "is a URL; write the host alone, as in shop.example"},
      {"~(?!x)", nullptr, "is no regular expression of RE2"},
      {"a.example,b.example", nullptr, "has a character that no host has"},
      {"*", nullptr, "would be every host"},
      {"x.example\n", "x.example", ""},
      {"x\ny", nullptr, "has a space in it"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const absl::StatusOr<std::string> read = ReadHost(c.text);
    ASSERT_EQ(read.ok(), c.read != nullptr) << read.status();
    if (c.read != nullptr) {
      EXPECT_EQ(*read, c.read);
    } else {
      EXPECT_TRUE(absl::IsInvalidArgument(read.status()));
      EXPECT_THAT(std::string(read.status().message()), HasSubstr(c.why));
    }
  }
}

TEST(ParseHosts, AMalformedItemCostsItsNeighboursNothing) {
  Problems problems;
  EXPECT_THAT(Parse("a.example,b..example,~(c,d.example", problems),
              ElementsAre("a.example", "d.example"));
  EXPECT_THAT(problems, SizeIs(2));
}

TEST(ParseHosts, ReportsTenRefusalsAndCountsTheRest) {
  std::string list;
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&list, "*", i, ",");
  Problems problems;
  EXPECT_THAT(Parse(list, problems), IsEmpty());
  ASSERT_THAT(problems, SizeIs(11));
  EXPECT_THAT(problems.back().what, HasSubstr("4990 more items"));
}

TEST(ParseHosts, TakesAHundredHostsAndSaysWhichItDrops) {
  std::string list;
  for (int i = 100; i < 201; ++i) absl::StrAppend(&list, "h", i, ".example,");
  Problems problems;
  const auto hosts = Parse(list, problems);
  ASSERT_THAT(hosts, SizeIs(kMostHosts));
  EXPECT_EQ(hosts.back(), "h199.example");
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0].what, HasSubstr("101 hosts"));
}

}  // namespace
}  // namespace fairlead
