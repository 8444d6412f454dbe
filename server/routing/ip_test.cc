#include "server/routing/ip.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

struct IpCase {
  std::string text;
  Ip::Kind kind;
  bool v6;
  std::string canonical;
};

TEST(ParseIp, TellsWhatCanBeAnEndpoint) {
  using Kind = Ip::Kind;
  const IpCase cases[] = {
      {"172.20.0.2", Kind::kOrdinary, false, "172.20.0.2"},
      {"8.8.8.8", Kind::kOrdinary, false, "8.8.8.8"},
      {"127.0.0.1", Kind::kLoopback, false, "127.0.0.1"},
      {"127.255.0.9", Kind::kLoopback, false, "127.255.0.9"},
      {"0.0.0.0", Kind::kUnspecified, false, "0.0.0.0"},
      {"0.1.2.3", Kind::kRefused, false, "0.1.2.3"},
      {"169.254.169.254", Kind::kRefused, false, "169.254.169.254"},
      {"169.253.0.1", Kind::kOrdinary, false, "169.253.0.1"},
      {"224.0.0.1", Kind::kRefused, false, "224.0.0.1"},
      {"239.255.255.255", Kind::kRefused, false, "239.255.255.255"},
      {"255.255.255.255", Kind::kRefused, false, "255.255.255.255"},
      {"223.255.255.255", Kind::kOrdinary, false, "223.255.255.255"},
      {"fd00:0::2", Kind::kOrdinary, true, "fd00::2"},
      {"::1", Kind::kLoopback, true, "::1"},
      {"::", Kind::kUnspecified, true, "::"},
      {"fe80::1", Kind::kRefused, true, "fe80::1"},
      {"ff02::1", Kind::kRefused, true, "ff02::1"},
      {"::ffff:127.0.0.1", Kind::kLoopback, false, "127.0.0.1"},
      {"::ffff:169.254.1.1", Kind::kRefused, false, "169.254.1.1"},
      {"::ffff:10.0.0.1", Kind::kOrdinary, false, "10.0.0.1"},
  };
  for (const IpCase& c : cases) {
    const auto ip = ParseIp(c.text);
    ASSERT_TRUE(ip.has_value()) << c.text;
    EXPECT_EQ(ip->kind, c.kind) << c.text;
    EXPECT_EQ(ip->v6, c.v6) << c.text;
    EXPECT_EQ(ip->text, c.canonical) << c.text;
  }
}

TEST(ParseIp, TakesNothingElse) {
  for (const std::string& text :
       {std::string(""), std::string("host"), std::string("1.2.3"), std::string("1.2.3.4.5"),
        std::string("01.2.3.4"), std::string("0x7f.1"), std::string("127.1"),
        std::string("1.2.3.4 "), std::string("1.2.3.4:80"), std::string("[::1]"),
        std::string("fe80::1%eth0"), std::string("1.2.3.4\0", 8)}) {
    EXPECT_FALSE(ParseIp(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace fairlead
