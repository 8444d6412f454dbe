// Over TCP, plain and with TLS, against a server of cpp-httplib's own. (Unix sockets: see the fake
// Docker Engine's test.)
#include "agents/engine/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "test/support/certificates.h"

namespace fairlead {
namespace {

using ::testing::HasSubstr;

// Serves until it is destroyed.
class TcpServer {
 public:
  explicit TcpServer(std::unique_ptr<httplib::Server> server) : server_(std::move(server)) {
    server_->Get("/_ping", [](const httplib::Request&, httplib::Response& response) {
      response.set_header("Api-Version", "1.41");
      response.set_content("OK", "text/plain");
    });
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
  }
  ~TcpServer() {
    server_->stop();
    thread_.join();
  }
  std::string url() const { return absl::StrCat("tcp://127.0.0.1:", port_); }

 private:
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  std::thread thread_;
};

// A directory as DOCKER_CERT_PATH names it.
std::string CertificateDirectory(const TestAuthority::Files& client,
                                 const TestAuthority& authority) {
  const std::string directory = client.certificate + ".docker";
  std::filesystem::create_directory(directory);
  const auto copy = [&](const std::string& from, const char* to) {
    std::filesystem::copy_file(from, absl::StrCat(directory, "/", to));
  };
  copy(client.certificate, "cert.pem");
  copy(client.key, "key.pem");
  copy(authority.certificate_file(), "ca.pem");
  return directory;
}

std::string Ping(const std::string& url, const std::string& certificates, const char* verify) {
  HttpClient client(*ParseEngineUrl(url, certificates, verify), absl::Seconds(5));
  const auto answer = client.Get("/_ping", 100);
  return answer.ok() ? absl::StrCat(answer->body, " ", answer->api_version)
                     : answer.status().ToString();
}

TEST(HttpClient, PlainTcp) {
  const TcpServer server(std::make_unique<httplib::Server>());
  EXPECT_EQ(Ping(server.url(), "", ""), "OK 1.41");
  EXPECT_THAT(Ping("tcp://127.0.0.1:1", "", ""),
              HasSubstr("UNAVAILABLE: GET /_ping at tcp://127.0.0.1:1: connection lost"));
}

TEST(HttpClient, TlsWithTheFilesOfDockersOwnClient) {
  const TestAuthority authority("authority");
  const TestAuthority stranger("stranger");
  const auto serve = [&](const TestAuthority::Files& files) {
    return std::make_unique<httplib::SSLServer>(files.certificate.c_str(), files.key.c_str(),
                                                authority.certificate_file().c_str());
  };
  const TcpServer server(serve(authority.Issue("server", "IP:127.0.0.1")));
  const TcpServer elsewhere(serve(authority.Issue("elsewhere", "IP:10.0.0.1")));
  const std::string good = CertificateDirectory(authority.Issue("agent", "DNS:agent"), authority);
  const std::string alone = CertificateDirectory(authority.Issue("alone", "DNS:alone"), stranger);

  EXPECT_EQ(Ping(server.url(), good, "1"), "OK 1.41");
  EXPECT_THAT(Ping(server.url(), alone, "1"), HasSubstr("UNAVAILABLE"))
      << "an engine whose authority is unknown is believed";
  EXPECT_THAT(Ping(elsewhere.url(), good, "1"), HasSubstr("UNAVAILABLE"))
      << "an engine with another name is believed";
  EXPECT_EQ(Ping(server.url(), alone, ""), "OK 1.41") << "without DOCKER_TLS_VERIFY";
  EXPECT_THAT(Ping(server.url(), "/nowhere", "1"), HasSubstr("/nowhere"));
}

}  // namespace
}  // namespace fairlead
