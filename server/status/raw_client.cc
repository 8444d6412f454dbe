#include "server/status/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fairlead {

RawClient::RawClient(const std::string& address)
    : descriptor_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const size_t colon = address.rfind(':');
  uint32_t port = 0;
  if (!absl::SimpleAtoi(address.substr(colon + 1), &port)) return;
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr);
  const timeval patience = {10, 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  if (connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
    shutdown(descriptor_, SHUT_RDWR);
  }
}

RawClient::~RawClient() { close(descriptor_); }

bool RawClient::Send(absl::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawClient::Read() {
  char buffer[16 * 1024];
  const ssize_t count = recv(descriptor_, buffer, sizeof(buffer), 0);
  if (count <= 0) return false;
  read_.append(buffer, static_cast<size_t>(count));
  return true;
}

std::string RawClient::ReadAnswer() {
  size_t head = 0;
  while ((head = read_.find("\r\n\r\n")) == std::string::npos) {
    if (!Read()) return std::exchange(read_, "");
  }
  constexpr absl::string_view kLength = "Content-Length: ";
  const size_t field = read_.find(kLength.data());
  size_t length = 0;
  if (field < head) {
    const size_t start = field + kLength.size();
    if (!absl::SimpleAtoi(read_.substr(start, read_.find('\r', start) - start), &length)) return "";
  }
  const size_t size = head + 4 + length;
  while (read_.size() < size && Read()) {
  }
  std::string answer = read_.substr(0, size);
  read_.erase(0, size);
  return answer;
}

std::string RawClient::ReadAll() {
  while (Read()) {
  }
  return std::exchange(read_, "");
}

bool RawClient::IsClosed() {
  if (!read_.empty()) return false;
  char byte;
  return recv(descriptor_, &byte, 1, 0) == 0;
}

std::string Ask(const std::string& address, const std::string& request_line) {
  RawClient client(address);
  client.Send(absl::StrCat(request_line, " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  return client.ReadAll();
}

}  // namespace fairlead
