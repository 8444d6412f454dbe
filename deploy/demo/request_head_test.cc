#include "deploy/demo/request_head.h"

#include <gtest/gtest.h>

#include <string>

namespace demo {
namespace {

// "METHOD PATH ?QUERY BYTES", and what else it says.
std::string Text(const std::optional<Request>& request) {
  if (!request.has_value()) return "none";
  std::string text = request->method + " " + request->path + " ?" + request->query + " " +
                     std::to_string(request->body_bytes);
  if (request->keep_alive) text += " keep-alive";
  if (request->has_unknown_length) text += " unknown-length";
  if (request->upgrade) text += " upgrade";
  if (!request->id.empty()) text += " id=" + request->id;
  return text;
}

TEST(ParseHead, TakesWhatItKnowsAndRefusesWhatIsNoRequest) {
  const struct {
    const char* head;
    const char* request;
  } cases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n", "GET / ? 0 keep-alive"},
      {"GET / HTTP/1.0\r\n", "GET / ? 0"},
      {"GET / HTTP/1.1\r\nCONNECTION:  Close \r\n", "GET / ? 0"},
      {"GET /slow?ms=1&x?y HTTP/1.1\r\n", "GET /slow ?ms=1&x?y 0 keep-alive"},
      {"GET /a b HTTP/1.1\r\n", "GET /a b ? 0 keep-alive"},
      {"POST / HTTP/1.1\r\nContent-Length: 5\r\nX-Receipt: 7\r\n", "POST / ? 5 keep-alive id=7"},
      {"POST / HTTP/1.1\r\nContent-Length: 16777217\r\n", "POST / ? 0 keep-alive unknown-length"},
      {"POST / HTTP/1.1\r\nContent-Length: -1\r\n", "POST / ? 0 keep-alive unknown-length"},
      {"POST / HTTP/1.1\r\nContent-Length:\r\n", "POST / ? 0 keep-alive unknown-length"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "POST / ? 0 keep-alive unknown-length"},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n",
       "POST / ? 5 keep-alive unknown-length"},
      {"GET / HTTP/1.1\r\nUpgrade: WebSocket\r\n", "GET / ? 0 keep-alive upgrade"},
      {"GET / HTTP/1.1\r\nno colon\r\n:\r\n", "GET / ? 0 keep-alive"},
      {"", "none"},
      {"\r\n", "none"},
      {"GET\r\n", "none"},
      {"GET HTTP/1.1\r\n", "none"},
      {" \r\n", "none"},
  };
  for (const auto& of : cases) EXPECT_EQ(Text(ParseHead(of.head)), of.request) << of.head;
}

TEST(ParseHead, KeepsTheHeadForWhoeverAsksToSeeIt) {
  const std::string head = "GET /headers HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(ParseHead(head)->head, head);
  EXPECT_EQ(ParseHead("GET / HTTP/1.1\r\nHost: a\r\n")->head, "");
}

}  // namespace
}  // namespace demo
