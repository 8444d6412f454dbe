#pragma once

#include <memory>
#include <string>

#include "absl/container/btree_map.h"
#include "server/resources/listener.h"
#include "server/resources/route.h"
#include "server/routing/model.h"
#include "server/snapshot/snapshot.h"

namespace fairlead {

// The virtual hosts of one route configuration. A change of one domain serializes that domain anew
// and no other.
//
// A domain that is a regular expression, which Envoy cannot have as a domain, is among the routes
// of the virtual host "*", in the order of its text; behind these are the default host's routes.
class RouteTable {
 public:
  struct Options {
    // A domain, which may be a regular expression, that also gets what no domain is asked for;
    // empty: none does.
    std::string default_host = "";
    // The status for a host that is none of the table's.
    int unknown_host_status = 404;
    ListenerSettings settings = {};
    bool tls = false;  // of a listener that speaks it
    // Challenges of such a host pass to the responder (acme_responder.h).
    bool unknown_hosts_have_acme_responder = false;
  };

  explicit RouteTable(Options options) : options_(std::move(options)) {}

  // The domain is served so from now on.
  void Put(std::shared_ptr<const VirtualHost> host, Serving serving);
  // Requests for the domain are answered with 421 (RFC 9110, 15.5.20): it is to be asked for on a
  // connection of its own.
  void PutMisdirected(const std::string& domain);
  void Remove(const std::string& domain);
  bool empty() const { return pieces_.empty() && catch_all_.empty(); }

  // The route configuration `name`.
  ResourceChange Change(const std::string& name) const;

 private:
  struct Served {
    std::shared_ptr<const VirtualHost> host;
    Serving serving;
  };

  const Options options_;
  // Each domain's virtual host, serialized as a field of the route configuration.
  absl::btree_map<std::string, std::string> pieces_;
  // Regular expressions, and the default host.
  absl::btree_map<std::string, Served> catch_all_;
};

}  // namespace fairlead
