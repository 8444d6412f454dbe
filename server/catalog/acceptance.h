#pragma once

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "fairlead/v1/facts.pb.h"
#include "fairlead/v1/report.pb.h"

// What the catalog takes from an agent: reports are text from strangers, and everything in them is
// bounded. All functions are pure.
namespace fairlead {

struct ReportLimits {
  size_t hosts = 2000;
  size_t containers_per_host = 5000;
  // Of all containers of a host, as they are on the wire.
  size_t bytes_per_host = size_t{64} << 20;
  size_t bytes_per_container = size_t{256} << 10;
  // Of one label's or variable's value.
  size_t bytes_per_value = size_t{64} << 10;
  // Of one name: a label's or variable's key, a container's or network's name, an image.
  size_t bytes_per_name = 4096;
};

// INVALID_ARGUMENT says which field of Hello is wrong and what to do: a host id that does not fit
// its grammar, an advertised address that is no IP address, texts that are too long.
absl::Status CheckHello(const v1::Hello& hello);

// 12 to 64 hexadecimal digits in lower case (Docker Engine API: 64).
bool IsContainerId(absl::string_view id);

// Why `container` is not taken; empty: it is fine.
std::string ReasonToSkip(const v1::Container& container, const ReportLimits& limits);

// The IP address in what gRPC calls a peer: "ipv4:192.0.2.1:4711" or "ipv6:[2001:db8::1]:4711", the
// brackets as they are or percent-encoded. An IPv4 address that is mapped into IPv6 comes out as
// IPv4. Empty if there is none ("unix:/run/x").
std::string PeerAddress(absl::string_view peer);

}  // namespace fairlead
