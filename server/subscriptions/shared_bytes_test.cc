// What a response costs a stream: bytes of its own, against bytes that all streams share.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/subscriptions/stream_script.h"

namespace fairlead {
namespace {

// "ControlPlane", nonce, type URL and version.
constexpr size_t kMostOwnBytes = 200;

struct Bytes {
  size_t all = 0;
  std::set<std::pair<const uint8_t*, size_t>> pieces;
};

Bytes BytesOf(const XdsResponse& response) {
  Bytes bytes;
  for (const grpc::Slice& slice : response.slices) {
    bytes.all += slice.size();
    bytes.pieces.emplace(slice.begin(), slice.size());
  }
  return bytes;
}

size_t BytesInBoth(const Bytes& a, const Bytes& b) {
  size_t shared = 0;
  for (const auto& piece : a.pieces) {
    if (b.pieces.count(piece) > 0) shared += piece.second;
  }
  return shared;
}

class SharedBytesTest : public testing::TestWithParam<Variant> {
 protected:
  SharedBytesTest() {
    std::vector<ResourceChange> changes;
    for (int i = 0; i < 20; ++i) {
      names_.push_back("assignment-" + std::to_string(i));
      changes.push_back({Type::kEndpoint, names_.back(), Content(i, 1)});
    }
    Publish(changes);
    for (StreamState* const stream : {&first_, &second_}) Subscribe(*stream);
  }

  static StreamState::Options Options() {
    StreamState::Options options;
    options.variant = GetParam();
    return options;
  }

  static std::shared_ptr<const Resource> Content(int number, int version) {
    return Resource::FromBytes(Type::kEndpoint, "assignment-" + std::to_string(number),
                               std::string(1000, static_cast<char>('a' + version)));
  }

  void Publish(const std::vector<ResourceChange>& changes) {
    view_->Publish(view_->snapshot().With(changes), changes, [](Subscription&) {});
  }

  void Subscribe(StreamState& stream, const std::string& nonce = "") {
    ScriptRequest request(Type::kEndpoint);
    request.node = "edge-1";
    request.nonce = nonce;
    // Delta's ACK names nothing: a name would be a new subscription.
    if (nonce.empty() || GetParam() == Variant::kSotw) request.names = names_;
    const std::string bytes = request.Bytes(GetParam());
    const auto parsed =
        GetParam() == Variant::kDelta ? ParseDeltaRequest(bytes) : ParseSotwRequest(bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_TRUE(stream.OnRequest(*parsed, absl::ZeroDuration(), absl::UnixEpoch()).ok());
  }

  void ExpectSharedButForTheHead() {
    const auto first = first_.Next(absl::ZeroDuration(), absl::UnixEpoch());
    const auto second = second_.Next(absl::ZeroDuration(), absl::UnixEpoch());
    ASSERT_TRUE(first.has_value() && second.has_value());
    const Bytes a = BytesOf(*first);
    EXPECT_GT(a.all, 1000u);
    EXPECT_LE(a.all - BytesInBoth(a, BytesOf(*second)), kMostOwnBytes);
    Subscribe(first_, first->nonce);
    Subscribe(second_, second->nonce);
  }

  std::vector<std::string> names_;
  const std::shared_ptr<ViewStreams> view_ = std::make_shared<ViewStreams>(Snapshot::Empty());
  StreamState first_{Options(), view_};
  StreamState second_{Options(), view_};
};

TEST_P(SharedBytesTest, AFirstAnswerIsMadeOnceForAllWhoWantTheSame) { ExpectSharedButForTheHead(); }

TEST_P(SharedBytesTest, AChangedResourceIsSerializedOnceForAllStreams) {
  ExpectSharedButForTheHead();
  Publish({{Type::kEndpoint, names_[3], Content(3, 2)}});
  ExpectSharedButForTheHead();
}

INSTANTIATE_TEST_SUITE_P(Variants, SharedBytesTest,
                         testing::Values(Variant::kSotw, Variant::kDelta));

}  // namespace
}  // namespace fairlead
