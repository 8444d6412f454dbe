#include "server/status/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "server/status/raw_client.h"

namespace fairlead {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Answers with the path; /query with ?x; /big with 8 MiB.
HttpReply Echo(const HttpRequest& request) {
  if (request.path == "/big") return {.body = std::string(8 << 20, 'x')};
  if (request.path == "/query") return {.body = request.query.at("x")};
  return {.body = request.path};
}

std::unique_ptr<HttpServer> Serve(HttpServer::Patience patience = {},
                                  HttpServer::Handler handler = Echo) {
  return HttpServer::Listen("127.0.0.1:0", std::move(handler), patience).value();
}

std::string Get(const std::string& path) {
  return absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: x\r\n\r\n");
}

TEST(HttpServer, AnswersGet) {
  const auto server = Serve();
  EXPECT_THAT(Ask(server->address(), "GET /hello"),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Connection: close"),
                    HasSubstr("X-Content-Type-Options: nosniff"), EndsWith("\r\n\r\n/hello")));
  EXPECT_THAT(Ask(server->address(), "GET /query?x=a%20b&x=c"), EndsWith("\r\n\r\na b"));
}

TEST(HttpServer, AnswersHeadWithoutABody) {
  const auto server = Serve();
  EXPECT_THAT(
      Ask(server->address(), "HEAD /hello"),
      AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Content-Length: 6"), EndsWith("\r\n\r\n")));
}

TEST(HttpServer, RefusesEveryOtherMethod) {
  const auto server = Serve();
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"}) {
    EXPECT_THAT(Ask(server->address(), absl::StrCat(method, " /hello")),
                AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: GET, HEAD")))
        << method;
  }
}

TEST(HttpServer, NeverReadsABodyAndClosesAfterIt) {
  const auto server = Serve();
  RawClient client(server->address());
  // Were the body taken for a request, there would be two answers.
  client.Send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
              Get("/smuggled"));
  const std::string all = client.ReadAll();
  EXPECT_THAT(all, StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(all, Not(HasSubstr("smuggled")));
}

TEST(HttpServer, TakesSomeRequestsOnAConnection) {
  const auto server = Serve();
  RawClient client(server->address());
  for (int i = 1; i <= HttpServer::kMostRequests; ++i) {
    client.Send(Get(absl::StrCat("/", i)));
    const std::string answer = client.ReadAnswer();
    EXPECT_THAT(answer, EndsWith(absl::StrCat("\r\n\r\n/", i)));
    const bool last = i == HttpServer::kMostRequests;
    EXPECT_EQ(answer.find("Connection: close") != std::string::npos, last) << i;
  }
  EXPECT_TRUE(client.IsClosed());
}

TEST(HttpServer, AnswersRequestsThatCameTogetherInOrder) {
  const auto server = Serve();
  RawClient client(server->address());
  client.Send(Get("/1") + Get("/2") + Get("/3"));
  for (int i = 1; i <= 3; ++i) {
    EXPECT_THAT(client.ReadAnswer(), EndsWith(absl::StrCat("\r\n\r\n/", i)));
  }
}

TEST(HttpServer, TakesAHeadInPieces) {
  const auto server = Serve();
  RawClient client(server->address());
  for (const char byte : Get("/pieces")) ASSERT_TRUE(client.Send(std::string(1, byte)));
  EXPECT_THAT(client.ReadAnswer(), EndsWith("/pieces"));
}

TEST(HttpServer, RefusesWhatIsNoHttp) {
  const auto server = Serve();
  for (const char* text :
       {"hello\r\n\r\n", "\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"}) {
    RawClient client(server->address());
    client.Send(text);
    EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 400")) << text;
  }
  EXPECT_THAT(Ask(server->address(), "GET /hello"), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, RefusesAHeadThatIsTooLong) {
  const auto server = Serve();
  RawClient whole(server->address());
  whole.Send(
      absl::StrCat("GET / HTTP/1.1\r\nX: ", std::string(HttpServer::kMostHead, 'x'), "\r\n\r\n"));
  EXPECT_THAT(whole.ReadAll(), StartsWith("HTTP/1.1 431"));

  RawClient endless(server->address());
  const std::string field = absl::StrCat("X: ", std::string(1'000, 'x'), "\r\n");
  endless.Send("GET / HTTP/1.1\r\n");
  bool taken = true;
  for (int i = 0; i < 100'000 && taken; ++i) taken = endless.Send(field);
  EXPECT_FALSE(taken) << "100 MB of head were taken";
}

TEST(HttpServer, GivesUpOnAHeadThatDoesNotEnd) {
  const auto server = Serve({.head = absl::Milliseconds(50)});
  RawClient client(server->address());
  client.Send("GET / HTTP/1.1\r\nX: ");
  EXPECT_THAT(client.ReadAll(), StartsWith("HTTP/1.1 408"));

  RawClient silent(server->address());
  EXPECT_TRUE(silent.IsClosed());
}

TEST(HttpServer, ClosesConnectionsThatIdle) {
  const auto server = Serve({.idle = absl::Milliseconds(50)});
  RawClient client(server->address());
  client.Send(Get("/"));
  client.ReadAnswer();
  EXPECT_TRUE(client.IsClosed());
}

TEST(HttpServer, ManyWhoSendHalfARequestKeepNobodyWaiting) {
  const auto server = Serve({.head = absl::InfiniteDuration()});
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 200; ++i) {
    slow.push_back(std::make_unique<RawClient>(server->address()));
    slow.back()->Send("GET / HT");
    if (i % 20 == 0) {
      EXPECT_THAT(Ask(server->address(), "GET /hello"), EndsWith("/hello"));
    }
  }
  EXPECT_THAT(Ask(server->address(), "GET /hello"), EndsWith("/hello"));
}

TEST(HttpServer, ManyWhoDoNotReadTheirAnswersKeepNobodyWaiting) {
  const auto server = Serve({.answer = absl::InfiniteDuration()});
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<RawClient>(server->address()));
    slow.back()->Send(Get("/big"));
    EXPECT_THAT(Ask(server->address(), "GET /hello"), EndsWith("/hello"));
  }
}

TEST(HttpServer, GivesUpOnWhoDoesNotReadTheAnswer) {
  const auto server = Serve({.answer = absl::Milliseconds(50)});
  RawClient client(server->address());
  client.Send(Get("/big"));
  RawClient other(server->address());
  other.Send(Get("/big"));
  // One that is read goes through while the time of the other runs out.
  EXPECT_GT(client.ReadAnswer().size(), 0u);
  EXPECT_LE(other.ReadAll().size(), (8u << 20) + 1024);
}

TEST(HttpServer, SendsALongAnswerWhole) {
  const auto server = Serve();
  EXPECT_GT(Ask(server->address(), "GET /big").size(), 8u << 20);
}

TEST(HttpServer, WorksWithManyDescriptorsOpen) {
  rlimit limit = {};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit before = limit;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4'096);
  if (limit.rlim_cur < 2'048) GTEST_SKIP() << "not enough descriptors are allowed here";
  setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<std::unique_ptr<FILE, int (*)(FILE*)>> open;
  for (int i = 0; i < 1'100; ++i) open.emplace_back(fopen("/dev/null", "r"), fclose);
  const auto server = Serve();
  EXPECT_THAT(Ask(server->address(), "GET /hello"), EndsWith("/hello"));
  open.clear();
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST(HttpServer, AnswersOnSeveralThreadsAndWaitsForThemAtItsEnd) {
  absl::Notification held, go_on;
  auto server = Serve({}, [&](const HttpRequest& request) {
    if (request.path == "/hold") {
      held.Notify();
      go_on.WaitForNotification();
    }
    return HttpReply{.body = "done"};
  });
  RawClient client(server->address());
  client.Send(Get("/hold"));
  held.WaitForNotification();
  EXPECT_THAT(Ask(server->address(), "GET /other"), EndsWith("done"));
  std::thread ending([&] { server.reset(); });
  go_on.Notify();
  ending.join();
  client.ReadAll();
}

TEST(HttpServer, SaysWhyItCannotListen) {
  const auto server = Serve();
  const auto taken = HttpServer::Listen(server->address(), Echo, {});
  EXPECT_THAT(std::string(taken.status().message()), HasSubstr(server->address()));
  EXPECT_EQ(HttpServer::Listen("nonsense", Echo, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace fairlead
