// Each limit of the xDS port, over real gRPC: what is beyond it ends with a status that says which
// (docs/limits.md).
#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "test/feature/xds_cases.h"
#include "test/support/raw_http2.h"

namespace fairlead {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;

constexpr char kMethod[] =
    "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources";

World::Options SmallLimits(absl::Duration first_message_timeout, size_t most_total_names) {
  World::Options options;
  options.server.control.warm_up = absl::ZeroDuration();
  options.server.xds.most_streams = 3;
  options.server.xds.most_names = 3;
  options.server.xds.most_total_names = most_total_names;
  options.server.xds.first_message_timeout = first_message_timeout;
  options.server.xds_port.most_message_bytes = 2048;
  options.server.xds_port.keepalive_time = absl::Seconds(1);
  options.server.xds_port.keepalive_timeout = absl::Seconds(1);
  return options;
}

class XdsLimits : public testing::TestWithParam<Variant> {
 protected:
  explicit XdsLimits(absl::Duration first_message_timeout = absl::Seconds(30),
                     size_t most_total_names = 100)
      : world_(SmallLimits(first_message_timeout, most_total_names)) {}

  XdsClient::Options Options() {
    XdsClient::Options options;
    options.address = world_.server().xds_address();
    options.variant = GetParam();
    options.node.set_id(absl::StrCat("edge-", ++clients_));
    return options;
  }
  // A stream beside the one that goes beyond a limit: it must not notice.
  void ExpectServed(XdsClient& client) {
    client.Want(Type::kListener, {});
    EXPECT_EQ(client.NextAndAck().text, "http");
  }
  void Await(XdsClient& client, StatusCode code, const std::string& what) {
    const grpc::Status status = client.AwaitEnd();
    EXPECT_EQ(status.error_code(), code) << status.error_message();
    EXPECT_THAT(status.error_message(), HasSubstr(what));
  }

