#include "server/routing/names.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/vocabulary/service.h"

namespace fairlead {
namespace {

TEST(PoolName, ReadsAsWhatIsInIt) {
  EXPECT_EQ(ServicePoolName("shop/web", 8000), "shop/web:8000");
  EXPECT_EQ(MixedPoolName("shop.example", "/api"), "shop.example/api");
  EXPECT_EQ(MixedPoolName("shop.example", "/"), "shop.example/");
  EXPECT_EQ(MixedPoolName("*.shop.example", "/"), "*.shop.example/");
  EXPECT_EQ(MixedPoolName("shop.*", "/"), "shop.*/");
  EXPECT_EQ(MixedPoolName("localhost", "/api"), "localhost./api");
}

// Of all hosts, paths and services built of these parts, no two have one name, and no pool that of
// a service.
TEST(PoolName, IsOnePoolsAlone) {
  const std::string parts[] = {"a", "a.b", "a.", "a:80", "80", "web", "*.a", "a.*", "_"};
  const std::string paths[] = {"/", "/a", "/a:80", "/web", "/web:80", "/a/b:80", "/:80", "//a:80"};
  std::map<std::string, std::string> owners;
  const auto own = [&](const std::string& name, const std::string& owner) {
    const auto [entry, added] = owners.emplace(name, owner);
    EXPECT_TRUE(added) << name << " is of " << entry->second << " and of " << owner;
  };
  const auto service = [&](const std::string& name) {
    if (!IsServiceName(name)) return;
    own(name, absl::StrCat("service ", name));
    for (const int port : {8, 80, 8080}) {
      EXPECT_EQ(ServiceOfPool(ServicePoolName(name, port)), name);
      own(ServicePoolName(name, port), absl::StrCat("service ", name, " port ", port));
    }
  };
  for (const std::string& part : parts) {
    service(part);
    for (const std::string& other : parts) service(absl::StrCat(part, "/", other));
    // No host ends with a dot or has a colon (see ParseHosts).
    if (part.back() == '.' || part.find(':') != std::string::npos) continue;
    for (const std::string& path : paths) {
      EXPECT_EQ(ServiceOfPool(MixedPoolName(part, path)), "") << part << path;
      own(MixedPoolName(part, path), absl::StrCat("host ", part, " path ", path));
    }
  }
  EXPECT_GT(owners.size(), 100u);
}

}  // namespace
}  // namespace fairlead
