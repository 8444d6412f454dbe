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

std::shared_ptr<const Snapshot> Layer(const std::vector<ResourceChange>& resources,
                                      const std::string& given = "") {
  const auto layer = Snapshot::Empty()->With(resources);
  std::vector<Type> types;
  for (const ResourceChange& resource : resources) types.push_back(resource.type);
  return layer->WithGivenVersion(types, given);
}

std::string BodyOf(const Snapshot& snapshot, Type type, const std::string& name) {
  const Resource* const resource = snapshot.Find(type, name);
  return resource == nullptr ? "none" : std::string(resource->body());
}

TEST(SnapshotsOverlay, TheFirstLayerWinsOverTheOthersAndOverWhatIsDerived) {
  Snapshots snapshots;
  snapshots.Apply({Change(Type::kCluster, "a", "derived"), Change(Type::kCluster, "d", "derived")},
                  {});
  Overlay overlay;
  overlay.layers = {
      Layer({Change(Type::kCluster, "a", "node")}),
      Layer({Change(Type::kCluster, "a", "group"), Change(Type::kCluster, "b", "group")}),
      Layer({Change(Type::kCluster, "b", "all"), Change(Type::kCluster, "c", "all")})};
  snapshots.OpenView(1, /*derived=*/true, overlay);
  const Snapshot& seen = *snapshots.Of(1);
  EXPECT_EQ(BodyOf(seen, Type::kCluster, "a"), "node");
  EXPECT_EQ(BodyOf(seen, Type::kCluster, "b"), "group");
  EXPECT_EQ(BodyOf(seen, Type::kCluster, "c"), "all");
  EXPECT_EQ(BodyOf(seen, Type::kCluster, "d"), "derived");
  EXPECT_EQ(BodyOf(*snapshots.DerivedOf(1), Type::kCluster, "a"), "derived");
}

TEST(SnapshotsOverlay, WhatIsHiddenChangesUnseenAndAppearsWhenItsCoverGoes) {
  Snapshots snapshots;
  snapshots.OpenView(1, /*derived=*/true);
  snapshots.Apply({Change(Type::kCluster, "a", "derived")}, {});
  Overlay overlay;
  overlay.layers[0] = Layer({Change(Type::kCluster, "a", "static")});
  ASSERT_TRUE(snapshots.Cover(1, overlay, {}).has_value());
  EXPECT_THAT(snapshots.Apply({Change(Type::kCluster, "a", "derived anew")}, {}), IsEmpty());
  EXPECT_EQ(BodyOf(*snapshots.Of(1), Type::kCluster, "a"), "static");

  const auto uncovered = snapshots.Cover(1, {}, {});
  ASSERT_TRUE(uncovered.has_value());
  EXPECT_THAT(*uncovered->changes, SizeIs(1));
  EXPECT_EQ(BodyOf(*snapshots.Of(1), Type::kCluster, "a"), "derived anew");
  EXPECT_EQ(snapshots.Of(1)->version(Type::kCluster), snapshots.shared()->version(Type::kCluster));
}

TEST(SnapshotsOverlay, EqualContentIsNotPublished) {
  Snapshots snapshots;
  snapshots.OpenView(1, /*derived=*/true);
  snapshots.Apply({Change(Type::kCluster, "a", "1")}, {});
  Overlay overlay;
  overlay.layers[2] = Layer({Change(Type::kCluster, "a", "1")});
  EXPECT_FALSE(snapshots.Cover(1, overlay, {}).has_value());
  EXPECT_FALSE(snapshots.Cover(1, overlay, {}).has_value());
}

TEST(SnapshotsOverlay, AGivenVersionStandsUntilOtherContentChangesTheSet) {  // T49
  Snapshots snapshots;
  snapshots.OpenView(1, /*derived=*/true);
  snapshots.Apply({Change(Type::kCluster, "derived", "1"), Change(Type::kListener, "http", "1")},
                  {});
  Overlay overlay;
  overlay.layers[2] = Layer({Change(Type::kCluster, "a", "1")}, "one");
  const auto put = snapshots.Cover(1, overlay, {{Type::kCluster}, "one"});
  ASSERT_TRUE(put.has_value());
  EXPECT_EQ(put->snapshot->VersionText(Type::kCluster), "one");
  EXPECT_EQ(put->snapshot->given_version(Type::kListener), "");

  snapshots.Apply({Change(Type::kListener, "http", "2")}, {});
  EXPECT_EQ(snapshots.Of(1)->VersionText(Type::kCluster), "one");
  snapshots.Apply({Change(Type::kCluster, "derived", "2")}, {});
  EXPECT_EQ(snapshots.Of(1)->given_version(Type::kCluster), "");

  const auto renamed = snapshots.Cover(1, overlay, {{Type::kCluster}, "two"});
  ASSERT_TRUE(renamed.has_value());
  EXPECT_THAT(*renamed->changes, IsEmpty());
  EXPECT_EQ(renamed->snapshot->VersionText(Type::kCluster), "two");
}

TEST(SnapshotsOverlay, TheVersionOfTheSoleLayerIsThereWhenAViewOpens) {
  const struct {
    const char* name;
    bool derived;
    Overlay overlay;
    const char* given;
  } cases[] = {
      {"sole",
       false,
       {{Layer({Change(Type::kCluster, "a", "1")}, "v"), Layer({}), Layer({})}},
       "v"},
      {"beside derived ones",
       true,
       {{Layer({Change(Type::kCluster, "a", "1")}, "v"), Layer({}), Layer({})}},
       ""},
      {"beside another layer",
       false,
       {{Layer({Change(Type::kCluster, "a", "1")}, "v"), Layer({Change(Type::kCluster, "b", "1")}),
         Layer({})}},
       ""},
      {"beside another type",
       false,
       {{Layer({Change(Type::kCluster, "a", "1")}, "v"), Layer({Change(Type::kRoute, "b", "1")}),
         Layer({})}},
       "v"},
  };
  for (const auto& test : cases) {
    Snapshots snapshots;
    snapshots.Apply({Change(Type::kCluster, "derived", "1")}, {});
    snapshots.OpenView(1, test.derived, test.overlay);
    EXPECT_EQ(snapshots.Of(1)->given_version(Type::kCluster), test.given) << test.name;
  }
}

}  // namespace
}  // namespace fairlead