  World world_;
  int clients_ = 0;
};

class FirstMessageLimit : public XdsLimits {
 protected:
  FirstMessageLimit() : XdsLimits(absl::Seconds(1)) {}
};

class TotalNamesLimit : public XdsLimits {
 protected:
  TotalNamesLimit() : XdsLimits(absl::Seconds(30), /*most_total_names=*/5) {}
};

std::string NameOfVariant(const testing::TestParamInfo<Variant>& variant) {
  return variant.param == Variant::kSotw ? "Sotw" : "Delta";
}
INSTANTIATE_TEST_SUITE_P(Variants, XdsLimits, testing::Values(Variant::kSotw, Variant::kDelta),
                         NameOfVariant);
INSTANTIATE_TEST_SUITE_P(Variants, TotalNamesLimit,
                         testing::Values(Variant::kSotw, Variant::kDelta), NameOfVariant);
INSTANTIATE_TEST_SUITE_P(Variants, FirstMessageLimit,
                         testing::Values(Variant::kSotw, Variant::kDelta), NameOfVariant);

TEST_P(XdsLimits, OneStreamTooMany) {
  XdsClient a(Options());
  ExpectServed(a);
  {
    XdsClient b(Options());
    ExpectServed(b);
    XdsClient c(Options());
    ExpectServed(c);
    XdsClient d(Options());
    Await(d, StatusCode::RESOURCE_EXHAUSTED, "--max-xds-streams");
    EXPECT_TRUE(c.Finish().ok());
  }
  // There is room again, and the one that was there from the start goes on.
  XdsClient e(Options());
  ExpectServed(e);
  a.Want(Type::kRoute, {"http"});
  EXPECT_EQ(a.NextAndAck().resources, 1u);
}

TEST_P(XdsLimits, OneNameTooMany) {
  XdsClient other(Options());
  ExpectServed(other);
  XdsClient client(Options());
  client.Want(Type::kRoute, {"http", "b", "c"});
  EXPECT_EQ(client.NextAndAck().resources, 1u);
  // Names of all types count together.
  client.Want(Type::kEndpoint, {"d"});
  Await(client, StatusCode::RESOURCE_EXHAUSTED, "--max-xds-names");
  other.Want(Type::kRoute, {"http"});
  EXPECT_EQ(other.NextAndAck().resources, 1u);
}

TEST_P(TotalNamesLimit, OneNameTooManyOnAllStreamsTogether) {
  XdsClient a(Options());
  a.Want(Type::kRoute, {"http", "b", "c"});
  EXPECT_EQ(a.NextAndAck().resources, 1u);
  {
    XdsClient b(Options());
    b.Want(Type::kRoute, {"http", "b"});
    EXPECT_EQ(b.NextAndAck().resources, 1u);
    XdsClient c(Options());
    c.Want(Type::kRoute, {"http"});
    Await(c, StatusCode::RESOURCE_EXHAUSTED, "--max-xds-total-names");
    // Those that were there first are served on, and names that are given up leave room.
    b.Want(Type::kListener, {});
    EXPECT_EQ(b.NextAndAck().text, "http");
    EXPECT_TRUE(b.Finish().ok());
  }
  XdsClient d(Options());
  d.Want(Type::kRoute, {"http", "d"});
  EXPECT_EQ(d.NextAndAck().resources, 1u);
  XdsClient e(Options());
  e.Want(Type::kRoute, {"http"});
  Await(e, StatusCode::RESOURCE_EXHAUSTED, "--max-xds-total-names");
  a.Want(Type::kListener, {});
  EXPECT_EQ(a.NextAndAck().text, "http");
}

TEST_P(XdsLimits, AMessageThatIsTooLong) {
  XdsClient other(Options());
  ExpectServed(other);
  XdsClient client(Options());
  ExpectServed(client);
  client.Want(Type::kRoute, {std::string(3000, 'x')});
  Await(client, StatusCode::RESOURCE_EXHAUSTED, "larger than max");
  // Also as the first one.
  XdsClient first(Options());
  first.Want(Type::kRoute, {std::string(3000, 'x')});
  Await(first, StatusCode::RESOURCE_EXHAUSTED, "larger than max");
  other.Want(Type::kRoute, {"http"});
  EXPECT_EQ(other.NextAndAck().resources, 1u);
}

TEST_P(FirstMessageLimit, EndsAStreamThatSaysNothing) {
  XdsClient other(Options());
  ExpectServed(other);
  XdsClient client(Options());
  Await(client, StatusCode::DEADLINE_EXCEEDED, "--xds-first-message-timeout");
  other.Want(Type::kRoute, {"http"});
  EXPECT_EQ(other.NextAndAck().resources, 1u);
}

TEST_P(FirstMessageLimit, EndsAStreamWhoseFirstMessageDoesNotComeToAnEnd) {
  for (const std::string& message :
       {GrpcMessage(1, "abc", 0xffffffff), GrpcMessage(1, "abc", 3, /*flag=*/7)}) {
    RawHttp2 client(world_.server().xds_address());
    ASSERT_TRUE(client.Send(absl::StrCat(Http2Preface(), GrpcCall(1, kMethod), message)));
    EXPECT_TRUE(client.AwaitEnd(1));
  }
}

TEST_P(XdsLimits, AConnectionThatDoesNotAnswerIsClosed) {
  RawHttp2 dead(world_.server().xds_address());
  // A stream, so that the connection is in use; PINGs are not answered.
  ASSERT_TRUE(dead.Send(absl::StrCat(
      Http2Preface(), Http2Frame{Http2Frame::kSettings, Http2Frame::kAck, 0, ""}.Bytes(),
      GrpcCall(1, kMethod))));
  XdsClient other(Options());
  ExpectServed(other);
  EXPECT_TRUE(dead.AwaitClosed());
  other.Want(Type::kRoute, {"http"});
  EXPECT_EQ(other.NextAndAck().resources, 1u);
}

}  // namespace
}  // namespace fairlead
