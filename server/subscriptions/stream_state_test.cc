#include "server/subscriptions/stream_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "envoy/config/cluster/v3/cluster.pb.h"
#include "envoy/service/discovery/v3/discovery.pb.h"

// Scripts of the protocol: subscribe, expect, ACK, change, expect. Case numbers are those of
// docs/xds-rules.md.
namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Names = std::vector<std::string>;

// A response as a client reads it.
struct Seen {
  Type type;
  Names names;
  Names removed;
  std::string nonce;
  std::string version;
};

// A request as a client builds it.
struct Message {
  Message() = default;
  explicit Message(Type type) : type_url(TypeUrl(type)) {}

  std::string Bytes(Variant variant) const {
    return variant == Variant::kDelta ? Delta().SerializeAsString() : Sotw().SerializeAsString();
  }

  std::string type_url;
  Names names;
  Names unsubscribe;
  std::map<std::string, std::string> initial_versions;
  std::string nonce;
  std::string version;
  std::string error;

 private:
  envoy::service::discovery::v3::DiscoveryRequest Sotw() const {
    envoy::service::discovery::v3::DiscoveryRequest request;
    request.set_type_url(type_url);
    request.set_response_nonce(nonce);
    request.set_version_info(version);
    if (!error.empty()) request.mutable_error_detail()->set_message(error);
    for (const std::string& name : names) request.add_resource_names(name);
    return request;
  }
  envoy::service::discovery::v3::DeltaDiscoveryRequest Delta() const {
    envoy::service::discovery::v3::DeltaDiscoveryRequest request;
    request.set_type_url(type_url);
    request.set_response_nonce(nonce);
    if (!error.empty()) request.mutable_error_detail()->set_message(error);
    for (const std::string& name : names) request.add_resource_names_subscribe(name);
    for (const std::string& name : unsubscribe) request.add_resource_names_unsubscribe(name);
    for (const auto& [name, text] : initial_versions) {
      (*request.mutable_initial_resource_versions())[name] = text;
    }
    return request;
  }
};

class Script {
 public:
  explicit Script(Variant variant, absl::optional<Type> only = absl::nullopt)
      : variant_(variant), stream_(OptionsOf(variant, only), view_) {}

  // Content: names with anything that tells one version of it from the next.
  void Change(Type type, std::initializer_list<std::pair<const char*, const char*>> upserts,
              Names removed = {}) {
    std::vector<ResourceChange> changes;
    Add(changes, type, upserts, removed);
    Publish(changes);
  }
  static void Add(std::vector<ResourceChange>& changes, Type type,
                  std::initializer_list<std::pair<const char*, const char*>> upserts,
                  const Names& removed = {}) {
    for (const auto& [name, content] : upserts) {
      changes.push_back({type, name, Resource::FromBytes(type, name, content)});
    }
    for (const std::string& name : removed) changes.push_back({type, name, nullptr});
  }
  void Publish(const std::vector<ResourceChange>& changes) {
    view_->Publish(view_->snapshot().With(changes), changes, [](Subscription&) {});
  }

  absl::Status Send(Type type, const Names& names, const std::string& nonce = "",
                    const std::string& version = "") {
    Message message(type);
    message.names = names;
    message.nonce = nonce;
    message.version = version;
    return Send(message);
  }
  absl::Status Send(const Message& message) {
    const std::string bytes = message.Bytes(variant_);
    const absl::StatusOr<XdsRequest> request =
        variant_ == Variant::kDelta ? ParseDeltaRequest(bytes) : ParseSotwRequest(bytes);
    if (!request.ok()) return request.status();
    return stream_.OnRequest(*request, now_, {});
  }
  absl::Status Unsubscribe(Type type, const Names& names) {
    Message message(type);
    message.unsubscribe = names;
    return Send(message);
  }
  void Nack(const Seen& seen, const Names& names = {}) {
    Message message(seen.type);
    message.nonce = seen.nonce;
    message.error = "no good";
    message.names = names;
    EXPECT_TRUE(Send(message).ok());
  }
  void Ack(const Seen& seen) {
    EXPECT_TRUE(Send(seen.type, variant_ == Variant::kSotw ? names_[seen.type] : Names{},
                     seen.nonce, seen.version)
                    .ok());
  }
  // Sends `names` as the whole list from now on, as a client of the state of the world does with
  // each ACK.
  Script& Wants(Type type, Names names) {
    names_[type] = names;
    EXPECT_TRUE(Send(type, std::move(names)).ok());
    return *this;
  }

