#include "server/catalog/host_containers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Id(int number) { return absl::StrFormat("%064x", number); }

v1::Container Web(int number, const std::string& ip = "172.20.0.2") {
  v1::Container container;
  container.set_id(Id(number));
  container.set_name(absl::StrCat("shop-web-", number));
  container.set_state(v1::Container::RUNNING);
  (*container.mutable_labels())["a"] = "1";
  (*container.mutable_labels())["b"] = "2";
  container.add_networks()->set_ipv4(ip);
  return container;
}

v1::SnapshotPart Part(uint64_t sequence, const std::vector<v1::Container>& containers) {
  v1::SnapshotPart part;
  part.set_sequence(sequence);
  for (const v1::Container& container : containers) *part.add_containers() = container;
  return part;
}

class HostContainersTest : public testing::Test {
 protected:
  // What a snapshot changed, as "+ID", "~ID" and "-ID" with the last digit of each id.
  std::vector<std::string> Snapshot(const std::vector<v1::Container>& containers,
                                    bool complete = true) {
    v1::SnapshotPart part = Part(1, containers);
    part.set_last(true);
    EXPECT_TRUE(containers_.Gather(part).ok());
    std::vector<ContainerChange> changes;
    EXPECT_TRUE(containers_.Settle(complete, changes).ok());
    return Written(changes);
  }

  std::vector<std::string> Update(const std::vector<v1::Container>& upserts,
                                  const std::vector<std::string>& removed) {
    v1::Update update;
    for (const v1::Container& container : upserts) *update.add_upserts() = container;
    for (const std::string& id : removed) update.add_removed(id);
    std::vector<ContainerChange> changes;
    EXPECT_TRUE(containers_.Apply(update, changes).ok());
    return Written(changes);
  }

  static std::vector<std::string> Written(const std::vector<ContainerChange>& changes) {
    std::vector<std::string> written;
    for (const ContainerChange& change : changes) {
      const char sign = change.before == nullptr ? '+' : change.after == nullptr ? '-' : '~';
      written.push_back(absl::StrCat(std::string(1, sign), change.container_id.substr(63)));
    }
    return written;
  }

  ReportLimits limits_ = {.containers_per_host = 10, .bytes_per_host = 4000};
  HostContainers containers_{"h1", limits_};
};

TEST_F(HostContainersTest, ASnapshotGivesOnlyWhatDiffers) {
  EXPECT_THAT(Snapshot({Web(1), Web(2)}), ElementsAre("+1", "+2"));
  EXPECT_THAT(Snapshot({Web(2), Web(1)}), IsEmpty());
  EXPECT_THAT(Snapshot({Web(1, "172.20.0.9"), Web(3)}), ElementsAre("~1", "-2", "+3"));
  EXPECT_THAT(Snapshot({}), ElementsAre("-1", "-3"));
}

TEST_F(HostContainersTest, WhatDoesNotDifferKeepsItsPointer) {
  std::vector<ContainerChange> first;
  v1::SnapshotPart part = Part(1, {Web(1)});
  ASSERT_TRUE(containers_.Gather(part).ok());
  ASSERT_TRUE(containers_.Settle(true, first).ok());
  Snapshot({Web(1)});
  std::vector<ContainerChange> last;
  containers_.RemoveAll(last);
  EXPECT_EQ(first[0].after.get(), last[0].before.get());
}

TEST_F(HostContainersTest, AnIncompleteSnapshotRemovesNothing) {
  Snapshot({Web(1), Web(2)});
  EXPECT_THAT(Snapshot({Web(3)}, false), ElementsAre("+3"));
  EXPECT_THAT(Snapshot({}, false), IsEmpty());
  EXPECT_EQ(containers_.size(), 3u);
}

TEST_F(HostContainersTest, PartsShowTogether) {
  v1::SnapshotPart first = Part(7, {Web(1)});
  v1::SnapshotPart second = Part(7, {Web(2)});
  ASSERT_TRUE(containers_.Gather(first).ok());
  EXPECT_TRUE(containers_.is_gathering());
  EXPECT_EQ(containers_.size(), 0u);
  ASSERT_TRUE(containers_.Gather(second).ok());
  std::vector<ContainerChange> changes;
  ASSERT_TRUE(containers_.Settle(true, changes).ok());
  EXPECT_THAT(Written(changes), ElementsAre("+1", "+2"));
  EXPECT_FALSE(containers_.is_gathering());
}

