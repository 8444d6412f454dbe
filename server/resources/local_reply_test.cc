#include "server/resources/local_reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "server/validation/validate.h"

namespace fairlead {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(LocalReply, WhichPageForWhat) {
  const struct {
    Pages pages;
    const char* unavailable;  // part of it
    const char* error;        // null: none
  } cases[] = {
      {{"", ""}, "<h1>503 Service Unavailable</h1>", nullptr},
      {{"sorry", ""}, "sorry", "sorry"},
      {{"", "closed"}, "closed", nullptr},
      {{"sorry", "closed"}, "closed", "sorry"},
      // Bytes of any encoding, and what Envoy's formats would take for a command of theirs.
      {{"\xe9 100% %REQ(x)%", ""}, "\xe9 100% %REQ(x)%", "\xe9 100% %REQ(x)%"},
  };
  for (const auto& of : cases) {
    SCOPED_TRACE(of.pages.error + "," + of.pages.unavailable);
    const auto config = LocalReplyOf(of.pages);
    EXPECT_EQ(Validate(config), absl::OkStatus());
    ASSERT_EQ(config.mappers_size(), of.error == nullptr ? 1 : 2);
    const auto& unavailable = config.mappers(0);
    EXPECT_THAT(unavailable.body().inline_bytes(), HasSubstr(of.unavailable));
    EXPECT_EQ(unavailable.headers_to_add(0).header().key(), "Retry-After");
    EXPECT_THAT(unavailable.filter().and_filter().filters(1).response_flag_filter().flags(),
                ElementsAre("UH", "NC", "UF"));
    if (of.error == nullptr) continue;
    EXPECT_EQ(config.mappers(1).body().inline_bytes(), of.error);
    EXPECT_EQ(config.mappers(1).headers_to_add_size(), 0);
    std::vector<uint32_t> statuses;
    for (const auto& filter :
         config.mappers(1).filter().and_filter().filters(1).or_filter().filters()) {
      statuses.push_back(filter.status_code_filter().comparison().value().default_value());
    }
    EXPECT_THAT(statuses, ElementsAre(500, 502, 503, 504));
  }
}

TEST(LocalReply, ConnectionsThatFailAre502IfSo) {
  for (const std::string error : {"", "sorry"}) {
    const auto config = LocalReplyOf({error, "", /*unreachable_is_502=*/true});
    EXPECT_EQ(Validate(config), absl::OkStatus());
    ASSERT_EQ(config.mappers_size(), error.empty() ? 3 : 4);
    const auto flags = [&](int index) {
      return config.mappers(index).filter().and_filter().filters(1).response_flag_filter().flags();
    };
    const auto& nobody = config.mappers(0);
    EXPECT_THAT(flags(0), ElementsAre("UH", "NC"));
    EXPECT_FALSE(nobody.has_status_code());
    const auto& refused = config.mappers(1);
    EXPECT_THAT(flags(1), ElementsAre("UF"));
    EXPECT_EQ(refused.status_code().value(), 502);
    EXPECT_THAT(refused.body().inline_bytes(),
                error.empty() ? HasSubstr("<h1>502 Bad Gateway</h1>") : HasSubstr(error));
    EXPECT_EQ(refused.headers_to_add(0).header().key(), "Retry-After");
    const auto& broken = config.mappers(2);
    EXPECT_THAT(flags(2), ElementsAre("UC", "UR"));
    EXPECT_EQ(broken.status_code().value(), 502);
    EXPECT_EQ(broken.body().inline_bytes(), error);
    EXPECT_EQ(broken.headers_to_add_size(), 0);
  }
}

TEST(LocalReply, GrpcClientsGetNoPage) {
  const auto config = LocalReplyOf({"sorry", "closed", /*unreachable_is_502=*/true});
  for (const auto& mapper : config.mappers()) {
    const auto& header = mapper.filter().and_filter().filters(0).header_filter().header();
    EXPECT_EQ(header.name(), "content-type");
    EXPECT_EQ(header.string_match().prefix(), "application/grpc");
    EXPECT_TRUE(header.invert_match());
    EXPECT_TRUE(header.treat_missing_header_as_empty());
  }
}

}  // namespace
}  // namespace fairlead
