#include "deploy/images/drop_in/local_http.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"

namespace fairlead {
namespace {

// Answers the first connection with some bytes once it has the whole head of a request.
class OneAnswer {
 public:
  OneAnswer(const LocalAddress& address, std::string answer) : answer_(std::move(answer)) {
    sockaddr_storage storage{};
    socklen_t size = sizeof(sockaddr_in);
    storage.ss_family = AF_INET;
    auto& in = reinterpret_cast<sockaddr_in&>(storage);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!address.unix_path.empty()) {
      auto& un = reinterpret_cast<sockaddr_un&>(storage);
      un.sun_family = AF_UNIX;
      std::strncpy(un.sun_path, address.unix_path.c_str(), sizeof(un.sun_path) - 1);
      size = sizeof(un);
    }
    listener_ = socket(storage.ss_family, SOCK_STREAM, 0);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&storage), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&storage), &size);
    if (storage.ss_family == AF_INET) port_ = ntohs(in.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~OneAnswer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  uint16_t port() const { return port_; }
  // After the answer has come.
  const std::string& request() const { return request_; }

 private:
  void Serve() {
    const int fd = accept(listener_, nullptr, nullptr);
    if (fd < 0) return;
    char bytes[1024];
    while (request_.find("\r\n\r\n") == std::string::npos) {
      const ssize_t count = recv(fd, bytes, sizeof bytes, 0);
      if (count <= 0) break;
      request_.append(bytes, static_cast<size_t>(count));
    }
    send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    close(fd);
  }

  const std::string answer_;
  std::string request_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread thread_;
};

TEST(LocalHttp, AsksOverTcpAndUnixSockets) {
  // Short: the path of a socket has 107 bytes at most.
  const std::string path = absl::StrCat("/tmp/fairlead-local-http.", getpid());
  for (const LocalAddress& address : {LocalAddress{}, LocalAddress{path, 0}}) {
    OneAnswer server(address, "HTTP/1.1 503 Service Unavailable\r\nA: b\r\n\r\nnot yet\n");
    const LocalAddress to{address.unix_path, server.port()};
    const auto answer = AskLocally(to, "POST", "/drain?x", absl::Seconds(20));
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_EQ(answer->status, 503);
    EXPECT_EQ(answer->body, "not yet\n");
    EXPECT_EQ(server.request().substr(0, 23), "POST /drain?x HTTP/1.1\r");
  }
  unlink(path.c_str());
}

TEST(LocalHttp, ABadAnswerIsAnError) {
  const struct {
    std::string answer;
    absl::StatusCode code;
  } cases[] = {
      {"", absl::StatusCode::kDataLoss},
      {"HTTP/1.1 2", absl::StatusCode::kDataLoss},
      {"SSH-2.0-hello there\r\n\r\n", absl::StatusCode::kDataLoss},
      {"HTTP/1.1 abc\r\n\r\n", absl::StatusCode::kDataLoss},
      {"HTTP/1.1 200 OK\r\n\r\n" + std::string(300 << 10, 'x'),
       absl::StatusCode::kResourceExhausted},
  };
  for (const auto& c : cases) {
    OneAnswer server({}, c.answer);
    EXPECT_EQ(AskLocally({"", server.port()}, "GET", "/", absl::Seconds(20)).status().code(),
              c.code)
        << c.answer.substr(0, 40);
  }
}

TEST(LocalHttp, NobodyThereIsUnavailable) {
  EXPECT_TRUE(absl::IsUnavailable(
      AskLocally({"/nowhere/nobody", 0}, "GET", "/", absl::Seconds(20)).status()));
}

TEST(ParseLocalAnswer, IsAStatusOfThreeDigitsAndWhatIsBehindTheHead) {
  const struct {
    const char* text;
    int status;  // 0: it is none
    const char* body;
  } cases[] = {
      {"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nLIVE\n", 200, "LIVE\n"},
      {"HTTP/1.0 503\r\n\r\n", 503, ""},
      {"HTTP/1.1 200 OK\r\n\r\na\r\n\r\nb", 200, "a\r\n\r\nb"},
      {"", 0, ""},
      {"\r\n\r\n", 0, ""},
      {"HTTP/1.1\r\n\r\n200 and more", 0, ""},
      {"HTTP/1.1 -20\r\n\r\n", 0, ""},
      {"HTTP/1.1 20x\r\n\r\n", 0, ""},
      {"HTTP/1.1 099\r\n\r\n", 0, ""},
      {"HTTP/2.0 200\r\n\r\n", 0, ""},
      {"HTTP/1.1 200 OK\r\n", 0, ""},
  };
  for (const auto& of : cases) {
    SCOPED_TRACE(of.text);
    const absl::StatusOr<LocalAnswer> answer = ParseLocalAnswer(of.text);
    ASSERT_EQ(answer.ok(), of.status != 0);
    if (!answer.ok()) continue;
    EXPECT_EQ(answer->status, of.status);
    EXPECT_EQ(answer->body, of.body);
  }
}

}  // namespace
}  // namespace fairlead
