#include "server/subscriptions/interest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "envoy/service/discovery/v3/discovery.pb.h"
#include "server/subscriptions/stream_state.h"

namespace fairlead {
namespace {

// Streams that want endpoints, and what a plain model says that they want.
class Streams {
 public:
  using Names = std::set<std::string>;

  explicit Streams(int count) {
    for (int i = 0; i < count; ++i) {
      StreamState::Options options;
      options.number = static_cast<uint64_t>(i);
      options.variant = i % 2 == 0 ? Variant::kSotw : Variant::kDelta;
      streams_.push_back(std::make_unique<StreamState>(options, view_));
      wanted_.emplace_back();
    }
  }

  void Want(size_t stream, const Names& names) {
    std::string bytes;
    if (stream % 2 == 0) {
      envoy::service::discovery::v3::DiscoveryRequest message;
      message.mutable_node()->set_id("edge-1");
      message.set_type_url(std::string(TypeUrl(Type::kEndpoint)));
      for (const std::string& name : names) message.add_resource_names(name);
      bytes = message.SerializeAsString();
    } else {
      envoy::service::discovery::v3::DeltaDiscoveryRequest message;
      message.mutable_node()->set_id("edge-1");
      message.set_type_url(std::string(TypeUrl(Type::kEndpoint)));
      for (const std::string& name : names) {
        if (!wanted_[stream].contains(name)) message.add_resource_names_subscribe(name);
      }
      for (const std::string& name : wanted_[stream]) {
        if (!names.contains(name)) message.add_resource_names_unsubscribe(name);
      }
      bytes = message.SerializeAsString();
    }
    const auto request = stream % 2 == 0 ? ParseSotwRequest(bytes) : ParseDeltaRequest(bytes);
    ASSERT_TRUE(streams_[stream]->OnRequest(*request, {}, {}).ok());
    wanted_[stream] = names;
  }

  void Move(size_t stream) { streams_[stream]->MoveTo(view_); }
  void Drop(size_t stream) {
    StreamState::Options options;
    options.number = stream;
    options.variant = stream % 2 == 0 ? Variant::kSotw : Variant::kDelta;
    streams_[stream] = std::make_unique<StreamState>(options, view_);
    wanted_[stream].clear();
  }

  // Who is told of a change of `name`, and who should be.
  std::multiset<uint64_t> Told(const std::string& name) {
    std::multiset<uint64_t> told;
    view_->index(Type::kEndpoint).ForEach(name, /*for_wildcards=*/true, [&](Subscription& one) {
      told.insert(one.stream().number());
    });
    return told;
  }
  std::multiset<uint64_t> Wanting(const std::string& name) const {
    std::multiset<uint64_t> wanting;
    for (size_t i = 0; i < wanted_.size(); ++i) {
      if (wanted_[i].contains(name)) wanting.insert(i);
    }
    return wanting;
  }

 private:
  std::shared_ptr<ViewStreams> view_ = std::make_shared<ViewStreams>(Snapshot::Empty());
  std::vector<std::unique_ptr<StreamState>> streams_;
  std::vector<Names> wanted_;
};

TEST(InterestIndex, TellsThoseWhoWantANameOnceAndNobodyElse) {
  std::mt19937 random(1);
  Streams streams(6);
  for (int step = 0; step < 3'000; ++step) {
    const size_t stream = random() % 6;
    const int what = static_cast<int>(random() % 20);
    if (what == 0) {
      streams.Drop(stream);
    } else if (what == 1) {
      streams.Move(stream);
    } else {
      // Few distinct lists, so that they are shared; now and then a long one.
      Streams::Names names;
      const uint32_t some = random() % 8;
      const int longest = random() % 10 == 0 ? 60 : 5;
      for (int i = 0; i < longest; ++i) {
        if (((some >> (i % 3)) & 1) != 0) names.insert(absl::StrCat("n", i));
      }
      streams.Want(stream, names);
    }
    for (int i = 0; i < 60; i += 7) {
      const std::string name = absl::StrCat("n", i);
      ASSERT_EQ(streams.Told(name), streams.Wanting(name)) << name << " after step " << step;
    }
  }
}

// Quadratic in the streams, this would not end in time.
TEST(InterestIndex, ListsThatDifferInOneNameComeAndGo) {
  constexpr int kStreams = 3'000;
  constexpr int kCommon = 500;
  const auto view = std::make_shared<ViewStreams>(Snapshot::Empty());
  std::vector<std::unique_ptr<StreamState>> streams;
  envoy::service::discovery::v3::DiscoveryRequest message;
  message.mutable_node()->set_id("edge-1");
  message.set_type_url(std::string(TypeUrl(Type::kEndpoint)));
  for (int i = 0; i < kCommon; ++i) message.add_resource_names(absl::StrCat("common", i));
  std::string* const own = message.add_resource_names();
  for (int i = 0; i < kStreams; ++i) {
    *own = absl::StrCat("own", i);
    const std::string bytes = message.SerializeAsString();
    streams.push_back(std::make_unique<StreamState>(StreamState::Options(), view));
    ASSERT_TRUE(streams.back()->OnRequest(*ParseSotwRequest(bytes), {}, {}).ok());
  }
  const std::vector<ResourceChange> changes = {
      {Type::kEndpoint, "common7", Resource::FromBytes(Type::kEndpoint, "common7", "content")}};
  int told = 0;
  view->Publish(view->snapshot().With(changes), changes, [&](Subscription&) { ++told; });
  EXPECT_EQ(told, kStreams);
  streams.clear();
  told = 0;
  view->Publish(view->snapshot().With(changes), changes, [&](Subscription&) { ++told; });
  EXPECT_EQ(told, 0);
}

}  // namespace
}  // namespace fairlead
