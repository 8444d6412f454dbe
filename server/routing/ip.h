#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fairlead {

// A literal IP address.
struct Ip {
  enum class Kind {
    kOrdinary,
    kLoopback,     // 127.0.0.0/8, ::1
    kUnspecified,  // 0.0.0.0, ::
    kRefused,      // no endpoint is there: link-local, multicast, 0.0.0.0/8, 240.0.0.0/4
  };

  bool v6 = false;
  Kind kind = Kind::kOrdinary;
  std::string text;  // as inet_ntop(3) writes it
};

// None: `text` is no IPv4 or IPv6 literal. An IPv4-mapped IPv6 address (::ffff:192.0.2.1) is the
// IPv4 address.
std::optional<Ip> ParseIp(absl::string_view text);

}  // namespace fairlead
