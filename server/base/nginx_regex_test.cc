#include "server/base/nginx_regex.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <string>

namespace fairlead {
namespace {

TEST(NginxRegex, OfPathsIsFoundAnywhereUnlessItSaysOtherwise) {
  const struct {
    const char* location;
    const char* path;
    bool matches;
  } cases[] = {
      {"~b", "/abc", true},          {"~^b", "/abc", false},        {"~^/(a|b)/", "/b/c", true},
      {"~^/(a|b)/", "/c/b/", false}, {"~\\.php$", "/x.php", true},  {"~\\.php$", "/x.php/", false},
      {"~\\.PNG$", "/x.png", false}, {"~*\\.PNG$", "/x.png", true}, {"~a|b$", "/a/c", true},
      {"~", "/any", true},
  };
  for (const auto& of : cases) {
    EXPECT_EQ(RE2::FullMatch(of.path, PathRegexOf(of.location)), of.matches)
        << of.location << " " << of.path;
  }
}

TEST(NginxRegex, OfHostsKnowsNoCaseAndNoPort) {
  const struct {
    const char* name;
    const char* host;
    bool matches;
  } cases[] = {
      {"~^www\\d+\\.shop\\.example$", "WWW7.shop.example", true},
      {"~^www\\d+\\.shop\\.example$", "www7.shop.example:8080", true},
      {"~^www\\d+\\.shop\\.example$", "www7.shop.example.org", false},
      {"~^www\\d+\\.shop\\.example$", "www7.shop.example:x", false},
      {"~^(a|b$)", "b:80", true},
      // Here it is no end: in a class, after a backslash, in a quotation.
      {"~^a[$]$", "a$", true},
      {"~^a[]$]$", "a]", true},
      {"~^a[]$]$", "a:80", false},
      {"~^a[^]$]$", "ab:80", true},
      {"~^a[[:digit:]$]$", "a7:80", true},
      {"~^a[\\]$]$", "a$:80", true},
      {"~^a\\$$", "a$:80", true},
      {"~^\\Qa$\\E$", "a$:80", true},
  };
  for (const auto& of : cases) {
    EXPECT_TRUE(CheckHostRegex(of.name).ok()) << of.name;
    EXPECT_EQ(RE2::FullMatch(of.host, HostRegexOf(of.name)), of.matches)
        << of.name << " " << of.host;
  }
}

TEST(NginxRegex, TakesNoneThatIsMalformedOfPerlOrTooLarge) {
  for (const char* malformed :
       {"~(", "~)", "~a)|(b", "~[a", "~a[", "~a**", "~a\\", "~(?<x>a)", "~(?=a)", "~(?!a)",
        "~(a)\\1", "~a(?#x)", "~\\p{Nothing}", "~\xff", "~(?x) a",
        // No bytes, which is what Envoy takes text for.
        "~\\x{100}", "~^\\x{100}$", "~[^\\x{1ff}]", "~[\\x{80}-\\x{ffff}]"}) {
    const std::string text = malformed;
    EXPECT_EQ(CheckPathRegex(text).code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(CheckHostRegex(text).code(), absl::StatusCode::kInvalidArgument) << text;
  }
  for (const char* bomb :
       {"~(a{100}){100}", "~(a|b){200}", "~(((a{30}){30}){30}){30}", "~a{1001}"}) {
    EXPECT_EQ(CheckPathRegex(bomb).code(), absl::StatusCode::kResourceExhausted) << bomb;
    EXPECT_EQ(CheckHostRegex(bomb).code(), absl::StatusCode::kResourceExhausted) << bomb;
  }
}

}  // namespace
}  // namespace fairlead