  absl::optional<Seen> Next() {
    absl::optional<XdsResponse> response = stream_.Next(now_, {});
    if (!response.has_value()) return absl::nullopt;
    return Parse(*response);
  }
  // All that is sent if each response is ACKed at once.
  std::vector<Seen> AckAll() {
    std::vector<Seen> all;
    while (absl::optional<Seen> seen = Next()) {
      Ack(*seen);
      all.push_back(*seen);
      if (all.size() > 100) break;
    }
    return all;
  }
  // As AckAll, in short: "CDS a b", "EDS -a" for what is removed.
  Names Told() {
    Names told;
    for (Seen& seen : AckAll()) told.push_back(Short(seen));
    return told;
  }
  static std::string Short(const Seen& seen) {
    std::string text(ShortName(seen.type));
    for (const std::string& name : seen.names) absl::StrAppend(&text, " ", name);
    for (const std::string& name : seen.removed) absl::StrAppend(&text, " -", name);
    return text;
  }

  StreamState& stream() { return stream_; }
  const Snapshot& snapshot() const { return view_->snapshot(); }
  void Pass(absl::Duration time) { now_ += time; }

 private:
  static StreamState::Options OptionsOf(Variant variant, absl::optional<Type> only) {
    StreamState::Options options;
    options.variant = variant;
    options.only = only;
    options.identifier = "test";
    return options;
  }

