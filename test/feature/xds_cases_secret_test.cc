// Secrets: the case T52 of docs/xds-rules.md.
#include <gmock/gmock.h>

#include "server/base/log.h"
#include "test/feature/xds_cases.h"

namespace fairlead {
namespace {

using testing::HasSubstr;
using testing::Not;

// Everything that the server ever logs is looked at when it has ended.
class Secrets : public XdsCases {
 public:
  static void SetUpTestSuite() {
    testing::internal::CaptureStderr();
    ASSERT_TRUE(SetUpLog("trace", "text").ok());
    XdsCases::SetUpTestSuite();
  }
  static void TearDownTestSuite() {
    XdsCases::TearDownTestSuite();
    EXPECT_THAT(testing::internal::GetCapturedStderr(), Not(HasSubstr("PRIVATE-KEY")));
  }
};

TEST_F(Secrets, T52ARotatedCertificateIsSentOnceAndItsKeyIsNeverLogged) {
  for (const absl::optional<Type> only :
       {absl::optional<Type>(), absl::optional<Type>(Type::kSecret)}) {
    for (const Variant variant : {Variant::kSotw, Variant::kDelta}) {
      Put(Type::kSecret, {{"cert", "PRIVATE-KEY-1"}, {"other", "PRIVATE-KEY-0"}});
      XdsClient client(OptionsFor(variant, only));
      client.Want(Type::kSecret, {"cert", "other"});
      EXPECT_EQ(client.NextAndAck().text, "cert=PRIVATE-KEY-1 other=PRIVATE-KEY-0");
      Put(Type::kSecret, {{"cert", "PRIVATE-KEY-2"}});
      EXPECT_EQ(client.NextAndAck().text, "cert=PRIVATE-KEY-2");
      ExpectSilence(client);
      Put(Type::kSecret, {{"cert", "PRIVATE-KEY-3"}});
      client.Nack(client.Next());
      ExpectSilence(client);
    }
  }
}

}  // namespace
}  // namespace fairlead
