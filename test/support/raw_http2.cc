#include "test/support/raw_http2.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace fairlead {
namespace {

constexpr size_t kFrameHeader = 9;

std::string BigEndian(uint32_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text.push_back(static_cast<char>(number >> (8 * i)));
  return text;
}

uint32_t NumberIn(absl::string_view bytes) {
  uint32_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

// Literal header field without indexing, new name; both are shorter than 127 bytes.
std::string Field(absl::string_view name, absl::string_view value) {
  return absl::StrCat(absl::string_view("\0", 1), std::string(1, static_cast<char>(name.size())),
                      name, std::string(1, static_cast<char>(value.size())), value);
}

}  // namespace

std::string Http2Frame::Bytes() const {
  return absl::StrCat(BigEndian(static_cast<uint32_t>(payload.size()), 3), BigEndian(type, 1),
                      BigEndian(flags, 1), BigEndian(stream, 4), payload);
}

std::string Http2Preface() {
  return absl::StrCat("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                      Http2Frame{Http2Frame::kSettings, 0, 0, ""}.Bytes());
}

std::string GrpcCall(uint32_t stream, absl::string_view path) {
  const std::string fields =
      absl::StrCat(Field(":method", "POST"), Field(":scheme", "http"), Field(":path", path),
                   Field(":authority", "fairlead"), Field("te", "trailers"),
                   Field("content-type", "application/grpc"));
  return Http2Frame{Http2Frame::kHeaders, Http2Frame::kEndHeaders, stream, fields}.Bytes();
}

std::string GrpcMessage(uint32_t stream, absl::string_view message, uint32_t size, uint8_t flag) {
  return Http2Frame{Http2Frame::kData, 0, stream,
                    absl::StrCat(BigEndian(flag, 1), BigEndian(size, 4), message)}
      .Bytes();
}

RawHttp2::RawHttp2(const std::string& address) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
  const size_t colon = address.rfind(':');
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  int port = 0;
  closed_ = colon == std::string::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) ||
            inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr) != 1;
  to.sin_port = htons(static_cast<uint16_t>(port));
  closed_ =
      closed_ || connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0;
}

RawHttp2::~RawHttp2() { close(descriptor_); }

bool RawHttp2::Send(absl::string_view bytes) {
  while (!bytes.empty() && !closed_) {
    const ssize_t sent = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return !closed_;
}

bool RawHttp2::Read(absl::Time deadline) {
  pollfd ready = {descriptor_, POLLIN, 0};
  const int64_t patience = std::max<int64_t>(0, absl::ToInt64Milliseconds(deadline - absl::Now()));
  if (closed_ || poll(&ready, 1, static_cast<int>(patience)) != 1) return false;
  char bytes[16 * 1024];
  const ssize_t read = recv(descriptor_, bytes, sizeof(bytes), 0);
  closed_ = read <= 0;
  if (!closed_) received_.append(bytes, static_cast<size_t>(read));
  return !closed_;
}

absl::optional<Http2Frame> RawHttp2::Next(absl::Duration deadline) {
  const absl::Time until = absl::Now() + deadline;
  while (true) {
    if (received_.size() >= kFrameHeader) {
      const absl::string_view bytes = received_;
      const size_t size = NumberIn(bytes.substr(0, 3));
      if (bytes.size() >= kFrameHeader + size) {
        Http2Frame frame{static_cast<uint8_t>(bytes[3]), static_cast<uint8_t>(bytes[4]),
                         NumberIn(bytes.substr(5, 4)),
                         std::string(bytes.substr(kFrameHeader, size))};
        received_.erase(0, kFrameHeader + size);
        return frame;
      }
    }
    if (!Read(until)) return absl::nullopt;
  }
}

bool RawHttp2::AwaitClosed(absl::Duration deadline) {
  const absl::Time until = absl::Now() + deadline;
  while (Read(until)) received_.clear();
  return closed_;
}

bool RawHttp2::AwaitEnd(uint32_t stream, absl::Duration deadline) {
  const absl::Time until = absl::Now() + deadline;
  while (const absl::optional<Http2Frame> frame = Next(until - absl::Now())) {
    if (frame->stream != stream) continue;
    if (frame->type == Http2Frame::kResetStream) return true;
    if (frame->type == Http2Frame::kHeaders && (frame->flags & Http2Frame::kEndStream) != 0) {
      return true;
    }
  }
  return closed_;
}

}  // namespace fairlead
