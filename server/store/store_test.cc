#include "server/store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/store/memory_store.h"
#include "server/store/sqlite_store.h"

namespace fairlead {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::StoredHost Host(const std::string& id, const std::string& zone = "") {
  v1::StoredHost host;
  host.mutable_hello()->set_host_id(id);
  host.mutable_hello()->set_zone(zone);
  return host;
}

std::shared_ptr<const v1::Container> Container(const std::string& id) {
  auto container = std::make_shared<v1::Container>();
  container->set_id(id);
  return container;
}

v1::StoredService Service(const std::string& name) {
  v1::StoredService service;
  service.set_name(name);
  return service;
}

v1::StoredResource StaticRecord(const std::string& name) {
  v1::StoredResource resource;
  resource.set_name(name);
  return resource;
}

v1::StoredCertificate CertificateRecord(const std::string& name) {
  v1::StoredCertificate certificate;
  certificate.set_name(name);
  certificate.set_private_key("KEY");
  return certificate;
}

// What every engine of Store promises.
class StoreTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { Open(); }

  void Open() {
    if (GetParam() == "Memory") {
      store_ = std::make_unique<MemoryStore>();
      return;
    }
    auto opened = SqliteStore::Open(directory_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  StoredState Load() {
    EXPECT_TRUE(store_->Flush(absl::Seconds(30)).ok());
    return store_->Load().value();
  }

  const std::string directory_ =
      absl::StrCat(testing::TempDir(), "/",
                   testing::UnitTest::GetInstance()->current_test_info()->name(), "-", getpid());
  std::unique_ptr<Store> store_;
};

TEST_P(StoreTest, IsEmptyAtFirst) {
  const StoredState state = Load();
  EXPECT_THAT(state.hosts, IsEmpty());
  EXPECT_THAT(state.containers, IsEmpty());
  EXPECT_THAT(state.services, IsEmpty());
  EXPECT_TRUE(store_->Health().ok());
}

TEST_P(StoreTest, GivesBackWhatWasSavedSorted) {
  store_->Save({.hosts = {{"h2", Host("h2")}, {"h1", Host("h1")}},
                .containers = {{"h1", "b", Container("b")}, {"h1", "a", Container("a")}},
                .services = {{"shop/web", Service("shop/web")}},
                .resources = {{"node/a", StaticRecord("a")}},
                .certificates = {{"b", CertificateRecord("b")}, {"a", CertificateRecord("a")}}});
  const StoredState state = Load();
  ASSERT_THAT(state.hosts, SizeIs(2));
  EXPECT_EQ(state.hosts[0].hello().host_id(), "h1");
  ASSERT_THAT(state.containers, SizeIs(2));
  EXPECT_EQ(state.containers[0].container().id(), "a");
  EXPECT_EQ(state.containers[0].host_id(), "h1");
  ASSERT_THAT(state.services, SizeIs(1));
  EXPECT_EQ(state.services[0].name(), "shop/web");
  ASSERT_THAT(state.resources, SizeIs(1));
  EXPECT_EQ(state.resources[0].name(), "a");
  ASSERT_THAT(state.certificates, SizeIs(2));
  EXPECT_EQ(state.certificates[0].name(), "a");
  EXPECT_EQ(state.certificates[0].private_key(), "KEY");
}

TEST_P(StoreTest, TheNewestValueCounts) {
  for (int round = 0; round < 100; ++round) {
    store_->Save({.hosts = {{"h1", Host("h1", absl::StrCat("zone-", round))}},
                  .containers = {},
                  .services = {},
                  .resources = {}});
  }
  EXPECT_EQ(Load().hosts.at(0).hello().zone(), "zone-99");
}

TEST_P(StoreTest, WhatIsDeletedIsGone) {
  store_->Save({.hosts = {{"h1", Host("h1")}},
                .containers = {{"h1", "a", Container("a")}},
                .services = {{"web", Service("web")}},
                .resources = {{"a", StaticRecord("a")}},
                .certificates = {{"a", CertificateRecord("a")}}});
  ASSERT_TRUE(store_->Flush(absl::Seconds(30)).ok());
  store_->Save({.hosts = {{"h1", std::nullopt}},
                .containers = {{"h1", "a", nullptr}, {"h1", "never-there", nullptr}},
                .services = {{"web", std::nullopt}},
                .resources = {{"a", std::nullopt}},
                .certificates = {{"a", std::nullopt}}});
  const StoredState state = Load();
  EXPECT_THAT(state.hosts, IsEmpty());
  EXPECT_THAT(state.containers, IsEmpty());
  EXPECT_THAT(state.services, IsEmpty());
  EXPECT_THAT(state.resources, IsEmpty());
  EXPECT_THAT(state.certificates, IsEmpty());
}

// Of a store that outlives its process.
using LastingStoreTest = StoreTest;

TEST_P(LastingStoreTest, TheEndOfTheStoreWritesWhatWaits) {
  store_->Save({.hosts = {{"h1", Host("h1")}}, .containers = {}, .services = {}, .resources = {}});
  store_.reset();
  Open();
  EXPECT_THAT(Load().hosts, SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(, StoreTest, testing::Values("Memory", "Sqlite"),
                         [](const auto& test) { return test.param; });
INSTANTIATE_TEST_SUITE_P(, LastingStoreTest, testing::Values("Sqlite"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace fairlead