  Seen Parse(const XdsResponse& response) const {
    std::string bytes;
    for (const grpc::Slice& slice : response.slices) {
      bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
    Seen seen{response.type, {}, {}, response.nonce, ""};
    if (variant_ == Variant::kDelta) {
      envoy::service::discovery::v3::DeltaDiscoveryResponse message;
      EXPECT_TRUE(message.ParseFromString(bytes));
      EXPECT_EQ(message.type_url(), TypeUrl(response.type));
      EXPECT_EQ(message.control_plane().identifier(), "test");
      for (const auto& resource : message.resources()) seen.names.push_back(resource.name());
      for (const std::string& name : message.removed_resources()) seen.removed.push_back(name);
      seen.version = message.system_version_info();
    } else {
      envoy::service::discovery::v3::DiscoveryResponse message;
      EXPECT_TRUE(message.ParseFromString(bytes));
      EXPECT_EQ(message.type_url(), TypeUrl(response.type));
      for (const auto& any : message.resources()) {
        // Content is the name itself and a mark, so that it can be told here; see Content.
        seen.names.push_back(NameOf(any.value()));
      }
      seen.version = message.version_info();
    }
    EXPECT_FALSE(seen.version.empty());
    EXPECT_FALSE(seen.nonce.empty());
    std::sort(seen.names.begin(), seen.names.end());
    std::sort(seen.removed.begin(), seen.removed.end());
    return seen;
  }
  static std::string NameOf(const std::string& content) {
    return content.substr(0, content.find('='));
  }

  const Variant variant_;
  const std::shared_ptr<ViewStreams> view_ = std::make_shared<ViewStreams>(Snapshot::Empty());
  StreamState stream_;
  absl::Duration now_ = absl::Hours(1);
  std::map<Type, Names> names_;
};

constexpr auto kSotw = Variant::kSotw;
constexpr auto kDelta = Variant::kDelta;
constexpr auto C = Type::kCluster;
constexpr auto E = Type::kEndpoint;

TEST(Sotw, AWildcardIsAnsweredOnceAndWhollyOnEachChange) {  // T01 to T04
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}, {"B", "B=1"}, {"C", "C=1"}});
  s.Wants(C, {});
  EXPECT_THAT(s.Told(), ElementsAre("CDS A B C"));
  EXPECT_THAT(s.Told(), IsEmpty());
  s.Change(C, {{"A", "A=2"}});
  EXPECT_THAT(s.Told(), ElementsAre("CDS A B C"));
  s.Change(C, {{"D", "D=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("CDS A B C D"));
  s.Change(C, {}, {"C"});
  EXPECT_THAT(s.Told(), ElementsAre("CDS A B D"));
}

TEST(Sotw, AnEmptyWildcardIsAnswered) {  // T05
  Script s(kSotw);
  s.Wants(C, {});
  EXPECT_THAT(s.Told(), ElementsAre("CDS"));
  s.Change(C, {{"A", "A=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("CDS A"));
}

TEST(Sotw, NamedClustersComeTogetherAndMissingOnesLater) {  // T06, T07
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(C, {"B", "Z"});
  EXPECT_THAT(s.Told(), ElementsAre("CDS B"));
  s.Change(C, {{"A", "A=2"}});
  EXPECT_THAT(s.Told(), IsEmpty());
  s.Change(C, {{"Z", "Z=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("CDS B Z"));
}

TEST(Sotw, EndpointsComeOneByOneAndMissingOnesInSilence) {  // T08 to T10
  Script s(kSotw);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A", "B", "Z"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A B"));
  s.Change(E, {{"B", "B=2"}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
  s.Change(E, {{"Z", "Z=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS Z"));
}

TEST(Sotw, ANameThatJoinsIsOwedAndOneThatLeftIsForgotten) {  // T11 to T13
  Script s(kSotw);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
  s.Wants(E, {"A", "B"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
  s.Wants(E, {"A"});
  s.Change(E, {{"B", "B=2"}});
  EXPECT_THAT(s.Told(), IsEmpty());
  s.Wants(E, {"A", "B"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
}

TEST(Sotw, AfterANameAnEmptyListIsNothing) {  // T14 to T17
  for (const Type type : {C, E}) {
    Script s(kSotw);
    s.Change(type, {{"A", "A=1"}});
    s.Wants(type, {"A"});
    EXPECT_EQ(s.Told().size(), 1u);
    s.Wants(type, {});
    s.Change(type, {{"A", "A=2"}, {"B", "B=1"}});
    EXPECT_THAT(s.Told(), IsEmpty());
  }
  Script star(kSotw);
  star.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
  star.Wants(C, {"*", "A"});
  EXPECT_THAT(star.Told(), ElementsAre("CDS A B"));
  star.Wants(C, {"A"});
  star.Change(C, {{"A", "A=2"}, {"B", "B=2"}});
  EXPECT_THAT(star.Told(), ElementsAre("CDS A"));
  star.Wants(C, {});
  star.Change(C, {{"A", "A=3"}});
  EXPECT_THAT(star.Told(), IsEmpty());
  Script endpoints(kSotw);
  endpoints.Wants(E, {});
  endpoints.Change(E, {{"A", "A=1"}});
  EXPECT_THAT(endpoints.Told(), IsEmpty());
}

TEST(Sotw, TheEmptyNameIsAName) {  // T15
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}});
  s.Wants(C, {""});
  EXPECT_THAT(s.Told(), ElementsAre("CDS"));
  s.Change(C, {{"A", "A=2"}});
  EXPECT_THAT(s.Told(), IsEmpty());
}

TEST(Sotw, AStaleNonceIsNoAnswerButItsListCounts) {  // T18 to T20
  Script s(kSotw);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A"});
  const Seen first = *s.Next();
  s.Ack(first);
  s.Change(E, {{"A", "A=2"}});
  const Seen second = *s.Next();
  ASSERT_TRUE(s.Send(E, {"A"}, first.nonce).ok());
  EXPECT_FALSE(s.stream().subscription(E)->state().answered);
  EXPECT_FALSE(s.Next().has_value());
  ASSERT_TRUE(s.Send(E, {"A", "B"}, first.nonce).ok());
  const Seen third = *s.Next();
  EXPECT_EQ(Script::Short(third), "EDS B");
  ASSERT_TRUE(s.Send(E, {"A", "B"}, third.nonce).ok());
  EXPECT_TRUE(s.stream().subscription(E)->state().answered);
}

TEST(Sotw, ANackIsSilenceUntilTheContentChanges) {  // T21 to T23
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}});
  s.Wants(C, {});
  s.Nack(*s.Next());
  EXPECT_FALSE(s.Next().has_value());
  EXPECT_EQ(s.stream().subscription(C)->state().error, "no good");
  s.Change(C, {{"A", "A=2"}});
  s.Ack(*s.Next());
  EXPECT_EQ(s.stream().subscription(C)->state().error, "");

  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A"});
  s.Nack(*s.Next(), {"A", "B"});
  EXPECT_EQ(Script::Short(*s.Next()), "EDS B");
}

TEST(Stream, ServesTypesThatItHasAndIsSilentOnOthers) {  // T26
  Script ads(kSotw);
  Message request;
  EXPECT_EQ(ads.Send(request).code(), absl::StatusCode::kInvalidArgument);
  request.type_url = "type.googleapis.com/no.such.Type";
  EXPECT_TRUE(ads.Send(request).ok());
  EXPECT_FALSE(ads.Next().has_value());

  Script only(kSotw, E);
  only.Change(E, {{"A", "A=1"}});
  Message implied;
  implied.names = {"A"};
  EXPECT_TRUE(only.Send(implied).ok());
  EXPECT_THAT(only.Told(), ElementsAre("EDS A"));
  EXPECT_EQ(only.Send(C, {}).code(), absl::StatusCode::kInvalidArgument);
}

TEST(Sotw, AClientThatComesBackIsAnsweredButForUnchangedClusters) {  // T27, T28
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}});
  s.Change(E, {{"A", "A=1"}});
  ASSERT_TRUE(s.Send(E, {"A"}, "old", s.snapshot().version(E).ToString()).ok());
  ASSERT_TRUE(s.Send(C, {}, "old", s.snapshot().version(C).ToString()).ok());
  EXPECT_EQ(Script::Short(*s.Next()), "EDS A");
  EXPECT_FALSE(s.Next().has_value());
  s.Change(C, {{"A", "A=2"}});
  EXPECT_EQ(Script::Short(*s.Next()), "CDS A");
}

TEST(Order, AChangedClusterIsFollowedByItsEndpointsUnasked) {  // T29 to T31
  for (const auto variant : {kSotw, kDelta}) {
    Script s(variant);
    s.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
    s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
    s.Wants(C, {});
    s.Told();
    s.Wants(E, {"A", "B"});
    EXPECT_THAT(s.Told(), ElementsAre("EDS A B"));
    s.Change(C, {{"A", "A=2"}});
    const Seen clusters = *s.Next();
    // Before any ACK of the clusters.
    const Seen endpoints = *s.Next();
    EXPECT_EQ(Script::Short(endpoints), "EDS A");
    s.Ack(endpoints);
    s.Ack(clusters);
    EXPECT_THAT(s.Told(), IsEmpty());
  }
}

TEST(Order, EndpointsOwedBehindAClusterDoNotWaitForAnAck) {  // SW11
  Script s(kSotw);
  s.Change(C, {{"A", "A=1"}});
  s.Change(E, {{"A", "A=1"}});
  s.Wants(C, {});
  s.Told();
  s.Wants(E, {"A"});
  s.Told();
  s.Change(E, {{"A", "A=2"}});
  ASSERT_TRUE(s.Next().has_value());  // not ACKed
  s.Change(C, {{"A", "A=2"}});
  EXPECT_EQ(Script::Short(*s.Next()), "CDS A");
  EXPECT_EQ(Script::Short(*s.Next()), "EDS A");
}

TEST(Order, AdditionsAreMadeBeforeBreaks) {  // T47
  for (const auto variant : {kSotw, kDelta}) {
    Script s(variant);
    s.Change(C, {{"X", "X=1"}});
    s.Change(E, {{"X", "X=1"}});
    s.Change(Type::kRoute, {{"http", "http=X"}});
    s.Wants(C, {});
    s.Told();
    s.Wants(E, {"X", "Y"});
    s.Wants(Type::kRoute, {"http"});
    s.Told();

    std::vector<ResourceChange> changes;
    Script::Add(changes, C, {{"Y", "Y=1"}}, {"X"});
    Script::Add(changes, E, {{"Y", "Y=1"}}, {"X"});
    Script::Add(changes, Type::kRoute, {{"http", "http=Y"}});
    s.Publish(changes);

    if (variant == kSotw) {
      EXPECT_THAT(s.Told(), ElementsAre("CDS X Y", "EDS Y", "RDS http", "CDS Y"));
    } else {
      EXPECT_THAT(s.Told(), ElementsAre("CDS Y", "EDS Y", "RDS http", "EDS -X", "CDS -X"));
    }
  }
}

TEST(Order, AChangedRouteWaitsForNewClustersToBeWarmButNotForEver) {
  Script s(kSotw);
  s.Change(C, {{"X", "X=1"}});
  s.Change(Type::kRoute, {{"http", "http=X"}});
  s.Wants(C, {});
  s.Wants(Type::kRoute, {"http"});
  s.Told();
  std::vector<ResourceChange> changes;
  Script::Add(changes, C, {{"Y", "Y=1"}});
  Script::Add(changes, Type::kRoute, {{"http", "http=Y"}});
  s.Publish(changes);
  EXPECT_EQ(Script::Short(*s.Next()), "CDS X Y");
  EXPECT_FALSE(s.Next().has_value());
  EXPECT_LT(s.stream().WakeAt(), absl::InfiniteDuration());
  s.Pass(absl::Seconds(1));
  EXPECT_EQ(Script::Short(*s.Next()), "RDS http");
}

TEST(Sotw, EndpointsAreServedWithoutClusters) {  // T32
  Script s(kSotw);
  s.Change(E, {{"A", "A=1"}});
  s.Wants(E, {"A"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
}

TEST(Delta, SendsWhatChangedAndNothingElse) {  // T34, T35
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}, {"C", "C=1"}});
  s.Wants(E, {"A"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
  s.Wants(E, {"B"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
  s.Change(E, {{"B", "B=2"}, {"C", "C=2"}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
}

TEST(Delta, AMissingNameIsSaidToBeMissingAndStaysSubscribed) {  // T36
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}});
  s.Wants(E, {"A", "B"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A -B"));
  s.Change(E, {{"B", "B=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
}

TEST(Delta, ARemovedNameIsToldOnceAndSentWhenItReturns) {  // T37
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A", "B"});
  s.Told();
  s.Change(E, {}, {"B"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS -B"));
  s.Change(E, {{"B", "B=1"}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));
}

TEST(Delta, AChangeThatIsTakenBackBeforeItIsSentIsNotSent) {
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}});
  s.Wants(E, {"A"});
  s.Told();
  s.Change(E, {{"A", "A=2"}});
  s.Change(E, {{"A", "A=1"}});
  EXPECT_THAT(s.Told(), IsEmpty());
}

TEST(Delta, UnsubscribedNamesAreSilent) {  // T38, T46
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A", "B"});
  s.Told();
  ASSERT_TRUE(s.Unsubscribe(E, {"B", "never"}).ok());
  s.Change(E, {{"B", "B=2"}});
  EXPECT_THAT(s.Told(), IsEmpty());
  ASSERT_TRUE(s.Unsubscribe(E, {"A"}).ok());
  s.Change(E, {{"A", "A=2"}});
  EXPECT_THAT(s.Told(), IsEmpty());
  ASSERT_TRUE(s.Send(E, {}, "invented").ok());
  EXPECT_THAT(s.Told(), IsEmpty());
}

TEST(Delta, ANameSubscribedAgainIsSentAgain) {  // T39
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}});
  s.Wants(E, {"A"});
  s.Told();
  s.Wants(E, {"A"});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
}

TEST(Delta, TheWildcard) {  // T40 to T42
  Script empty(kDelta);
  empty.Wants(C, {});
  EXPECT_THAT(empty.Told(), ElementsAre("CDS"));

  Script legacy(kDelta);
  legacy.Change(C, {{"A", "A=1"}, {"B", "B=1"}});
  legacy.Wants(C, {});
  EXPECT_THAT(legacy.Told(), ElementsAre("CDS A B"));
  legacy.Wants(C, {"Z"});
  EXPECT_THAT(legacy.Told(), ElementsAre("CDS -Z"));
  ASSERT_TRUE(legacy.Unsubscribe(C, {"*"}).ok());
  legacy.Change(C, {{"A", "A=2"}});
  EXPECT_THAT(legacy.Told(), IsEmpty());
  legacy.Change(C, {{"Z", "Z=1"}});
  EXPECT_THAT(legacy.Told(), ElementsAre("CDS Z"));

  Script both(kDelta);
  both.Change(C, {{"A", "A=1"}});
  both.Wants(C, {"*", "A", "N"});
  EXPECT_THAT(both.Told(), ElementsAre("CDS A -N"));
  ASSERT_TRUE(both.Unsubscribe(C, {"A", "N"}).ok());
  EXPECT_THAT(both.Told(), ElementsAre("CDS A -N"));
}

TEST(Delta, WhatTheClientCameWithIsNotSentAgain) {  // T43, T44, T50
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  Message request(E);
  request.names = {"A", "B"};
  const std::string current = s.snapshot().Find(E, "A")->version().ToString();
  request.initial_versions = {{"A", current}, {"B", "old"}, {"C", "x"}};
  ASSERT_TRUE(s.Send(request).ok());
  EXPECT_THAT(s.Told(), ElementsAre("EDS B"));

  Script wildcard(kDelta);
  wildcard.Change(C, {{"B", "B=1"}, {"D", "D=1"}});
  Message back(C);
  back.initial_versions = {{"A", "x"},
                           {"B", wildcard.snapshot().Find(C, "B")->version().ToString()}};
  ASSERT_TRUE(wildcard.Send(back).ok());
  EXPECT_THAT(wildcard.Told(), ElementsAre("CDS D", "CDS -A"));

  Script unchanged(kDelta);
  unchanged.Change(C, {{"B", "B=1"}});
  back.initial_versions = {{"B", unchanged.snapshot().Find(C, "B")->version().ToString()}};
  ASSERT_TRUE(unchanged.Send(back).ok());
  EXPECT_THAT(unchanged.Told(), ElementsAre("CDS"));
}

TEST(Delta, ANackOfAnEarlierResponseKeepsItsInterest) {  // T45
  Script s(kDelta);
  s.Change(E, {{"A", "A=1"}, {"B", "B=1"}});
  s.Wants(E, {"A"});
  const Seen first = *s.Next();
  s.Change(E, {{"A", "A=2"}});
  const Seen second = *s.Next();
  s.Nack(first, {"B"});
  EXPECT_EQ(Script::Short(*s.Next()), "EDS B");
  s.Ack(second);
  EXPECT_FALSE(s.Next().has_value());
}

TEST(Delta, ASlowReaderGetsTheNewestStateAndFewResponses) {  // T48
  Script s(kDelta);
  s.Change(E, {{"A", "A=0"}});
  s.Wants(E, {"A"});
  s.Told();
  for (int i = 1; i <= 1000; ++i) s.Change(E, {{"A", absl::StrCat("A=", i).c_str()}});
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
}

TEST(Stream, SpacesResponsesBehindABurst) {
  Script s(kDelta);
  s.Change(E, {{"A", "A=0"}});
  s.Wants(E, {"A"});
  int sent = 0;
  for (int i = 1; i <= 300; ++i) {
    s.Change(E, {{"A", absl::StrCat("A=", i).c_str()}});
    sent += static_cast<int>(s.AckAll().size());
  }
  EXPECT_EQ(sent, 100);
  s.Pass(s.stream().WakeAt() - absl::Hours(1));
  EXPECT_THAT(s.Told(), ElementsAre("EDS A"));
}

TEST(Stream, RefusesMoreNamesThanItsLimit) {
  StreamState::Options options;
  options.most_names = 3;
  StreamState stream(options, std::make_shared<ViewStreams>(Snapshot::Empty()));
  Message message(E);
  message.names = {"a", "b", "c", "d"};
  const std::string bytes = message.Bytes(kSotw);
  EXPECT_EQ(stream.OnRequest(*ParseSotwRequest(bytes), {}, {}).code(),
            absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace fairlead
