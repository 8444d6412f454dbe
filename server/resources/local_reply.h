#pragma once

#include <cstddef>
#include <string>

#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace fairlead {

// What people see where a proxy itself answers instead of a container: HTML, in any encoding.
struct Pages {
  // Of each. Every chain of filters of every listener carries them.
  static constexpr size_t kLargest = 64 << 10;

  std::string error = {};  // with 500, 502, 503 and 504; empty: the proxy's own line of text
  // While no container of a route can be reached; empty: `error`, or, if that is empty too, a plain
  // page that says so.
  std::string unavailable = {};
  // Where containers are there and connections to them fail (refused, or ended before an answer
  // began) the status is 502, as nginx has it, and not 503. Without a healthy container it is 503.
  bool unreachable_is_502 = false;
};

// An answer that came from a container is never another. That no container can be reached also
// says, by Retry-After, when to ask again. A gRPC client gets its status and the proxy's own line
// of text: it would take a page for the status's message.
envoy::extensions::filters::network::http_connection_manager::v3::LocalReplyConfig LocalReplyOf(
    const Pages& pages);

}  // namespace fairlead
