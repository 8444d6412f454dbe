#include "server/status/http_head.h"

#include <gtest/gtest.h>

#include <string>

namespace fairlead {
namespace {

TEST(HeadSize, IsZeroUntilTheEmptyLineIsThere) {
  EXPECT_EQ(HeadSize(""), 0u);
  EXPECT_EQ(HeadSize("GET / HTTP/1.1\r\n"), 0u);
  EXPECT_EQ(HeadSize("GET / HTTP/1.1\r\n\r"), 0u);
  EXPECT_EQ(HeadSize("GET / HTTP/1.1\r\n\r\n"), 18u);
  EXPECT_EQ(HeadSize("GET / HTTP/1.1\r\n\r\nGET /next"), 18u);
}

struct ReduceCase {
  const char* name;
  std::string fields;
  std::string kept;
  bool has_body;
};

class ReduceTest : public testing::TestWithParam<ReduceCase> {};

TEST_P(ReduceTest, KeepsTheRequestLineAndWhatTheConnectionNeeds) {
  const std::string line = "GET /x?y=1 HTTP/1.1\r\n";
  const ReducedHead reduced = Reduce(line + GetParam().fields + "\r\n");
  EXPECT_EQ(reduced.text, line + GetParam().kept + "\r\n");
  EXPECT_EQ(reduced.has_body, GetParam().has_body);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, ReduceTest,
    testing::Values(
        ReduceCase{"None", "", "", false},
        ReduceCase{"Usual", "Host: x\r\nAccept: */*\r\n", "", false},
        ReduceCase{"Close", "connection:close\r\n", "Connection: close\r\n", false},
        ReduceCase{"KeepAlive", "Connection: Keep-Alive\r\n", "Connection: Keep-Alive\r\n", false},
        ReduceCase{"OtherConnection", "Connection: upgrade\r\nUpgrade: h2c\r\n", "", false},
        ReduceCase{"Costly",
                   "Range: bytes=0-,0-\r\nAccept-Encoding: br\r\nExpect: 100-continue\r\n", "",
                   false},
        ReduceCase{"NoBody", "Content-Length: 0\r\n", "", false},
        ReduceCase{"Body", "Content-Length: 5\r\n", "", true},
        ReduceCase{"Chunked", "Transfer-Encoding: chunked\r\n", "", true},
        ReduceCase{"NoField", "what is this\r\n", "", false}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace fairlead
