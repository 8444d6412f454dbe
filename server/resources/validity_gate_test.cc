#include "server/resources/validity_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "envoy/config/cluster/v3/cluster.pb.h"

namespace fairlead {
namespace {

using envoy::config::cluster::v3::Cluster;

Cluster Named(const std::string& name) {
  Cluster cluster;
  cluster.set_name(name);
  return cluster;
}

Place Unknown(absl::string_view) { return {}; }

Place FromContainer(absl::string_view field) {
  Place place;
  place.host = "h1";
  place.container = "shop-web-1";
  place.word = std::string(field);
  return place;
}

TEST(ValidityGate, HoldsBackWhatIsInvalidUntilItIsValid) {
  ValidityGate gate;
  const ValidityGate::Slot slot{Type::kCluster, "shop/web:80"};
  std::vector<ProblemsOf> problems;
  EXPECT_TRUE(gate.Admits(slot, Named("shop/web:80"), FromContainer, problems));
  EXPECT_TRUE(problems.empty());

  EXPECT_FALSE(gate.Admits(slot, Named(""), FromContainer, problems));
  ASSERT_EQ(problems.size(), 1u);
  ASSERT_EQ(problems[0].problems.size(), 1u);
  const Problem& problem = problems[0].problems[0];
  EXPECT_EQ(problem.place.service, "shop/web:80");
  EXPECT_EQ(problem.place.host, "h1");
  EXPECT_EQ(problem.place.container, "shop-web-1");
  EXPECT_EQ(problem.place.word, "name");
  EXPECT_THAT(problem.what, testing::HasSubstr("(CDS)"));
  EXPECT_THAT(problem.cure, testing::StartsWith("correct name, "));
  EXPECT_THAT(problem.what, testing::EndsWith("name: it is empty; it needs at least 1 character"));

  std::vector<ProblemsOf> later;
  EXPECT_TRUE(gate.Admits(slot, Named("shop/web:80"), FromContainer, later));
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(later[0].source, problems[0].source);
  EXPECT_TRUE(later[0].problems.empty());
}

TEST(ValidityGate, TellsPlacesApart) {
  ValidityGate gate;
  std::vector<ProblemsOf> problems;
  EXPECT_FALSE(gate.Admits({Type::kCluster, "a", "view 1"}, Named(""), Unknown, problems));
  EXPECT_FALSE(gate.Admits({Type::kCluster, "a", "view 2"}, Named(""), Unknown, problems));
  EXPECT_FALSE(gate.Admits({Type::kEndpoint, "a", "view 1"}, Named(""), Unknown, problems));
  EXPECT_EQ(problems.size(), 3u);
  EXPECT_TRUE(gate.Admits({Type::kCluster, "a", "view 1"}, Named("a"), Unknown, problems));
  EXPECT_EQ(problems.size(), 4u);
  EXPECT_TRUE(gate.Admits({Type::kCluster, "b", "view 1"}, Named("b"), Unknown, problems));
  EXPECT_EQ(problems.size(), 4u);
}

TEST(ValidityGate, AProblemGoesWithItsPlace) {
  ValidityGate gate;
  const ValidityGate::Slot slot{Type::kCluster, "a"};
  std::vector<ProblemsOf> problems;
  EXPECT_FALSE(gate.Admits(slot, *Resource::Of(Type::kCluster, "a", Named("")), Unknown, problems));
  gate.Forget(slot, problems);
  gate.Forget(slot, problems);
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_TRUE(problems[1].problems.empty());
}

}  // namespace
}  // namespace fairlead