TEST_F(HostContainersTest, PartsThatDoNotFitAreRefused) {
  v1::SnapshotPart first = Part(7, {Web(1)});
  v1::SnapshotPart other = Part(8, {Web(2)});
  v1::SnapshotPart empty = Part(8, {});
  ASSERT_TRUE(containers_.Gather(first).ok());
  EXPECT_EQ(containers_.Gather(other).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(containers_.is_gathering());
  EXPECT_EQ(containers_.Gather(empty).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HostContainersTest, UpdatesAddReplaceAndRemove) {
  Snapshot({Web(1), Web(2)});
  EXPECT_THAT(Update({Web(2, "172.20.0.9"), Web(1), Web(3)}, {Id(1), Id(9)}),
              ElementsAre("-1", "~2", "+3"));
}

TEST_F(HostContainersTest, TooManyContainersLeaveTheLastGoodState) {
  Snapshot({Web(1)});
  v1::SnapshotPart part = Part(2, {});
  for (int i = 0; i < 11; ++i) *part.add_containers() = Web(i);
  EXPECT_EQ(containers_.Gather(part).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(containers_.size(), 1u);

  v1::Update update;
  for (int i = 0; i < 11; ++i) *update.add_upserts() = Web(i);
  std::vector<ContainerChange> changes;
  EXPECT_EQ(containers_.Apply(update, changes).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(changes, IsEmpty());
  EXPECT_EQ(containers_.size(), 1u);
}

TEST_F(HostContainersTest, SnapshotsThatRemoveNothingDoNotGrowWithoutBound) {
  std::vector<v1::Container> some;
  std::vector<v1::Container> others;
  for (int i = 0; i < 6; ++i) some.push_back(Web(i));
  for (int i = 6; i < 12; ++i) others.push_back(Web(i));
  Snapshot(some, false);
  v1::SnapshotPart part = Part(2, others);
  ASSERT_TRUE(containers_.Gather(part).ok());
  std::vector<ContainerChange> changes;
  EXPECT_EQ(containers_.Settle(false, changes).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(containers_.size(), 6u);
}

TEST_F(HostContainersTest, BytesAreBoundedToo) {
  v1::Container large = Web(1);
  (*large.mutable_labels())["text"] = std::string(3000, 'x');
  Snapshot({large});
  v1::Update update;
  *update.add_upserts() = large;
  update.mutable_upserts(0)->set_id(Id(2));
  std::vector<ContainerChange> changes;
  EXPECT_EQ(containers_.Apply(update, changes).code(), absl::StatusCode::kResourceExhausted);
  // The same container again takes no more than it has.
  EXPECT_THAT(Update({large}, {}), IsEmpty());
}

TEST_F(HostContainersTest, OneThatIsNotAcceptableIsSkippedAndTheOthersGoOn) {
  v1::Container bad = Web(2);
  bad.set_id("not hexadecimal");
  EXPECT_THAT(Snapshot({Web(1), bad, Web(3)}), ElementsAre("+1", "+3"));
  const Problems problems = containers_.SkipProblems();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].place.host, "h1");
  EXPECT_EQ(problems[0].place.container, "shop-web-2");
  EXPECT_THAT(problems[0].what, HasSubstr("not a container id"));

  Snapshot({Web(1), Web(3)});
  EXPECT_THAT(containers_.SkipProblems(), IsEmpty());
}

TEST_F(HostContainersTest, WhatWasKnownOfASkippedOneStands) {
  Snapshot({Web(1)});
  v1::Container bad = Web(1);
  bad.mutable_networks(0)->set_ipv4("nowhere");
  EXPECT_THAT(Snapshot({bad}), IsEmpty());
  EXPECT_THAT(Update({bad}, {}), IsEmpty());
  EXPECT_EQ(containers_.SkipProblems().size(), 1u);
  EXPECT_THAT(Update({Web(1)}, {}), IsEmpty());
  EXPECT_THAT(containers_.SkipProblems(), IsEmpty());
  EXPECT_EQ(containers_.size(), 1u);
}

}  // namespace
}  // namespace fairlead
