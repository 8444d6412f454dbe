#include "test/bench/response.h"

#include <gtest/gtest.h>

namespace fairlead {
namespace {

TEST(ParseResponse, ReadsAResponseWithALengthAndLeavesWhatFollows) {
  const std::string text = "HTTP/1.1 200 OK\r\nX-Served-By: abc\r\ncontent-length: 3\r\n\r\nyes";

  const std::optional<Response> response = ParseResponse(text + "HTTP/1.1 2");

  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->served_by, "abc");
  EXPECT_EQ(response->body, "yes");
  EXPECT_TRUE(response->keep_alive);
  EXPECT_EQ(response->bytes, text.size());
}

TEST(ParseResponse, ReadsChunks) {
  const std::string text =
      "HTTP/1.1 503 Service Unavailable\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
      "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";

  const std::optional<Response> response = ParseResponse(text);

  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(response->body, "abcde");
  EXPECT_FALSE(response->keep_alive);
  EXPECT_EQ(response->bytes, text.size());
}

TEST(ParseResponse, WaitsForTheRestOfAnIncompleteOne) {
  const std::string texts[] = {
      "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
  };
  for (const std::string& text : texts) {
    for (size_t length = 0; length < text.size(); ++length) {
      EXPECT_FALSE(ParseResponse(text.substr(0, length)).has_value()) << text.substr(0, length);
    }
    EXPECT_TRUE(ParseResponse(text).has_value()) << text;
  }
}

TEST(ParseResponse, SaysWhenItIsNoResponseThatItReads) {
  const std::string texts[] = {
      "SSH-2.0-x\r\n\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
  };
  for (const std::string& text : texts) {
    const std::optional<Response> response = ParseResponse(text);
    ASSERT_TRUE(response.has_value()) << text;
    EXPECT_EQ(response->status, 0) << text;
  }
}

}  // namespace
}  // namespace fairlead
