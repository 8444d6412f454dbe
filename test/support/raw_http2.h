#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace fairlead {

// One HTTP/2 frame. Source: RFC 9113, sections 4.1 and 6.
struct Http2Frame {
  enum Type : uint8_t {
    kData = 0,
    kHeaders = 1,
    kResetStream = 3,
    kSettings = 4,
    kPing = 6,
    kGoAway = 7,
    kWindowUpdate = 8,
    kContinuation = 9,
  };
  static constexpr uint8_t kEndStream = 1;
  static constexpr uint8_t kAck = 1;
  static constexpr uint8_t kEndHeaders = 4;

  uint8_t type = 0;
  uint8_t flags = 0;
  uint32_t stream = 0;
  std::string payload;

  std::string Bytes() const;
};

// What an HTTP/2 client says first, with empty SETTINGS.
std::string Http2Preface();
// The begin of a gRPC call on that stream. Its headers are written without compression (RFC 7541,
// section 6.2.2).
std::string GrpcCall(uint32_t stream, absl::string_view path);
// DATA with one gRPC message that says to have `size` bytes; `flag` is 0 for an uncompressed one.
// Source: grpc/doc/PROTOCOL-HTTP2.md.
std::string GrpcMessage(uint32_t stream, absl::string_view message, uint32_t size,
                        uint8_t flag = 0);

// A TCP client that sends what it is told and answers nothing by itself.
//
// Threads: none.
class RawHttp2 {
 public:
  // Connects to "IP:PORT", IPv4; on failure, what is sent and read fails.
  explicit RawHttp2(const std::string& address);
  ~RawHttp2();
  RawHttp2(const RawHttp2&) = delete;
  RawHttp2& operator=(const RawHttp2&) = delete;

  // False: the other end does not take it any more.
  bool Send(absl::string_view bytes);
  // The next frame. Nothing: the other end closed the connection, or nothing came in time.
  absl::optional<Http2Frame> Next(absl::Duration deadline = absl::Seconds(20));
  // Reads on until the other end closes the connection. Whether it did in time.
  bool AwaitClosed(absl::Duration deadline = absl::Seconds(20));
  // Reads on until the other end ended that stream, or closed the connection. Whether it did.
  bool AwaitEnd(uint32_t stream, absl::Duration deadline = absl::Seconds(20));
  bool is_closed() const { return closed_; }

 private:
  // False: closed, or nothing came in time.
  bool Read(absl::Time deadline);

  int descriptor_;
  bool closed_ = false;
  std::string received_;
};

}  // namespace fairlead
