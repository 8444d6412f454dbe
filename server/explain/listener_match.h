#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager.pb.h"

namespace fairlead {

// Where a connection arrives.
struct Arrival {
  bool tls = false;
  // By TLS (SNI), lower case; empty: the client names none, as for an address.
  std::string server_name;
  // 0: where proxies listen for `tls` or clear text by themselves.
  uint16_t port = 0;
};

struct ListenerFound {
  std::string listener;  // its name
  std::string address;   // "0.0.0.0:8080"
  std::string why;       // it is this one, for people
  // Which of its filter chains, for people.
  std::string chain;
  envoy::extensions::filters::network::http_connection_manager::v3::HttpConnectionManager manager;
  bool client_certificate_required = false;
};

// Which of the listeners takes the connection, and by which chain, as Envoy decides it. Pure.
// `own`: the name of the one that stands for port 0 if none listens at the scheme's port.
// NOT_FOUND: the connection is refused or closed; the message says by what.
absl::StatusOr<ListenerFound> FindListener(
    const std::vector<envoy::config::listener::v3::Listener>& listeners, const Arrival& arrival,
    const std::string& own);

}  // namespace fairlead
