#include "test/fakes/docker_engine/unix_http_server.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fairlead {

void UnixHttpConnection::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

void UnixHttpConnection::Answer(int status, absl::string_view headers, absl::string_view body) {
  Write(absl::StrCat("HTTP/1.1 ", status, " Status\r\n", headers, "Content-Length: ", body.size(),
                     "\r\n\r\n"));
  Write(body);
}

void UnixHttpConnection::BeginStream(absl::string_view headers) {
  Write(absl::StrCat("HTTP/1.1 200 OK\r\n", headers, "Transfer-Encoding: chunked\r\n\r\n"));
}

void UnixHttpConnection::WritePiece(absl::string_view piece) {
  Write(absl::StrCat(absl::StrFormat("%x\r\n", piece.size()), piece, "\r\n"));
}

void UnixHttpConnection::Cut() { shutdown(socket_, SHUT_RDWR); }

bool UnixHttpConnection::ReadHead(std::string* head) {
  std::array<char, 4096> buffer;
  while (true) {
    const size_t end = received_.find("\r\n\r\n");
    if (end != std::string::npos) {
      *head = received_.substr(0, end);
      received_.erase(0, end + 4);
      return true;
    }
    const ssize_t size = recv(socket_, buffer.data(), buffer.size(), 0);
    if (size <= 0) return false;
    received_.append(buffer.data(), static_cast<size_t>(size));
  }
}

UnixHttpServer::UnixHttpServer(std::string path, Handler handler)
    : path_(std::move(path)), handler_(std::move(handler)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.data(), path_.size());
  unlink(path_.c_str());
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener_, SOMAXCONN) != 0) {
    perror(path_.c_str());
    abort();
  }
  thread_ = std::thread([this] { Accept(); });
}

UnixHttpServer::~UnixHttpServer() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    for (Client& client : clients_) client.connection.Cut();
  }
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
  std::list<Client> clients;
  {
    absl::MutexLock lock(&mutex_);
    clients.swap(clients_);
  }
  for (Client& client : clients) {
    client.thread.join();
    close(client.connection.socket_);
  }
  unlink(path_.c_str());
}

void UnixHttpServer::Accept() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    absl::MutexLock lock(&mutex_);
    Client& client = clients_.emplace_back(socket);
    if (ending_) client.connection.Cut();
    client.thread = std::thread([this, &client] { Serve(client.connection); });
  }
}

void UnixHttpServer::Serve(UnixHttpConnection& connection) {
  std::string head;
  while (connection.ReadHead(&head)) {
    handler_(head.substr(0, head.find(" HTTP/")), connection);
  }
  connection.Cut();
}

}  // namespace fairlead
