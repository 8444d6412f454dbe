#include "agents/observer/image_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Container Published(const std::string& hosts) {
  v1::Container container;
  (*container.mutable_environment())["VIRTUAL_HOST"] = hosts;
  return container;
}

TEST(ImageWords, AreThoseWhoseValueIsTheImagesOwn) {
  ImageWords images;
  v1::Container container = Published("a.example");
  (*container.mutable_labels())["fairlead.host"] = "b.example";
  EXPECT_FALSE(images.Fill("i", container));
  EXPECT_FALSE(images.Complete());
  EXPECT_EQ(images.TakeWanted(), "i");
  EXPECT_FALSE(images.Complete());
  images.Learn("i", PublishingWords{{"VIRTUAL_HOST", "a.example"},
                                    {"VIRTUAL_HOST_MULTIPORTS", "{}"},
                                    {"fairlead.host", "other.example"}});
  EXPECT_TRUE(images.Complete());
  EXPECT_TRUE(images.Fill("i", container));
  EXPECT_THAT(container.image_words(), ElementsAre("VIRTUAL_HOST"));
  EXPECT_FALSE(images.Fill("i", container)) << "nothing changes any more";

  v1::Container other = Published("c.example");
  EXPECT_FALSE(images.Fill("i", other));
  EXPECT_THAT(other.image_words(), IsEmpty());
}

TEST(ImageWords, AreAskedForOnceAndOnlyOfWhatIsPublished) {
  ImageWords images;
  v1::Container unpublished = Published("");
  images.Fill("i", unpublished);
  v1::Container without_image = Published("a.example");
  images.Fill("", without_image);
  EXPECT_EQ(images.TakeWanted(), std::nullopt);

  v1::Container first = Published("a.example");
  v1::Container second = Published("b.example");
  images.Fill("i", first);
  images.Fill("i", second);
  EXPECT_EQ(images.TakeWanted(), "i");
  images.Fill("i", second);
  EXPECT_EQ(images.TakeWanted(), std::nullopt);
}

TEST(ImageWords, WhatCannotBeHadIsAskedForAgainAfterADoubt) {
  ImageWords images;
  v1::Container container = Published("a.example");
  images.Fill("i", container);
  images.Learn(*images.TakeWanted(), absl::PermissionDeniedError("guarded"));
  EXPECT_TRUE(images.Complete());
  images.Fill("i", container);
  EXPECT_EQ(images.TakeWanted(), std::nullopt);
  images.Doubt();
  images.Fill("i", container);
  EXPECT_EQ(images.TakeWanted(), "i");
}

TEST(ImageWords, HaveABound) {
  ImageWords images;
  for (int i = 0; i < 2500; ++i) {
    v1::Container container = Published("a.example");
    images.Fill(absl::StrCat(i), container);
  }
  int wanted = 0;
  while (images.TakeWanted().has_value()) ++wanted;
  EXPECT_EQ(wanted, 1000);
}

}  // namespace
}  // namespace fairlead
