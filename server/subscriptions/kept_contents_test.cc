#include "server/subscriptions/kept_contents.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/subscriptions/stream_script.h"

namespace fairlead {
namespace {

std::shared_ptr<const WholeContent> ContentOf(size_t bytes) {
  auto content = std::make_shared<WholeContent>();
  content->bytes = bytes;
  return content;
}

TEST(KeptContents, WhatWasUsedLastStays) {
  KeptContents kept(100);
  std::weak_ptr<const WholeContent> a;
  std::weak_ptr<const WholeContent> b;
  std::weak_ptr<const WholeContent> c;
  for (auto* const content : {&a, &b, &c}) {
    const auto made = ContentOf(40);
    *content = made;
    kept.Use(made);
    if (content == &b) kept.Use(a.lock());
  }
  EXPECT_FALSE(a.expired());
  EXPECT_TRUE(b.expired());
  EXPECT_FALSE(c.expired());
  EXPECT_EQ(kept.bytes(), 80u);
  kept.Drop(a.lock().get());
  EXPECT_TRUE(a.expired());
  EXPECT_EQ(kept.bytes(), 40u);
  kept.Drop(nullptr);
  EXPECT_EQ(kept.bytes(), 40u);
}

TEST(KeptContents, OneThatIsTooBigIsKeptAlone) {
  KeptContents kept(100);
  kept.Use(ContentOf(40));
  const auto big = ContentOf(1'000);
  kept.Use(big);
  EXPECT_EQ(kept.bytes(), 1'000u);
  kept.Use(ContentOf(1));
  EXPECT_EQ(kept.bytes(), 1u);
  EXPECT_EQ(big.use_count(), 1);
}

// Two streams of one view that want everything.
struct TwoStreams {
  explicit TwoStreams(const std::shared_ptr<KeptContents>& kept, size_t bytes)
      : view(std::make_shared<ViewStreams>(
            Snapshot::Empty()->With(
                {{Type::kCluster, "A",
                  Resource::FromBytes(Type::kCluster, "A", std::string(bytes, 'x'))}}),
            kept)) {
    ScriptRequest request(Type::kCluster);
    request.node = "edge-1";
    const std::string message = request.Bytes(Variant::kSotw);
    for (StreamState* const stream : {&first, &second}) {
      EXPECT_TRUE(stream->OnRequest(*ParseSotwRequest(message), {}, {}).ok());
    }
  }

  // Where the resources are that a stream is sent.
  static const uint8_t* Answer(StreamState& stream) {
    const absl::optional<XdsResponse> response = stream.Next({}, {});
    return response.has_value() ? response->slices.back().begin() : nullptr;
  }

  const std::shared_ptr<ViewStreams> view;
  StreamState first{{}, view};
  StreamState second{{}, view};
};

TEST(KeptContents, AreThoseOfAllViewsTogether) {
  constexpr size_t kBytes = 10'000;
  const auto kept = std::make_shared<KeptContents>(5 * kBytes / 2);
  std::vector<std::unique_ptr<TwoStreams>> views;
  for (int i = 0; i < 20; ++i) {
    views.push_back(std::make_unique<TwoStreams>(kept, kBytes));
    EXPECT_NE(TwoStreams::Answer(views.back()->first), nullptr);
    EXPECT_LE(kept->bytes(), 5 * kBytes / 2);
  }
  EXPECT_GE(kept->bytes(), 2 * kBytes);
  // One that had to go is made again, for its stream and then for the next.
  EXPECT_NE(TwoStreams::Answer(views[0]->second), nullptr);
  EXPECT_LE(kept->bytes(), 5 * kBytes / 2);
  views.clear();
  EXPECT_EQ(kept->bytes(), 0u);
}

TEST(KeptContents, AreNotKeptForAStreamThatIsAlone) {
  const auto kept = std::make_shared<KeptContents>(KeptContents::kMostBytes);
  auto streams = std::make_unique<TwoStreams>(kept, 1'000);
  const uint8_t* const first = TwoStreams::Answer(streams->first);
  EXPECT_NE(first, nullptr);
  EXPECT_GT(kept->bytes(), 0u);
  EXPECT_EQ(TwoStreams::Answer(streams->second), first);
  StreamState third({}, streams->view);
  streams.reset();
  EXPECT_EQ(kept->bytes(), 0u);
}

}  // namespace
}  // namespace fairlead
