#include "server/base/spelling.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

TEST(Spelling, TheNearestNameIfItIsNear) {
  const std::vector<std::string> names = {"server", "server-name", "log-level", "id"};
  EXPECT_EQ(NearestName("serverr", names), "server");
  EXPECT_EQ(NearestName("log_level", names), "log-level");
  EXPECT_EQ(NearestName("sever-nme", names), "server-name");
  EXPECT_EQ(NearestName("i", names), "id");
  EXPECT_EQ(NearestName("di", names), "id");
  EXPECT_EQ(NearestName("something", names), "");
  EXPECT_EQ(NearestName("", names), "");
  EXPECT_EQ(NearestName(std::string(100'000, 's'), names), "");
}

}  // namespace
}  // namespace fairlead
