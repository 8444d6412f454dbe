// What no client should send: each ends in a clear status or with the connection, and another
// stream gets its changes meanwhile.
#include <gmock/gmock.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "test/feature/xds_cases.h"
#include "test/support/memory.h"
#include "test/support/raw_http2.h"

namespace fairlead {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;

constexpr char kSotwMethod[] =
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";
constexpr char kDeltaMethod[] =
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources";

class BadInput : public XdsCases {
 protected:
  BadInput() : neighbour_(OptionsFor(Variant::kDelta)) {
    Put(Type::kListener, {{"n", "0"}});
    neighbour_.Want(Type::kListener, {"n"});
    EXPECT_EQ(neighbour_.NextAndAck().text, "n=0");
  }
  ~BadInput() override { ExpectNeighbourServed(); }

  // A change for the other stream reaches it.
  void ExpectNeighbourServed() {
    const std::string mark = absl::StrCat(++marks_);
    Put(Type::kListener, {{"n", mark}});
    EXPECT_EQ(neighbour_.NextAndAck().text, absl::StrCat("n=", mark));
  }
  static std::string Address() { return world().server().xds_address(); }

 private:
  XdsClient neighbour_;
  int marks_ = 0;
};

TEST_F(BadInput, WhatIsNoHttp2EndsTheConnection) {
  const std::string preface = Http2Preface();
  const std::pair<const char*, std::string> cases[] = {
      {"HTTP/1.1", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"noise", std::string(4096, '\xa5')},
      {"the preface of nobody", "PRI * HTTP/9.0\r\n\r\nSM\r\n\r\n"},
      {"a frame that is too long",
       preface + std::string("\xff\xff\xff\x00\x00\x00\x00\x00\x01", 9)},
      {"SETTINGS of a wrong size", preface + Http2Frame{Http2Frame::kSettings, 0, 0, "x"}.Bytes()},
      {"PING of a wrong size", preface + Http2Frame{Http2Frame::kPing, 0, 0, "x"}.Bytes()},
      {"CONTINUATION of nothing",
       preface + Http2Frame{Http2Frame::kContinuation, 0, 1, "x"}.Bytes()},
      {"headers in no code",
       preface + Http2Frame{Http2Frame::kHeaders, Http2Frame::kEndHeaders, 1, "\xff\xff\xff\xff"}
                     .Bytes()},
  };
  for (const auto& [name, bytes] : cases) {
    RawHttp2 client(Address());
    client.Send(bytes);
    EXPECT_TRUE(client.AwaitEnd(1)) << name;
    ExpectNeighbourServed();
  }
}

TEST_F(BadInput, WhatIsNoGrpcMessageEndsTheStream) {
  const std::pair<const char*, std::string> cases[] = {
      {"compressed without saying how", GrpcMessage(1, "abc", 3, /*flag=*/1)},
      {"of noise", GrpcMessage(1, "\xff\xff\xff", 3)},
  };
  for (const char* const method : {kSotwMethod, kDeltaMethod}) {
    for (const auto& [name, bytes] : cases) {
      RawHttp2 client(Address());
      ASSERT_TRUE(client.Send(absl::StrCat(Http2Preface(), GrpcCall(1, method), bytes)));
      EXPECT_TRUE(client.AwaitEnd(1)) << "a message " << name << " on " << method;
      ExpectNeighbourServed();
    }
  }
}

// gRPC waits for more, or sees nothing wrong; what ends such a stream is that no first message
// comes (xds_limits_test.cc), or keepalive.
TEST_F(BadInput, WhatGrpcLetsPassDisturbsNobody) {
  const std::string preface = Http2Preface();
  const std::string call = preface + GrpcCall(1, kSotwMethod);
  const std::string cases[] = {
      call.substr(0, call.size() - 5),
      call + GrpcMessage(1, "abc", 0xffffffff),
      call + GrpcMessage(1, "abc", 3, /*flag=*/7),
      preface + Http2Frame{Http2Frame::kData, 0, 0, "x"}.Bytes(),
  };
  for (const std::string& bytes : cases) {
    RawHttp2 client(Address());
    ASSERT_TRUE(client.Send(bytes));
    ExpectNeighbourServed();
  }
}

TEST_F(BadInput, AMessageThatIsNoRequestEndsTheStreamWithWords) {
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    XdsClient client(OptionsFor(variant));
    client.SendBytes("\xff\xff\xff garbage");
    const grpc::Status status = client.AwaitEnd();
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("no discovery request"));
  }
}

TEST_F(BadInput, MuchNodeMetadataIsServedAndAMebibyteEndsTheStream) {
  const auto with_metadata = [this](Variant variant, size_t size) {
    XdsClient::Options options = OptionsFor(variant, Type::kEndpoint);
    (*options.node.mutable_metadata()->mutable_fields())["much"].set_string_value(
        std::string(size, 'x'));
    return options;
  };
  Put(Type::kEndpoint, {{"A", "1"}});
  const size_t before = ResidentBytes();
  std::vector<std::unique_ptr<XdsClient>> clients;
  for (int i = 0; i < 60; ++i) {
    clients.push_back(std::make_unique<XdsClient>(
        with_metadata(i % 2 == 0 ? Variant::kSotw : Variant::kDelta, 255 << 10)));
    clients.back()->Want(Type::kEndpoint, {"A"});
    EXPECT_EQ(clients.back()->NextAndAck().text, "A=1");
  }
  // Each client here has some copies of its own; much more would be the server's.
  const size_t after = ResidentBytes();
  EXPECT_LT(after - std::min(before, after), 60u * 5 * (1 << 20));
  ExpectNeighbourServed();

  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    XdsClient client(with_metadata(variant, 1 << 20));
    client.Want(Type::kEndpoint, {"A"});
    const grpc::Status status = client.AwaitEnd();
    EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
    EXPECT_THAT(status.error_message(), HasSubstr("`node` is longer than 262144 bytes"));
    ExpectNeighbourServed();
  }
}

TEST_F(BadInput, AsManyNamesAsAllowedAreServedAndOneMoreEndsTheStream) {
  Put(Type::kEndpoint, {{"name-7", "1"}});
  std::vector<std::string> names;
  for (int i = 0; i < 100'000; ++i) names.push_back(absl::StrCat("name-", i));
  for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
    XdsClient client(OptionsFor(variant));
    client.Want(Type::kEndpoint, names);
    const XdsTold told = client.NextAndAck();
    EXPECT_EQ(told.resources, 1u);
    EXPECT_EQ(told.removed, variant == Variant::kDelta ? 99'999u : 0u);
    Put(Type::kEndpoint, {{"name-7", variant == Variant::kSotw ? "2" : "3"}});
    EXPECT_EQ(client.NextAndAck().resources, 1u);
    ExpectNeighbourServed();

    std::vector<std::string> more = names;
    more.push_back("one more");
    XdsClient greedy(OptionsFor(variant));
    greedy.Want(Type::kEndpoint, more);
    const grpc::Status status = greedy.AwaitEnd();
    EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_THAT(status.error_message(), HasSubstr("--max-xds-names"));
    ExpectNeighbourServed();
  }
}

}  // namespace
}  // namespace fairlead
