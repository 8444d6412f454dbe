#include "server/snapshot/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "envoy/config/endpoint/v3/endpoint.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

namespace fairlead {
namespace {

using envoy::config::endpoint::v3::ClusterLoadAssignment;

std::shared_ptr<const Resource> Assignment(const std::string& name, int policy) {
  ClusterLoadAssignment assignment;
  assignment.set_cluster_name(name);
  assignment.mutable_policy()->mutable_overprovisioning_factor()->set_value(policy);
  return Resource::Of(Type::kEndpoint, name, assignment);
}

template <typename Message>
Message Parse(const std::vector<grpc::Slice>& slices) {
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  Message message;
  EXPECT_TRUE(message.ParseFromString(bytes));
  return message;
}

TEST(Resource, IsReadByProtobufInBothForms) {
  const auto resource = Assignment("shop/web:8000", 140);
  std::vector<grpc::Slice> sotw;
  std::vector<grpc::Slice> delta;
  resource->AppendSotw(sotw);
  resource->AppendDelta(delta);

  const auto whole = Parse<envoy::service::discovery::v3::DiscoveryResponse>(sotw);
  const auto part = Parse<envoy::service::discovery::v3::DeltaDiscoveryResponse>(delta);

  ASSERT_EQ(whole.resources_size(), 1);
  ASSERT_EQ(part.resources_size(), 1);
  EXPECT_EQ(whole.resources(0).type_url(), TypeUrl(Type::kEndpoint));
  EXPECT_EQ(part.resources(0).name(), "shop/web:8000");
  EXPECT_EQ(part.resources(0).version(), resource->version().ToString());
  EXPECT_EQ(part.resources(0).resource().SerializeAsString(),
            whole.resources(0).SerializeAsString());
  ClusterLoadAssignment assignment;
  ASSERT_TRUE(whole.resources(0).UnpackTo(&assignment));
  EXPECT_EQ(assignment.SerializeAsString(), std::string(resource->body()));
}

TEST(Snapshot, EqualContentHasEqualVersionsWhateverTheWayThere) {
  const auto a = Assignment("a", 1);
  const auto b = Assignment("b", 1);
  const auto other = Assignment("a", 2);
  const auto one = Snapshot::Empty()->With({{Type::kEndpoint, "a", a}, {Type::kEndpoint, "b", b}});
  const auto two = Snapshot::Empty()
                       ->With({{Type::kEndpoint, "b", b}})
                       ->With({{Type::kEndpoint, "a", other}})
                       ->With({{Type::kEndpoint, "a", a}});

  EXPECT_EQ(one->version(Type::kEndpoint), two->version(Type::kEndpoint));
  EXPECT_FALSE(one->version(Type::kEndpoint) == Snapshot::Empty()->version(Type::kEndpoint));
  const auto none = two->With({{Type::kEndpoint, "a", nullptr}, {Type::kEndpoint, "b", nullptr}});
  EXPECT_EQ(none->version(Type::kEndpoint), Snapshot::Empty()->version(Type::kEndpoint));
  EXPECT_EQ(none->Find(Type::kEndpoint, "a"), nullptr);
  EXPECT_EQ(two->Find(Type::kEndpoint, "a"), a.get());
}

TEST(Snapshot, TheVersionTellsResourcesWithSwappedNamesApart) {
  EXPECT_FALSE(Version::Of("a", "x") == Version::Of("b", "x"));
  Version ab = Version::Of("a", "1");
  ab += Version::Of("b", "2");
  Version ba = Version::Of("a", "2");
  ba += Version::Of("b", "1");
  EXPECT_FALSE(ab == ba);
}

TEST(Snapshot, AGivenVersionStandsUntilItsTypeChanges) {
  const auto hashed = Snapshot::Empty()->With({{Type::kEndpoint, "a", Assignment("a", 1)}});
  const auto given = hashed->WithGivenVersion({Type::kEndpoint}, "1");
  EXPECT_EQ(given->VersionText(Type::kEndpoint), "1");
  EXPECT_EQ(given->version(Type::kEndpoint), hashed->version(Type::kEndpoint));
  EXPECT_EQ(given->VersionText(Type::kCluster), hashed->VersionText(Type::kCluster));

  const auto other_type = given->With({{Type::kCluster, "a", nullptr}});
  EXPECT_EQ(other_type->VersionText(Type::kEndpoint), "1");
  const auto changed = given->With({{Type::kEndpoint, "b", Assignment("b", 1)}});
  EXPECT_EQ(changed->VersionText(Type::kEndpoint), changed->version(Type::kEndpoint).ToString());
}

TEST(Snapshot, TheDifferenceIsByContent) {
  const auto before = Snapshot::Empty()->With({{Type::kEndpoint, "same", Assignment("same", 1)},
                                               {Type::kEndpoint, "other", Assignment("other", 1)},
                                               {Type::kCluster, "gone", Assignment("gone", 1)}});
  const auto after = Snapshot::Empty()->With({{Type::kEndpoint, "same", Assignment("same", 1)},
                                              {Type::kEndpoint, "other", Assignment("other", 2)},
                                              {Type::kEndpoint, "new", Assignment("new", 1)}});
  EXPECT_THAT(Difference(*before, *before), testing::IsEmpty());
  const std::vector<ResourceChange> changes = Difference(*before, *after);
  EXPECT_EQ(changes.size(), 3u);
  EXPECT_THAT(Difference(*before->With(changes), *after), testing::IsEmpty());
}

}  // namespace
}  // namespace fairlead
