#include "clients/compose/nginx_directives.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(NginxDirectives, AreWhatStandsFirst) {
  const struct {
    const char* text;
    std::vector<std::string> names;
  } cases[] = {
      {"", {}},
      {"client_max_body_size 100m;\n", {"client_max_body_size"}},
      {"a 1; b 2;a 3;", {"a", "b"}},
      {"# a 1;\nb 2; # c 3;\n", {"b"}},
      {"location ~ ^/x { return 403; }\n", {"location", "return"}},
      {"add_header X 'a; b { c';", {"add_header"}},
      {"add_header X \"a # b\";\nc 1;", {"add_header", "c"}},
      {"a b#c;", {"a"}},
      {"a", {}},
      {"'a' 1;", {}},
      {"A 1; 1a 1; a.b 1; \x1b[1m 1; ;;{}}", {}},
      {"a \"never ends; b 2;", {}},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(NginxDirectives(c.text), ElementsAreArray(c.names)) << c.text;
  }
}

TEST(NginxDirectives, AreBounded) {
  std::string text = absl::StrCat(std::string(65, 'a'), " 1;");
  EXPECT_THAT(NginxDirectives(text), SizeIs(0));
  for (int i = 0; i < 26; ++i) {
    for (int k = 0; k < 26; ++k) {
      text += {static_cast<char>('a' + i), static_cast<char>('a' + k), ';'};
    }
  }
  EXPECT_THAT(NginxDirectives(text), SizeIs(kMostDirectives));
}

TEST(DirectiveAdvice, OfWhatIsNotNeededAndOfWhatIs) {
  const struct {
    const char* directive;
    bool is_needless;
    const char* what;
  } cases[] = {
      {"client_max_body_size", true, "have no limit"},
      {"proxy_buffering", true, "as they come"},
      {"proxy_buffers", true, "as they come"},
      {"proxy_read_timeout", false, "5 minutes"},
      {"real_ip_header", false, "TRUST_DOWNSTREAM_PROXY"},
      {"location", false, ""},
  };
  for (const auto& c : cases) {
    const DirectiveAdvice advice = AdviceOn(c.directive);
    EXPECT_EQ(advice.is_needless, c.is_needless) << c.directive;
    EXPECT_THAT(advice.what, HasSubstr(c.what)) << c.directive;
  }
}

}  // namespace
}  // namespace fairlead
