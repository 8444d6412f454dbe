#include "server/static_resources/stored.h"

#include <gtest/gtest.h>

#include <map>

#include "envoy/config/cluster/v3/cluster.pb.h"

namespace fairlead {
namespace {

// What a store keeps of the changes, by key.
using Records = std::map<std::string, v1::StoredResource>;

// Puts clusters for node n1, and keeps the records.
void Put(const std::vector<std::string>& names, const std::string& version,
         StaticResources& resources, Records& records, bool replace = false) {
  v1::PutResourcesRequest request;
  request.mutable_scope()->set_node_id("n1");
  request.set_version(version);
  request.set_replace(replace);
  for (const std::string& name : names) {
    envoy::config::cluster::v3::Cluster cluster;
    cluster.set_name(name);
    request.add_resources()->PackFrom(cluster);
  }
  const auto changed = resources.Put(CheckedPut(request).value());
  ASSERT_TRUE(changed.ok());
  for (const StoredChanges::Resource& record : RecordsOf(*changed)) {
    records.erase(record.key);
    if (record.after.has_value()) records[record.key] = *record.after;
  }
}

StaticResources Restored(const Records& records) {
  std::vector<v1::StoredResource> stored;
  for (const auto& [key, record] : records) stored.push_back(record);
  StaticResources resources;
  for (const StaticPut& put : PutsOf(stored)) EXPECT_TRUE(resources.Put(put).ok());
  return resources;
}

void ExpectEqual(const StaticResources& a, const StaticResources& b) {
  const StaticScope node{StaticScope::Kind::kNode, "n1"};
  EXPECT_EQ(a.All().size(), b.All().size());
  EXPECT_TRUE(Difference(*a.Of(node), *b.Of(node)).empty());
  EXPECT_EQ(a.Of(node)->VersionText(Type::kCluster), b.Of(node)->VersionText(Type::kCluster));
}

TEST(StoredResources, WhatIsKeptMakesWhatThereWas) {
  StaticResources resources;
  Records records;
  Put({"a", "b"}, "1", resources, records);
  ExpectEqual(resources, Restored(records));
  EXPECT_EQ(Restored(records).Of({StaticScope::Kind::kNode, "n1"})->VersionText(Type::kCluster),
            "1");
  Put({"b", "c"}, "", resources, records, /*replace=*/true);
  ExpectEqual(resources, Restored(records));
  Put({"b"}, "3", resources, records);
  ExpectEqual(resources, Restored(records));
}

TEST(StoredResources, KeysOfDifferentResourcesDiffer) {
  StaticResources resources;
  Records records;
  Put({"a", "a/b", "b"}, "", resources, records);
  EXPECT_EQ(records.size(), 3u);
}

TEST(StoredResources, ARecordThatIsNotUnderstoodIsLeftOut) {
  v1::StoredResource no_scope;
  no_scope.set_type_url("type.googleapis.com/envoy.config.cluster.v3.Cluster");
  v1::StoredResource other_type;
  other_type.set_all(true);
  other_type.set_type_url("type.googleapis.com/something.new");
  EXPECT_TRUE(PutsOf({no_scope, other_type}).empty());
}

}  // namespace
}  // namespace fairlead
