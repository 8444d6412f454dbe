#include "server/snapshot/snapshots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace fairlead {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

ResourceChange Change(Type type, const std::string& name, const std::string& content) {
  return {type, name, Resource::FromBytes(type, name, content)};
}

TEST(Snapshots, OneChangeIsOnePublicationAView) {
  Snapshots snapshots;
  snapshots.OpenView(1, /*derived=*/true);
  snapshots.OpenView(2, /*derived=*/false);
  const std::vector<ResourceChange> own = {Change(Type::kEndpoint, "a", "1")};

  const auto publications = snapshots.Apply({Change(Type::kCluster, "a", "1")}, {{1, &own}});

  ASSERT_THAT(publications, SizeIs(1));
  EXPECT_EQ(publications[0].view_id, 1u);
  EXPECT_THAT(*publications[0].changes, SizeIs(2));
  EXPECT_NE(snapshots.Of(1)->Find(Type::kEndpoint, "a"), nullptr);
  EXPECT_EQ(snapshots.Of(2)->Find(Type::kCluster, "a"), nullptr);
}

TEST(Snapshots, EqualContentIsNotPublishedAgain) {
  Snapshots snapshots;
  snapshots.OpenView(1, true);
  snapshots.Apply({Change(Type::kCluster, "a", "1")}, {});
  EXPECT_THAT(snapshots.Apply({Change(Type::kCluster, "a", "1")}, {}), IsEmpty());
  EXPECT_THAT(snapshots.Apply({{Type::kCluster, "never there", nullptr}}, {}), IsEmpty());
  EXPECT_THAT(snapshots.Apply({Change(Type::kCluster, "a", "2")}, {}), SizeIs(1));
}

TEST(Snapshots, AViewThatOpensLaterHasWhatIsShared) {
  Snapshots snapshots;
  snapshots.Apply({Change(Type::kCluster, "a", "1")}, {});
  snapshots.OpenView(7, true);
  EXPECT_NE(snapshots.Of(7)->Find(Type::kCluster, "a"), nullptr);
}

}  // namespace
}  // namespace fairlead
