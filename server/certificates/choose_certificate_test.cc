#include "server/certificates/choose_certificate.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace fairlead {
namespace {

struct ChoiceCase {
  const char* name;
  std::set<std::string> there;
  std::string host;
  std::string cert_name;
  bool trust_default;
  std::string chosen;
};

const ChoiceCase kChoiceCases[] = {
    {"NoneAtAll", {}, "shop.example", "", true, ""},
    {"ItsOwn", {"shop.example", "default"}, "shop.example", "", true, "shop.example"},
    {"ItsParents", {"shop.example"}, "a.shop.example", "", true, "shop.example"},
    {"ItsOwnBeforeItsParents",
     {"a.shop.example", "shop.example"},
     "a.shop.example",
     "",
     true,
     "a.shop.example"},
    {"OneLevelOnly", {"shop.example"}, "a.b.shop.example", "", true, ""},
    {"DefaultBehindTheTooFarParent",
     {"shop.example", "default"},
     "a.b.shop.example",
     "",
     true,
     "default"},
    {"LeadingWildcardTakesItsDomains",
     {"shop.example"},
     "*.shop.example",
     "",
     true,
     "shop.example"},
    {"LeadingWildcardHasItsOwn",
     {"*.shop.example", "shop.example"},
     "*.shop.example",
     "",
     true,
     "*.shop.example"},
    {"TrailingWildcard", {"shop.*"}, "shop.*", "", true, "shop.*"},
    {"TrailingWildcardHasNoParent", {"example"}, "shop.*", "", true, ""},
    {"ASingleLabelHasNoParent", {"default"}, "localhost", "", false, ""},
    {"AnEmptyParentIsNone", {""}, "shop.", "", true, ""},
    {"CertNameWins", {"wild", "shop.example"}, "shop.example", "wild", true, "wild"},
    {"CertNameInCapitals", {"wild"}, "shop.example", "Wild", true, "wild"},
    {"AWrongCertNameIsNoHttps", {"shop.example", "default"}, "shop.example", "wildd", true, ""},
    {"CertNameMayBeTheDefault", {"default"}, "shop.example", "default", false, "default"},
    {"TheDefaultWhereItIsTrusted", {"default"}, "shop.example", "", true, "default"},
    {"NoDefaultWhereItIsNot", {"default"}, "shop.example", "", false, ""},
    {"ARegularExpressionHasTheDefault", {"default"}, "~^a\\.b$", "", true, "default"},
    {"ARegularExpressionHasNoParent", {"b$"}, "~^a.b$", "", true, ""},
};

TEST(ChooseCertificate, FollowsTheOrderOfNginxProxy) {
  for (const ChoiceCase& of : kChoiceCases) {
    SCOPED_TRACE(of.name);
    const auto has = [&](absl::string_view name) { return of.there.count(std::string(name)) > 0; };
    EXPECT_EQ(ChooseCertificate(has, of.host, of.cert_name, of.trust_default), of.chosen);
  }
}

TEST(ChooseCertificate, ARegularExpressionIsNamedByItsSha1) {
  // As `printf '~^a$' | sha1sum` says it.
  const auto has = [](absl::string_view name) {
    return name == "c747fe82e71a791b505caca17d20cf828cda9059";
  };
  EXPECT_EQ(ChooseCertificate(has, "~^a$", "", false), "c747fe82e71a791b505caca17d20cf828cda9059");
}

}  // namespace
}  // namespace fairlead
